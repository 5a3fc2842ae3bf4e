import ArgumentParser
import Foundation
import PassportCoding
import PassportServer
import PassportStore

/// `carepassd backup`: a whole copy, also while the daemon runs.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy everything the daemon keeps into a new folder, also while it runs.",
        discussion: "The copy holds the daemon's keys: keep it as you keep the machine.")

    @OptionGroup var options: ConfigOptions

    @Option(help: "The new folder.")
    var out: String

    func run() async throws {
        let settings = try options.settings()
        let mailroom = try await Mailroom.tool(settings)
        try await mailroom.backup(to: out, also: TLSIdentity.files)
        let report = try await Mailroom.verify(out)
        try report.require("the copy")
        Say.line("Copied: \(report.parcels) parcels, \(report.logSize) log entries; all verified.")
    }
}

/// `carepassd restore`: puts a copy in the place of a data folder that is empty or not there.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Verify a copy and put it where the configuration wants the data folder.")

    @OptionGroup var options: ConfigOptions

    @Option(help: "The folder that 'backup' made.")
    var from: String

    func run() async throws {
        let settings = try options.settings()
        // Before anything is touched.
        try (try await Mailroom.verify(from)).require("the copy")
        let files = FileManager.default
        let present = (try? files.contentsOfDirectory(atPath: settings.data)) ?? []
        guard present.isEmpty else {
            throw ServerError(
                .badSettings, .refused, "\(settings.data) is not empty",
                hint: "stop the daemon and move the folder away; restore never replaces one")
        }
        let copy = try await Mailroom.open(at: from, as: .tool, onBrokenDisk: Mailroom.stop)
        try await copy.backup(to: settings.data, also: TLSIdentity.files)
        let report = try await Mailroom.verify(settings.data)
        try report.require("what was restored")
        Say.line(
            "Restored: \(report.parcels) parcels, \(report.logSize) log entries; all verified.")
        Say.line("What arrived after the copy was made is not in it.")
        Say.line("Ask its senders for it: 'carepass send --again'.")
    }
}

extension MailroomReport {
    /// Refuses a folder in which something is wrong.
    func require(_ what: String) throws {
        guard !isSound else { return }
        throw ServerError(
            .badSettings, .refused, "\(what) is damaged: " + findings.joined(separator: "; "),
            hint: "keep it as it is, and take another copy")
    }

    /// What is wrong, in plain words.
    var findings: [String] {
        var findings: [String] = []
        if database != "ok" { findings.append("the database file is damaged") }
        if !isLogSound { findings.append("the log is not the one that was signed") }
        if !damaged.isEmpty { findings.append("\(damaged.count) parcels have other bytes") }
        if !missing.isEmpty { findings.append("\(missing.count) parcels are missing") }
        if !unreadable.isEmpty {
            findings.append("\(unreadable.count) organisations cannot be read")
        }
        return findings
    }
}
