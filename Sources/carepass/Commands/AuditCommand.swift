import ArgumentParser

/// `carepass audit`: the log of what was done, and what an auditor makes of it.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The log of what was done.",
        subcommands: [
            AuditShowCommand.self, AuditExportCommand.self, AuditCheckpointCommand.self,
            AuditVerifyCommand.self, AuditReconcileCommand.self,
        ])
}
