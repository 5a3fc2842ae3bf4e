import ArgumentParser
import Foundation
import Glibc
import Logging
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportServer
import PassportStore

/// The program. One file per command; this one only lists them.
@main
struct CarePassDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carepassd",
        abstract: "A mailbox for care passports that cannot read them.",
        discussion: """
            Exit codes: 0 done, 64 usage, 65 bad input data, 66 no input, 69 unreachable or cannot listen, \
            70 internal fault, 73 can't write, 77 refused.
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, InviteCommand.self, CheckConfigCommand.self, DoctorCommand.self,
            BackupCommand.self, RestoreCommand.self,
        ])

    static func main() async {
        // Whatever this program writes is for its user alone.
        umask(0o077)
        Self.keepMemoryPrivate()
        // Standard error may be a pipe that nobody reads any more.
        _ = signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard let failure = error as? any DescribedFailure else { exit(withError: error) }
            Say.error("error: \(failure.message)")
            if let hint = failure.hint { Say.error("hint: \(hint)") }
            Glibc.exit(exitCode(failure))
        }
    }

    private static func exitCode(_ failure: any DescribedFailure) -> Int32 {
        // A port that is taken now may be free later: whoever starts us may try again.
        if (failure as? ServerError)?.code == .cannotListen { return 69 }
        if (failure as? ExchangeError)?.code == .unreachable { return 69 }
        switch failure.kind {
        case .badInput: return 65
        case .noInput: return 66
        case .refused: return 77
        case .cannotWrite: return 73
        case .fault: return 70
        }
    }

    /// No core file, and no backtrace that prints registers: memory with keys in it stays inside.
    private static func keepMemoryPrivate() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        for fault in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            _ = signal(fault, SIG_DFL)
        }
    }
}

/// Lines for people.
enum Say {
    static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func error(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

/// The one option that every command has.
struct ConfigOptions: ParsableArguments {
    @Option(name: [.long, .short], help: "The configuration file.")
    var config = "/etc/carepassd/carepassd.conf"

    /// The settings in the file.
    func settings() throws -> Settings {
        guard let data = FileManager.default.contents(atPath: config) else {
            throw ServerError(
                .badSettings, .noInput, "there is no configuration file at \(config)",
                hint: "name one with --config")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw ServerError(.badSettings, "the configuration file is no text")
        }
        let folder = URL(filePath: config).deletingLastPathComponent().path
        return try Settings(parsing: text, relativeTo: folder)
    }
}

extension Timestamp {
    /// The system's clock.
    static var system: Timestamp {
        Timestamp(clamping: Int64(Date().timeIntervalSince1970))
    }
}

extension Mailroom {
    /// Opens the data folder beside a daemon that may be running, for a command that looks.
    static func tool(_ settings: Settings) async throws -> Mailroom {
        try DataFolder.refuseForeign(settings.data)
        return try await open(at: settings.data, as: .tool, onBrokenDisk: stop)
    }

    /// After a failed sync nobody knows what is on the disk: only a fresh start, which reads it,
    /// may say anything about it again.
    @Sendable static func stop() {
        Say.error("error: the disk did not keep what was written; stopping")
        Glibc.exit(70)
    }
}
