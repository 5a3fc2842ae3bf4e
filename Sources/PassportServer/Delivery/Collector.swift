internal import Foundation
public import Logging
internal import PassportClient
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore
internal import PassportTrust
internal import Synchronization

/// Fetches from peers what they have for organisations that nobody can reach: clinics behind a
/// carrier's NAT only ever dial out.
public struct Collector: Sendable {
    private let daemon: Daemon
    private let logger: Logger
    private let told = Told()
    private let desk: CollectingDesk

    /// Peers that are asked at once.
    private static let atOnce = 64
    /// Attempts to go on with one parcel in one round after a cut.
    private static let cuts = 4
    /// Pages of one peer in one round: one that always has another must not keep us for ever.
    private static let pages = 100

    /// Collects for a daemon.
    public init(_ daemon: Daemon, logger: Logger) {
        self.daemon = daemon
        self.logger = logger
        desk = CollectingDesk(folder: "\(daemon.settings.data)/collecting")
    }

    /// One organisation's way to one peer.
    private struct Visit: Hashable, Sendable {
        let owner: OrganisationID
        let peer: OrganisationID
    }

    /// Every peer of every organisation here, except where the peer's mailbox is here too.
    private func visits() async throws -> [(Visit, Identity)] {
        var visits: [(Visit, Identity)] = []
        for owner in try await daemon.mailroom.hosted() {
            for peer in try await daemon.mailroom.followed(by: owner) {
                guard let identity = try await daemon.mailroom.identity(of: peer) else { continue }
                let isHosted = try await daemon.mailroom.isHosted(peer)
                guard !isHosted || !daemon.isNamed(by: identity) else { continue }
                visits.append((Visit(owner: owner, peer: peer), identity))
            }
        }
        return visits
    }

    /// Every visit with why it failed the last time; nil when it did not.
    ///
    /// A peer whose mailbox came here is not visited any more. Left alone, its last failure would
    /// stand for good, and doctor would complain of it for ever.
    private func due() async throws -> [(visit: Visit, peer: Identity, before: String?)] {
        let visits = try await visits()
        let failed = Dictionary(
            try await daemon.mailroom.failedVisits().map {
                (Visit(owner: $0.host, peer: $0.peer), $0.problem)
            }, uniquingKeysWith: { $1 })
        for gone in Set(failed.keys).subtracting(visits.map(\.0)) { await note(gone, nil) }
        return visits.map { ($0, $1, failed[$0]) }
    }

    /// Asks every peer of every organisation here, once.
    ///
    /// - Returns: how many parcels came.
    @discardableResult
    public func round() async throws -> Int {
        let due = try await due()
        return await withTaskGroup(of: Int.self) { group in
            for (visit, peer, before) in due {
                group.addTask { await self.visit(peer, for: visit.owner, before) }
            }
            return await group.reduce(0, +)
        }
    }

    /// Asks one peer at the first of its addresses that answers.
    ///
    /// - Parameter before: why it failed the last time; nil when it did not.
    private func visit(
        _ peer: Identity, for owner: OrganisationID, _ before: String?
    ) async -> Int {
        var (problem, count): (String?, Int) = (nil, 0)
        for endpoint in Daemon.endpoints(of: peer) where !Task.isCancelled {
            do {
                count = try await within(seconds: daemon.deadlines.turn) {
                    try await self.tell(owner, to: peer.organisation, at: endpoint)
                    return try await self.collect(for: owner, from: peer, at: endpoint)
                }
                daemon.metrics.tried("collected")
                problem = nil
                break
            } catch {
                daemon.metrics.tried("not-collected")
                report(error)
                problem = Self.code(of: error)
            }
        }
        // A visit that was cut short because we stop says nothing.
        guard problem != before, !Task.isCancelled else { return count }
        await note(Visit(owner: owner, peer: peer.organisation), problem)
        return count
    }

    /// Remembers how a visit went; what cannot be written down is no reason not to make others.
    private func note(_ visit: Visit, _ problem: String?) async {
        do {
            try await daemon.mailroom.note(
                visitTo: visit.peer, for: visit.owner, problem: problem, now: daemon.now())
        } catch {
            report(error)
        }
    }

    private static func code(of error: any Error) -> String {
        (error as? any DescribedFailure)?.identifier ?? "unknown"
    }

    private func report(_ error: any Error) {
        logger.info("not collected", metadata: ["code": .string(Self.code(of: error))])
    }

    /// Nobody can fetch our newest manifest and lists from us, so we bring them along.
    private func tell(
        _ owner: OrganisationID, to peer: OrganisationID, at endpoint: Endpoint
    ) async throws {
        let caller = daemon.caller(for: owner)
        guard let identity = try await daemon.mailroom.identity(of: owner) else { return }
        var news = [
            (ExchangePath.identity(owner), MediaType.identity, identity.encoded())
        ]
        for number in try await daemon.mailroom.statusListNumbers(of: owner) {
            guard let list = try await daemon.mailroom.statusList(number, of: owner) else {
                continue
            }
            news.append(
                (ExchangePath.statusList(owner, number), MediaType.statusList, list.bytes))
        }
        for (path, mediaType, bytes) in news {
            let digest = Digest.sha256(of: bytes)
            guard told.isNews(peer, path, digest) else { continue }
            let reply = try await caller.call(
                endpoint, "PUT", path, body: .bytes(bytes), mediaType: mediaType, digest: digest)
            if case .success = reply { told.note(peer, path, digest) }
        }
    }

    private func collect(
        for owner: OrganisationID, from peer: Identity, at endpoint: Endpoint
    ) async throws -> Int {
        let caller = daemon.caller(for: owner)
        let path = ExchangePath.outbox(peer.organisation, owner)
        var count = 0
        var after: Int64? = 0
        for _ in 0..<Self.pages {
            guard let start = after else { break }
            let page = try await caller.document(
                ParcelPage.self, at: endpoint, start == 0 ? path : "\(path)?after=\(start)"
            ).get()
            for entry in page.parcels.prefix(Limits.pageItems) {
                guard let bytes = try? Hexadecimal.decode(entry.parcel),
                    let parcel = Digest(bytes: bytes)
                else { throw ExchangeError(.badAnswer, "a page with a parcel that is none") }
                do {
                    try await take(
                        parcel, entry, for: owner, from: peer.organisation, at: endpoint, caller)
                    count += 1
                } catch let error as ExchangeError where !Self.isOfTheLine(error) {
                    // One parcel that the peer cannot give must not hold up those behind it.
                    report(error)
                } catch let error as StoreError where error.code == .mailboxFull {
                    // A notice behind it may still fit.
                    report(error)
                }
            }
            // A peer that leads in circles is left.
            guard let next = page.next, next > start else { break }
            after = next
        }
        return count
    }

    private static func isOfTheLine(_ error: ExchangeError) -> Bool {
        error.code == .unreachable || error.code == .wrongPeer
    }

    private func take(
        _ parcel: Digest, _ entry: ParcelEntry, for owner: OrganisationID,
        from sender: OrganisationID, at endpoint: Endpoint, _ caller: ExchangeCaller
    ) async throws {
        let path = ExchangePath.outbox(sender, owner, parcel)
        let mailroom = daemon.mailroom
        let file = desk.file(of: parcel, for: owner, from: sender)
        var receipt = try await mailroom.storedReceipt(of: parcel, for: owner, from: sender)
        if receipt != nil {
            // A kill between the deposit and the removal below leaves a copy that nobody owns.
            desk.remove(file)
        } else {
            guard (1...Limits.envelopeBytes).contains(entry.length) else {
                throw ExchangeError(.overLimit, "a parcel of a length that is not taken")
            }
            guard try await mailroom.room(of: owner, for: sender) >= entry.length else {
                throw Mailroom.mailboxFull
            }
            try desk.begin(file)
            defer { desk.end(file) }
            do {
                _ = try await caller.downloadParcel(
                    from: endpoint, path, digest: parcel, length: entry.length, to: file,
                    maximumAttempts: Self.cuts
                ).get()
                receipt = try await deposit(parcel, file, entry.length, for: owner, from: sender)
            } catch let error as ExchangeError where error.code != .unreachable {
                // Only what was cut goes on later. What is no parcel will never be one, and
                // nobody may fill our disk with it.
                desk.remove(file)
                throw error
            }
            desk.remove(file)
        }
        // When this does not arrive, the parcel is offered again, and the receipt is here.
        _ = try await caller.call(
            endpoint, "PUT", path + "/receipt", body: .bytes(receipt ?? []),
            mediaType: MediaType.receipt
        ).get()
    }

    private func deposit(
        _ parcel: Digest, _ file: String, _ length: Int, for owner: OrganisationID,
        from sender: OrganisationID
    ) async throws -> [UInt8] {
        let now = daemon.now()
        let scope = UploadScope(owner: owner, peer: sender, recipient: owner)
        let stands = try await daemon.mailroom.uploadOffset(scope, digest: parcel)
        let upload = try await daemon.mailroom.beginUpload(
            scope, digest: parcel, length: length, offset: stands, now: now)
        do {
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw ExchangeError(.unreachable, .fault, "what was fetched is not there")
            }
            try handle.seek(toOffset: UInt64(stands))
            while let data = try handle.read(upToCount: 65_536), !data.isEmpty {
                try await upload.append([UInt8](data))
            }
        } catch {
            await upload.cut()
            throw error
        }
        let whole = try await upload.finish()
        let kind = try ParcelKind(whole)
        let receipt = try ReceiptTerms(
            event: .delivered, recipient: owner, sender: sender, parcel: parcel, time: now
        ).signed(by: daemon.mailroom.keys.exchange)
        return try await daemon.mailroom.deposit(
            whole, for: owner, from: sender, kind: kind, receipt: receipt, now: now
        ).receipt
    }

    /// Runs until it is cancelled. The pauses differ a little each time, so that clinics that
    /// lost one line do not all come back in one second.
    ///
    /// Attack: a peer that drips its answers. Whoever is being asked still is left alone in the
    /// next round, and keeps us from nobody else.
    public func run() async {
        let turns = Turns<Visit>(most: Self.atOnce, mostPerOwner: Self.atOnce) { $0.owner }
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                var isLeftOut = false
                let due = (try? await due()) ?? []
                for (visit, peer, before) in turns.inOrder(due, way: \.visit) {
                    guard turns.begin(visit) else {
                        isLeftOut = isLeftOut || !turns.holds(visit)
                        continue
                    }
                    group.addTask {
                        _ = await self.visit(peer, for: visit.owner, before)
                        turns.end(visit)
                    }
                }
                // Whoever found no place is not made to wait for a whole round.
                guard !isLeftOut else {
                    try? await Task.sleep(for: .seconds(1))
                    continue
                }
                let seconds = daemon.settings.collectSeconds
                let spread = Int64(daemon.randomness.number(below: Int(clamping: seconds / 4 + 1)))
                try? await Task.sleep(for: .seconds(seconds + spread))
            }
        }
    }
}

/// What was told to whom, so that it is told once. Forgotten at a restart, which costs a request.
private final class Told: Sendable {
    private struct Key: Hashable {
        let peer: OrganisationID
        let path: String
    }

    private let told = Mutex<[Key: Digest]>([:])

    func isNews(_ peer: OrganisationID, _ path: String, _ digest: Digest) -> Bool {
        told.withLock { $0[Key(peer: peer, path: path)] != digest }
    }

    func note(_ peer: OrganisationID, _ path: String, _ digest: Digest) {
        told.withLock { $0[Key(peer: peer, path: path)] = digest }
    }
}
