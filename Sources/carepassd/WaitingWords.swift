import PassportExchange
import PassportStore

/// Why parcels wait, in plain words.
enum WaitingWords {
    /// Reasons that are listed.
    static let most = 5
    /// The code of what its recipient comes for.
    static let collected = "to-be-collected"

    private static let words: [String: String] = [
        collected: "the recipient comes and collects it",
        "exchange.unreachable": "no connection",
        "exchange.wrongPeer": "whoever answers has another key than the recipient's manifest says",
        "exchange.badAnswer": "the answer cannot be understood, or its receipt does not hold",
        "unknown-recipient": "the recipient is not known here",
        Problem.Kind.unknownKey.code: "the other daemon does not know this organisation yet",
        Problem.Kind.forbidden.code: "the recipient has not pinned this organisation for exchange",
        Problem.Kind.notFound.code: "the recipient has no mailbox there",
        Problem.Kind.skewed.code: "the clocks differ",
        Problem.Kind.full.code: "the other daemon has no room",
        Problem.Kind.tooMany.code: "the other daemon is busy",
        Problem.Kind.unavailable.code: "the other daemon is busy",
        Problem.Kind.fault.code: "something broke at the other daemon",
    ]

    /// One line: how many, and why.
    static func line(_ reason: WaitingReason) -> String { line(reason.count, reason.code) }

    static func line(_ count: Int, _ code: String?) -> String {
        guard let code else { return "\(count): not tried yet" }
        return "\(count): \(words[code] ?? "it did not work") (\(code))"
    }
}
