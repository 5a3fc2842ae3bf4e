import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTestSupport
import PassportTrust
import Testing

@Suite("Delivery: back-off, patience and what ends it")
struct DeliveryTests {
    private func randomness(_ seed: UInt64) -> Randomness {
        var random = SeededRandom(seed: seed)
        return .repeatable(seed: Digest.sha256(of: random.bytes(16)))
    }

    private func decide(
        _ attempt: DeliveryAttempt, attempts: Int, now: Timestamp,
        schedule: RetrySchedule = .standard
    ) -> DeliveryDecision {
        DeliveryRules(schedule: schedule).decide(
            attempt, accepted: start, attempts: attempts, now: now, randomness: randomness(1))
    }

    private func receipt() throws -> VerifiedReceipt {
        let terms = ReceiptTerms(
            event: .delivered, recipient: try House.athens.identity().organisation,
            sender: try House.izmir.identity().organisation, parcel: Digest.sha256(of: [1]),
            time: start)
        return try UnverifiedReceipt(
            decoding: terms.signed(by: House.athens.key(.exchange))
        ).verify(by: House.athens.identity(), sender: terms.sender)
    }

    @Test("the standard numbers are those of the specification")
    func standard() {
        let standard = RetrySchedule.standard
        #expect(standard.first == 15 && standard.longest == 3_600)
        #expect(standard.patience == 7 * 86_400 + 3_600 && DeliveryRules.fewestAttempts == 100)
    }

    @Test("a pause doubles up to the longest, and lies between half and all of what it may be")
    func delays() {
        for seed in UInt64(1)...20 {
            let randomness = randomness(seed)
            for attempt in 1...64 {
                let most = min(Int64(15) << Int64(min(attempt - 1, 20)), 3_600)
                let delay = RetrySchedule.standard.delay(after: attempt, randomness: randomness)
                #expect((most / 2...most).contains(delay), "attempt \(attempt)")
            }
        }
    }

    @Test("any numbers give a pause that is none too long and never negative")
    func extremes() {
        var random = SeededRandom(seed: 3)
        let numbers: [Int64] = [.min, -1, 0, 1, 2, 15, 3_600, 1 << 62, .max]
        for first in numbers {
            for longest in numbers {
                let schedule = RetrySchedule(first: first, longest: longest, patience: 1)
                for attempt in [-1, 0, 1, 2, 31, 1_000, Int.max] {
                    let delay = schedule.delay(
                        after: attempt, randomness: randomness(random.next()))
                    #expect(delay >= 0 && delay <= max(longest, 1))
                }
            }
        }
    }

    @Test("a hundred parcels that failed together do not come back together")
    func spread() {
        var moments: Set<Int64> = []
        for seed in UInt64(1)...100 {
            moments.insert(
                RetrySchedule.standard.delay(after: 20, randomness: randomness(seed)))
        }
        #expect(moments.count > 80)
    }

    @Test("a receipt ends it, whenever it comes")
    func delivered() throws {
        let receipt = try receipt()
        for now in [second(-86_400), start, second(400 * 86_400)] {
            #expect(decide(.receipt(receipt), attempts: 1, now: now) == .delivered(receipt))
        }
    }

    @Test("a line that is dead for a week is survived; one that stays dead is given up")
    func silentWeek() throws {
        let rules = DeliveryRules()
        let receipt = try receipt()
        for days in [7, 30] as [Int64] {
            let randomness = randomness(UInt64(days))
            var now = start
            var attempts = 0
            var last: DeliveryDecision?
            while attempts < 1_000, last == nil {
                attempts += 1
                let isUp = now >= second(days * 86_400)
                let decision = rules.decide(
                    isUp ? .receipt(receipt) : .failed("unreachable"), accepted: start,
                    attempts: attempts, now: now, randomness: randomness)
                if case .again(let moment, let problem) = decision {
                    #expect(moment > now && moment <= now.adding(seconds: 3_600))
                    #expect(problem == "unreachable")
                    now = moment
                } else {
                    last = decision
                }
            }
            #expect((150...400).contains(attempts))
            if days == 7 {
                #expect(last == .delivered(receipt))
            } else {
                #expect(last == .dead(.unreachable, problem: "unreachable"))
                #expect(now.seconds - start.seconds >= RetrySchedule.standard.patience)
            }
        }
    }

    @Test("a clock that jumps a year ahead does not kill what was hardly tried")
    func clockAhead() {
        let year = second(366 * 86_400)
        for attempts in [1, 2, 99] {
            for attempt in [DeliveryAttempt.failed("unreachable"), .toBeCollected] {
                guard case .again(let moment, _) = decide(attempt, attempts: attempts, now: year)
                else {
                    Issue.record("given up after \(attempts) attempts")
                    continue
                }
                #expect(moment > year)
            }
        }
        #expect(
            decide(.failed("x"), attempts: 100, now: year) == .dead(.unreachable, problem: "x"))
    }

    @Test("a clock that jumps back makes nothing older, and the next attempt is not far away")
    func clockBack() {
        for now in [second(-86_400), second(-10 * 366 * 86_400), Timestamp(clamping: 0)] {
            guard case .again(let moment, _) = decide(.failed("x"), attempts: 500, now: now) else {
                Issue.record("given up")
                continue
            }
            #expect(moment > now && moment <= now.adding(seconds: 3_600))
        }
    }

    @Test("patience ends at its last second and not before")
    func patience() {
        let patience = RetrySchedule.standard.patience
        guard case .again = decide(.failed("x"), attempts: 200, now: second(patience - 1)) else {
            Issue.record("given up early")
            return
        }
        #expect(
            decide(.failed("x"), attempts: 200, now: second(patience))
                == .dead(.unreachable, problem: "x"))
        #expect(
            decide(.toBeCollected, attempts: 200, now: second(patience))
                == .dead(.notCollected, problem: nil))
    }

    @Test("a refusal for good ends it at once")
    func rejected() {
        #expect(
            decide(.rejected(.refused, "forbidden"), attempts: 1, now: start)
                == .dead(.refused, problem: "forbidden"))
    }

    @Test(
        "what an answer means for the parcel",
        arguments: [
            (415, DeadReason.refused), (413, .tooLarge),
        ])
    func forGood(_ status: Int, _ reason: DeadReason) {
        #expect(DeliveryRules.meaning(status: status, code: "c") == .rejected(reason, "c"))
        #expect(
            DeliveryRules.meaning(status: status, code: nil)
                == .rejected(reason, "status-\(status)"))
    }

    @Test(
        "one who does not know us yet, or whose mailbox moves, is asked for as long as the others",
        arguments: [(403, DeadReason.refused), (404, .noMailbox)])
    func turnedAway(_ status: Int, _ reason: DeadReason) {
        let attempt = DeliveryRules.meaning(status: status, code: "c")
        #expect(attempt == .turnedAway(reason, "c"))
        guard case .again = decide(attempt, attempts: 1, now: start) else {
            Issue.record("given up at once")
            return
        }
        let over = second(RetrySchedule.standard.patience)
        #expect(decide(attempt, attempts: 200, now: over) == .dead(reason, problem: "c"))
    }

    @Test("one whose keys are not known there waits, and is refused when it is given up")
    func notKnown() {
        let attempt = DeliveryRules.meaning(status: 401, code: "unknown-key")
        #expect(attempt == .turnedAway(.refused, "unknown-key"))
        guard case .again = decide(attempt, attempts: 1, now: start) else {
            Issue.record("given up at once")
            return
        }
        let over = second(RetrySchedule.standard.patience)
        #expect(
            decide(attempt, attempts: 200, now: over)
                == .dead(.refused, problem: "unknown-key"))
        #expect(DeliveryRules.meaning(status: 401, code: "skewed") == .failed("skewed"))
    }

    @Test(
        "what passes is tried again",
        arguments: [
            -1, 0, 100, 204, 301, 302, 400, 401, 409, 411, 416, 422, 429, 431, 500, 502, 503, 507,
            999,
        ])
    func passing(_ status: Int) {
        #expect(DeliveryRules.meaning(status: status, code: "c") == .failed("c"))
        #expect(
            DeliveryRules.meaning(status: status, code: nil) == .failed("status-\(status)"))
    }
}
