import ArgumentParser
import Foundation
import PassportCoding

/// The options of every command.
struct GlobalOptions: ParsableArguments {
    @Option(help: "The folder of this organisation (or CAREPASS_HOME).")
    var home: String?

    @Flag(help: "Answer in versioned JSON.")
    var json = false

    @Option(help: "A file with the passphrase (or CAREPASS_PASSPHRASE, or a prompt).")
    var passphraseFile: String?

    @Option(help: ArgumentHelp("Seconds since 1970 to use as now; for tests.", visibility: .hidden))
    var clock: Int64?

    /// Where the organisation lives.
    var homePath: String {
        let environment = ProcessInfo.processInfo.environment
        return home ?? environment["CAREPASS_HOME"]
            ?? "\(environment["HOME"] ?? ".")/.carepass"
    }

    /// The moment of this operation, read once.
    func now() -> Timestamp {
        Timestamp(clamping: clock ?? Int64(Date().timeIntervalSince1970))
    }
}
