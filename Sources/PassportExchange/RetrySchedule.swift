public import PassportCoding
public import PassportCrypto

/// When a parcel that could not be delivered is tried again: twice as long each time, spread at
/// random, up to an hour; given up after days.
///
/// The spread keeps a hundred clinics that lost one line from coming back in one second.
public struct RetrySchedule: Hashable, Sendable {
    /// Seconds before the second attempt, at most.
    public var first: Int64
    /// Seconds between two attempts, at most.
    public var longest: Int64
    /// Seconds after which a parcel is given up, counted from when it was accepted.
    public var patience: Int64

    /// 15 seconds, one hour, seven days and an hour: a silent week is survived.
    public static let standard = RetrySchedule(
        first: 15, longest: 3_600, patience: 7 * 86_400 + 3_600)

    /// States a schedule, in seconds.
    public init(first: Int64, longest: Int64, patience: Int64) {
        self.first = first
        self.longest = longest
        self.patience = patience
    }

    /// Seconds to wait after attempt number `attempt` (from 1): between half of what the number
    /// allows and all of it.
    public func delay(after attempt: Int, randomness: Randomness) -> Int64 {
        let doublings = min(max(attempt - 1, 0), 30)
        let (product, overflow) = first.multipliedReportingOverflow(by: 1 << Int64(doublings))
        let most = max(min(overflow ? longest : product, longest), 1)
        let half = most / 2
        return half + Int64(randomness.number(below: Int(clamping: most - half) + 1))
    }
}

/// What came of one attempt to deliver a parcel.
public enum DeliveryAttempt: Hashable, Sendable {
    /// The recipient's daemon gave its receipt.
    case receipt(VerifiedReceipt)
    /// It could not be reached, or said that it cannot now; a code.
    case failed(String)
    /// It said no in a way that passes when somebody acts there: it does not know us yet, or its
    /// mailbox is being moved.
    case turnedAway(DeadReason, String)
    /// It said no for good.
    case rejected(DeadReason, String)
    /// There is no address to send to: the recipient comes and collects.
    case toBeCollected
}

/// What to do with a parcel now.
public enum DeliveryDecision: Hashable, Sendable {
    /// It is there.
    case delivered(VerifiedReceipt)
    /// Try again then.
    case again(at: Timestamp, problem: String?)
    /// Give up.
    case dead(DeadReason, problem: String?)
}

/// The way of one parcel: pure, so that a week without a line takes no time in a test.
public struct DeliveryRules: Hashable, Sendable {
    /// When it is tried again.
    public var schedule: RetrySchedule

    /// States the rules.
    public init(schedule: RetrySchedule = .standard) { self.schedule = schedule }

    /// Decides after an attempt.
    ///
    /// - Parameters:
    ///   - accepted: when the parcel was handed over.
    ///   - attempts: how often it was tried, this time included.
    ///   - now: never before `accepted`, whatever a clock that was set back says: a parcel does
    ///     not get older or younger by a wrong clock than its own history.
    public func decide(
        _ attempt: DeliveryAttempt, accepted: Timestamp, attempts: Int, now: Timestamp,
        randomness: Randomness
    ) -> DeliveryDecision {
        let isOver = now.seconds - accepted.seconds >= schedule.patience
        // A clock that jumped ahead must not kill what was hardly tried: patience has to be
        // spent in attempts as well as in seconds.
        let isGivenUp = isOver && attempts >= Self.fewestAttempts
        switch attempt {
        case .receipt(let receipt): return .delivered(receipt)
        case .rejected(let reason, let problem): return .dead(reason, problem: problem)
        case .failed(let problem):
            guard !isGivenUp else { return .dead(.unreachable, problem: problem) }
            return again(attempts, now, problem, randomness)
        case .turnedAway(let reason, let problem):
            guard !isGivenUp else { return .dead(reason, problem: problem) }
            return again(attempts, now, problem, randomness)
        case .toBeCollected:
            guard !isGivenUp else { return .dead(.notCollected, problem: nil) }
            return again(attempts, now, nil, randomness)
        }
    }

    /// Attempts before a parcel is given up, whatever the clock says: of the standard schedule
    /// about four days of them.
    public static let fewestAttempts = 100

    private func again(
        _ attempts: Int, _ now: Timestamp, _ problem: String?, _ randomness: Randomness
    ) -> DeliveryDecision {
        let delay = schedule.delay(after: attempts, randomness: randomness)
        return .again(at: now.adding(seconds: delay), problem: problem)
    }

    /// What a problem of the recipient's daemon means for the parcel.
    ///
    /// - Parameter code: the problem's code, nil when the answer was none of ours.
    public static func meaning(status: Int, code: String?) -> DeliveryAttempt {
        let text = code ?? "status-\(status)"
        switch status {
        // They answered, and have not taken this organisation in: nothing that a line could mend.
        case 401 where code == Problem.Kind.unknownKey.code: return .turnedAway(.refused, text)
        case 403: return .turnedAway(.refused, text)
        case 404: return .turnedAway(.noMailbox, text)
        case 413: return .rejected(.tooLarge, text)
        case 415: return .rejected(.refused, text)
        // Clocks that differ, a busy upload, a full disk: all pass.
        default: return .failed(text)
        }
    }
}
