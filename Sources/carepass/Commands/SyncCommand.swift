import ArgumentParser
import Foundation
import Glibc
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore

/// `carepass sync`: keeps up with everybody who is followed, once or on a schedule.
struct SyncCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Send and take in manifests, status lists, ends and receipts.",
        discussion: """
            Envelopes stay at the daemon until 'fetch'. With --every it goes on until it is \
            stopped; pauses differ a little each time. What fails with others is said and tried \
            again, and ends with 0; 69 and 77 are for our own daemon: it does not answer, or it \
            refuses.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Go on, with so many minutes between two rounds (1 to 1440).")
    var every: Int?

    func validate() throws {
        guard every.map({ (1...1_440).contains($0) }) ?? true else {
            throw ValidationError(Words.say("error.every"))
        }
        guard every == nil || !options.json else {
            throw ValidationError(Words.say("error.every-json"))
        }
    }

    func reply() throws -> Reply {
        while let every {
            do {
                for line in try round().lines { Console.print(line) }
            } catch let error as any DescribedFailure {
                // A line that is down now is up later.
                Console.complain("error: \(Words.message(of: error))")
            }
            let seconds = UInt32(every) * 60
            sleep(seconds + UInt32(Randomness.system.number(below: Int(seconds / 4 + 1))))
        }
        return try round()
    }

    /// The home is open, and locked, for one round only.
    private func round() throws -> Reply {
        let home = try Home(options)
        var round = Synchronisation(try Agent(home))
        try round.run(home)
        // What failed with others is said and tried again; what failed with our own daemon is for
        // somebody to look at.
        let isSilent = (round.failure as? ExchangeError)?.code == .unreachable
        return Reply(
            lines: round.lines.isEmpty ? [Words.say("sync.nothing")] : round.lines,
            json: [
                "news": .object(round.counts.mapValues { .number($0) }),
                "pendingNotices": .number(try home.store.queuedNotices().count),
            ],
            exitCode: round.failure == nil ? .success : ExitCode(isSilent ? 69 : 77))
    }
}
