public import Logging
internal import PassportClient
internal import PassportCoding
internal import PassportCrypto
public import PassportExchange
internal import PassportStore
internal import PassportTrust
internal import Synchronization

/// Sends what organisations handed over to the daemons of those it is for, and tries again for
/// days where nobody answers.
public struct PostOffice: Sendable {
    private let daemon: Daemon
    private let rules: DeliveryRules
    private let logger: Logger

    /// Parcels on one way that are looked at together, and attempts to go on with one parcel
    /// after a cut.
    private static let perWay = 16
    private static let cuts = 4
    /// Ways on which something goes at once, all together and from one sender.
    static let ways = 256
    static let waysPerOwner = 32

    static func turns() -> Turns<ConsignmentWay> {
        Turns(most: ways, mostPerOwner: waysPerOwner) { $0.owner }
    }

    /// Sends for a daemon.
    public init(_ daemon: Daemon, rules: DeliveryRules = DeliveryRules(), logger: Logger) {
        self.daemon = daemon
        self.rules = rules
        self.logger = logger
    }

    /// Tries everything that is due now, once.
    ///
    /// - Returns: of how many the outcome was written down.
    @discardableResult
    public func round() async throws -> Int {
        var total = 0
        var ways = try await daemon.mailroom.ways()
        while !ways.isEmpty {
            let now = daemon.now()
            let counts = await withTaskGroup(of: (ConsignmentWay, Int).self) { group in
                for way in ways {
                    group.addTask { [now] in
                        let queue = (try? await self.due(on: way, now)) ?? []
                        return (way, await self.work(through: queue))
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            total += counts.reduce(0) { $0 + $1.1 }
            // Where there were as many as are looked at together there may be more.
            ways = counts.filter { $0.1 == Self.perWay }.map(\.0)
        }
        return total
    }

    /// What is due on one way, and what a clock that ran ahead put off for longer than the
    /// schedule can have meant: it would lie there until that moment comes, a year perhaps.
    ///
    /// Each way by itself: a daemon that does not answer holds up what is for it, and a sender
    /// what is its own, however much that is.
    private func due(on way: ConsignmentWay, _ now: Timestamp) async throws -> [Consignment] {
        try await daemon.mailroom.due(
            on: way, now: now, last: now.adding(seconds: rules.schedule.longest),
            limit: Self.perWay)
    }

    private func work(through queue: [Consignment]) async -> Int {
        var count = 0
        var silence: String?
        for consignment in queue {
            guard !Task.isCancelled else { break }
            // Whoever did not answer for one parcel is not asked for the next: a hundred of them
            // would take an hour to fail.
            let attempt: DeliveryAttempt =
                if let silence { .failed(silence) } else { await attempt(consignment) }
            if case .failed(let problem) = attempt, problem == Self.unreachable {
                silence = problem
            }
            do {
                try await record(attempt, consignment)
                count += 1
            } catch {
                // It stays due, and nothing that was acknowledged is lost.
                logger.error(
                    "not recorded",
                    metadata: [
                        "code": .string((error as? any DescribedFailure)?.identifier ?? "unknown")
                    ])
                break
            }
        }
        return count
    }

    private func record(_ attempt: DeliveryAttempt, _ consignment: Consignment) async throws {
        let now = daemon.now()
        let attempts = consignment.attempts + 1
        switch rules.decide(
            attempt, accepted: consignment.accepted, attempts: attempts, now: now,
            randomness: daemon.randomness)
        {
        case .delivered(let receipt):
            daemon.metrics.tried("delivered")
            _ = try await daemon.mailroom.recordDelivered(
                consignment.id, receipt: receipt.bytes, now: now)
        case .again(let moment, let problem):
            daemon.metrics.tried(problem == nil ? "waiting" : "failed")
            if let problem {
                logger.info(
                    "not delivered",
                    metadata: ["code": .string(problem), "attempts": .stringConvertible(attempts)])
            }
            try await daemon.mailroom.recordFailure(
                consignment.id, problem: problem ?? "to-be-collected", attempts: attempts,
                nextAttempt: moment)
        case .dead(let reason, let problem):
            daemon.metrics.tried("dead")
            logger.warning(
                "given up",
                metadata: [
                    "reason": .string(reason.rawValue), "problem": .string(problem ?? ""),
                ])
            try await daemon.mailroom.recordDead(consignment.id, reason: reason, now: now)
        }
    }

    private func attempt(_ consignment: Consignment) async -> DeliveryAttempt {
        do {
            guard let recipient = try await daemon.mailroom.identity(of: consignment.recipient)
            else { return .turnedAway(.noMailbox, "unknown-recipient") }
            // A hosted organisation that moved away reads nothing here any more.
            if daemon.isNamed(by: recipient),
                try await daemon.mailroom.isHosted(consignment.recipient)
            {
                return try await deliverHere(consignment, recipient)
            }
            guard let content = try await daemon.mailroom.content(of: consignment.id) else {
                return .failed("no-content")
            }
            let endpoints = Daemon.endpoints(of: recipient)
            guard !endpoints.isEmpty else { return .toBeCollected }
            // An address may be old: only a receipt ends the search.
            var outcome = DeliveryAttempt.failed(Self.unreachable)
            for endpoint in endpoints {
                outcome = await send(consignment, content, to: recipient, at: endpoint)
                if case .receipt = outcome { return outcome }
            }
            return outcome
        } catch {
            return .failed((error as? any DescribedFailure)?.identifier ?? "fault")
        }
    }

    private func deliverHere(
        _ consignment: Consignment, _ recipient: Identity
    ) async throws -> DeliveryAttempt {
        guard try await daemon.mailroom.follows(consignment.recipient, consignment.owner) else {
            return .turnedAway(.refused, Problem.Kind.forbidden.code)
        }
        let receipt = try ReceiptTerms(
            event: .delivered, recipient: consignment.recipient, sender: consignment.owner,
            parcel: consignment.digest, time: daemon.now()
        ).signed(by: daemon.mailroom.keys.exchange)
        let outcome = try await daemon.mailroom.deliverLocally(
            consignment.id, receipt: receipt, now: daemon.now())
        return .receipt(
            try UnverifiedReceipt(decoding: outcome.receipt).verify(
                by: recipient, sender: consignment.owner, parcel: consignment.digest))
    }

    private func send(
        _ consignment: Consignment, _ content: ParcelContent, to recipient: Identity,
        at endpoint: Endpoint
    ) async -> DeliveryAttempt {
        let body: OutgoingBody =
            switch content {
            case .bytes(let bytes): .bytes(bytes)
            case .file(let path, let length): .file(path: path, offset: 0, count: length)
            }
        do {
            let reply = try await daemon.caller(for: consignment.owner).uploadParcel(
                to: endpoint, ExchangePath.inbox(recipient.organisation, consignment.digest),
                body, kind: consignment.kind, digest: consignment.digest,
                maximumAttempts: Self.cuts)
            switch reply {
            case .problem(let problem):
                return DeliveryRules.meaning(status: problem.status, code: problem.code)
            case .success(let answer):
                guard [200, 201].contains(answer.status) else {
                    return .failed("status-\(answer.status)")
                }
                // Without a receipt that verifies, whoever answered has said nothing.
                return .receipt(
                    try UnverifiedReceipt(decoding: answer.body).verify(
                        by: recipient, sender: consignment.owner, parcel: consignment.digest))
            }
        } catch {
            return .failed(error.identifier)
        }
    }

    /// What the client says of a line that is down.
    private static let unreachable = ExchangeError(.unreachable, "").identifier

    /// Runs until it is cancelled: whenever something is due, or was handed over. Whoever takes
    /// long is at it alone, and nobody waits for it.
    public func run() async {
        let turns = Self.turns()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let ways = (try? await daemon.mailroom.ways()) ?? []
                for way in turns.inOrder(ways, way: { $0 }) {
                    guard turns.isFree(way) else { continue }
                    let queue = (try? await due(on: way, daemon.now())) ?? []
                    guard !queue.isEmpty, turns.begin(way) else { continue }
                    group.addTask {
                        let count =
                            (try? await within(seconds: daemon.deadlines.turn) {
                                await self.work(through: queue)
                            }) ?? 0
                        turns.end(way)
                        // What could not be written down stays due: on a full disk, going on at
                        // once would send the same parcels again and again.
                        if count == queue.count { self.daemon.bell.ring() }
                    }
                }
                await daemon.bell.wait(atMost: await pause(isBusy: turns.isBusy))
            }
        }
    }

    /// Seconds until something is due; whoever is at work rings the bell when it has ended.
    private func pause(isBusy: Bool) async -> Int64 {
        let next = (try? await daemon.mailroom.nextDue()) ?? nil
        let wait = next.map { $0.seconds - daemon.now().seconds } ?? Self.longestSleep
        return min(max(wait, isBusy ? 5 : 1), Self.longestSleep)
    }

    /// Seconds after which it looks again in any case: the clock may have been set.
    private static let longestSleep: Int64 = 60
}
