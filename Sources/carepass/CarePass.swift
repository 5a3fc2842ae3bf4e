import ArgumentParser
import Glibc

/// The program. One file per command; this one only lists them.
@main
struct CarePass: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carepass",
        abstract: "Care passports: sealed, granted, opened and accounted for.",
        discussion: """
            Exit codes: 0 done, 64 usage, 65 bad input data, 66 no input, 69 peer unreachable, \
            70 internal fault, 73 can't write, 77 refused.
            """,
        version: "0.1.0",
        subcommands: [
            InitCommand.self, OperatorCommand.self, OrgCommand.self, PeerCommand.self,
            SummaryCommand.self, CardCommand.self, SealCommand.self, GrantCommand.self,
            PackCommand.self, PrintCommand.self, ScanCommand.self, OpenCommand.self,
            InspectCommand.self, WithdrawCommand.self, ReissueCommand.self, CoverCommand.self,
            TakeInCommand.self, StatusCommand.self, DaemonCommand.self, SendCommand.self,
            InboxCommand.self, FetchCommand.self, SyncCommand.self, PurgeCommand.self,
            AuditCommand.self, DemoCommand.self,
        ])

    static func main() {
        // Whatever this program writes is for its user alone, unless a file says otherwise.
        umask(0o077)
        Self.keepMemoryPrivate()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            // The options could not be read, so what was asked for is looked up in the raw ones.
            let arguments = Array(CommandLine.arguments.dropFirst())
            let (message, hint) = Usage.explain(arguments, message(for: error))
            Console.complain(
                code: "command.usage", message, hint: hint, asJSON: arguments.contains("--json"))
            Glibc.exit(ExitCode.validationFailure.rawValue)
        }
    }

    /// No core file, no debugger of another program, and no backtrace that prints registers:
    /// whatever goes wrong, memory with keys in it stays inside.
    private static func keepMemoryPrivate() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        for fault in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            _ = signal(fault, SIG_DFL)
        }
    }
}
