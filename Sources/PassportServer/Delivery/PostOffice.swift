public import Logging
internal import PassportClient
internal import PassportCoding
internal import PassportCrypto
public import PassportExchange
internal import PassportStore
internal import PassportTrust

/// Sends what organisations handed over to the daemons of those it is for, and tries again for
/// days where nobody answers.
public struct PostOffice: Sendable {
    private let daemon: Daemon
    private let rules: DeliveryRules
    private let logger: Logger

    /// Recipients that are tried at once, parcels of one round, and attempts to go on with one
    /// parcel in one round after a cut.
    private static let atOnce = 8
    private static let perRound = 64
    private static let cuts = 4

    /// Sends for a daemon.
    public init(_ daemon: Daemon, rules: DeliveryRules = DeliveryRules(), logger: Logger) {
        self.daemon = daemon
        self.rules = rules
        self.logger = logger
    }

    /// Tries everything that is due now, once.
    ///
    /// - Returns: how many were tried.
    @discardableResult
    public func round() async throws -> Int {
        let due = try await daemon.mailroom.due(now: daemon.now(), limit: Self.perRound)
        // One recipient after the other within one line of work: a daemon that does not answer
        // holds up what is for it and nothing else.
        let queues = Dictionary(grouping: due, by: \.recipient).values
            .sorted { ($0.first?.id ?? 0) < ($1.first?.id ?? 0) }
        await withTaskGroup(of: Void.self) { group in
            for (index, queue) in queues.enumerated() {
                if index >= Self.atOnce { await group.next() }
                group.addTask { await self.work(through: queue) }
            }
        }
        return due.count
    }

    private func work(through queue: [Consignment]) async {
        for consignment in queue {
            guard !Task.isCancelled else { return }
            let attempt = await attempt(consignment)
            do {
                try await record(attempt, consignment)
            } catch {
                // It stays due, and nothing that was acknowledged is lost.
                logger.error(
                    "not recorded",
                    metadata: [
                        "code": .string((error as? any DescribedFailure)?.identifier ?? "unknown")
                    ])
                return
            }
        }
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
            else { return .rejected(.noMailbox, "unknown-recipient") }
            if try await daemon.mailroom.isHosted(consignment.recipient) {
                return try await deliverHere(consignment, recipient)
            }
            guard let content = try await daemon.mailroom.content(of: consignment.id) else {
                return .failed("no-content")
            }
            let endpoints = Daemon.endpoints(of: recipient)
            guard !endpoints.isEmpty else { return .toBeCollected }
            var outcome = DeliveryAttempt.failed("unreachable")
            for endpoint in endpoints {
                outcome = await send(consignment, content, to: recipient, at: endpoint)
                if case .failed = outcome { continue }
                return outcome
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
            return .rejected(.refused, Problem.Kind.forbidden.code)
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

    /// Runs until it is cancelled: whenever something is due, or was handed over.
    public func run() async {
        while !Task.isCancelled {
            let tried = (try? await round()) ?? 0
            guard tried < Self.perRound else { continue }
            let next = (try? await daemon.mailroom.nextDue()) ?? nil
            let wait = next.map { $0.seconds - daemon.now().seconds } ?? Self.longestSleep
            await daemon.bell.wait(atMost: min(max(wait, 1), Self.longestSleep))
        }
    }

    /// Seconds after which it looks again in any case: the clock may have been set.
    private static let longestSleep: Int64 = 60
}
