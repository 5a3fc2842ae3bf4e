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

    /// For tests only: a clock that somebody chooses writes false times into the log. It works
    /// only where `CAREPASS_TEST_CLOCK` is set, which nobody does by a slip of the hand.
    @Option(help: ArgumentHelp("Seconds since 1970 to use as now; for tests.", visibility: .hidden))
    var clock: Int64?

    mutating func validate() throws {
        guard clock == nil || ProcessInfo.processInfo.environment["CAREPASS_TEST_CLOCK"] == "1"
        else { throw ValidationError(Words.say("error.test-clock")) }
    }

    /// Where the organisation lives.
    var homePath: String {
        let environment = ProcessInfo.processInfo.environment
        return home ?? environment["CAREPASS_HOME"]
            ?? "\(environment["HOME"] ?? ".")/.carepass"
    }

    /// The clock: the system's, or the one that a test chose.
    var now: @Sendable () -> Timestamp {
        let chosen = clock
        return { Timestamp(clamping: chosen ?? Int64(Date().timeIntervalSince1970)) }
    }
}
