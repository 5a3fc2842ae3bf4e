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

    /// Recipients that are tried at once, parcels that are looked at together, and attempts to go
    /// on with one parcel after a cut.
    private static let atOnce = 32
    private static let perLook = 512
    private static let cuts = 4

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
        let queues = Self.queues(try await due(daemon.now()))
        return await withTaskGroup(of: Int.self) { group in
            var count = 0
            for (index, queue) in queues.enumerated() {
                if index >= Self.atOnce { count += await group.next() ?? 0 }
                group.addTask { await self.work(through: queue) }
            }
            for await done in group { count += done }
            return count
        }
    }

    /// One line of work for each recipient: a daemon that does not answer holds up what is for it
    /// and nothing else.
    private static func queues(_ due: [Consignment]) -> [[Consignment]] {
        Dictionary(grouping: due, by: \.recipient).values
            .sorted { ($0.first?.id ?? 0) < ($1.first?.id ?? 0) }
    }

    /// What is due, and what a clock that ran ahead put off for longer than the schedule can have
    /// meant: it would lie there until that moment comes, a year perhaps.
    private func due(_ now: Timestamp) async throws -> [Consignment] {
        let due = try await daemon.mailroom.due(now: now, limit: Self.perLook)
        guard due.count < Self.perLook else { return due }
        let last = now.adding(seconds: rules.schedule.longest)
        let putOff = try await daemon.mailroom.due(now: .latest, limit: Self.perLook)
            .filter { ($0.nextAttempt ?? now) > last }
        return due + putOff.prefix(Self.perLook - due.count)
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
        let busy = BusyRecipients()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for queue in Self.queues((try? await due(daemon.now())) ?? []) {
                    guard let recipient = queue.first?.recipient,
                        busy.begin(recipient, atMost: Self.atOnce)
                    else { continue }
                    group.addTask {
                        let count = await self.work(through: queue)
                        busy.end(recipient)
                        // What could not be written down stays due: on a full disk, going on at
                        // once would send the same parcels again and again.
                        if count == queue.count { self.daemon.bell.ring() }
                    }
                }
                await daemon.bell.wait(atMost: await pause(isBusy: busy.isBusy))
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

/// Whom something is being sent to now.
private final class BusyRecipients: Sendable {
    private let recipients = Mutex<Set<OrganisationID>>([])

    var isBusy: Bool { recipients.withLock { !$0.isEmpty } }

    func begin(_ recipient: OrganisationID, atMost most: Int) -> Bool {
        recipients.withLock { recipients in
            recipients.count < most && recipients.insert(recipient).inserted
        }
    }

    func end(_ recipient: OrganisationID) {
        recipients.withLock { _ = $0.remove(recipient) }
    }
}
