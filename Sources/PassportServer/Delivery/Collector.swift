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

    /// Peers that are asked at once.
    private static let atOnce = 8
    /// Attempts to go on with one parcel in one round after a cut.
    private static let cuts = 4
    /// Pages of one peer in one round: one that always has another must not keep us for ever.
    private static let pages = 100
    /// Downloads that were cut and may go on; peers choose how many there are, and how long.
    private static let keptFiles = 8

    private var folder: String { "\(daemon.settings.data)/collecting" }

    /// Collects for a daemon.
    public init(_ daemon: Daemon, logger: Logger) {
        self.daemon = daemon
        self.logger = logger
    }

    /// Asks every peer of every organisation here, once.
    ///
    /// - Returns: how many parcels came.
    @discardableResult
    public func round() async throws -> Int {
        sweep()
        var visits: [(owner: OrganisationID, peer: Identity)] = []
        for owner in try await daemon.mailroom.hosted() {
            for peer in try await daemon.mailroom.followed(by: owner) {
                guard let identity = try await daemon.mailroom.identity(of: peer) else { continue }
                let isHosted = try await daemon.mailroom.isHosted(peer)
                guard !isHosted || !daemon.isNamed(by: identity) else { continue }
                visits.append((owner, identity))
            }
        }
        // Side by side: one peer that answers slowly must not keep us from the others.
        return await withTaskGroup(of: Int.self) { group in
            var count = 0
            for (index, visit) in visits.enumerated() {
                if index >= Self.atOnce { count += await group.next() ?? 0 }
                group.addTask { await self.visit(visit.peer, for: visit.owner) }
            }
            for await more in group { count += more }
            return count
        }
    }

    /// Asks one peer at the first of its addresses that answers.
    private func visit(_ peer: Identity, for owner: OrganisationID) async -> Int {
        for endpoint in Daemon.endpoints(of: peer) where !Task.isCancelled {
            do {
                try await tell(owner, to: peer.organisation, at: endpoint)
                let count = try await collect(for: owner, from: peer, at: endpoint)
                daemon.metrics.tried("collected")
                return count
            } catch {
                daemon.metrics.tried("not-collected")
                report(error)
            }
        }
        return 0
    }

    private func report(_ error: any Error) {
        let code = (error as? any DescribedFailure)?.identifier ?? "unknown"
        logger.info("not collected", metadata: ["code": .string(code)])
    }

    /// Takes away the oldest of what was fetched in part.
    private func sweep() {
        let manager = FileManager.default
        func age(_ path: String) -> Date {
            let attributes = try? manager.attributesOfItem(atPath: path)
            return attributes?[.modificationDate] as? Date ?? .distantPast
        }
        let paths = ((try? manager.contentsOfDirectory(atPath: folder)) ?? [])
            .map { "\(folder)/\($0)" }
        guard paths.count > Self.keptFiles else { return }
        let dated = paths.map { (path: $0, age: age($0)) }.sorted { $0.age > $1.age }
        for file in dated.dropFirst(Self.keptFiles) {
            try? manager.removeItem(atPath: file.path)
        }
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
        let file = "\(folder)/\(parcel)"
        var receipt = try await mailroom.storedReceipt(of: parcel, for: owner, from: sender)
        if receipt != nil {
            // A kill between the deposit and the removal below leaves a copy that nobody owns.
            try? FileManager.default.removeItem(atPath: file)
        } else {
            guard (1...Limits.envelopeBytes).contains(entry.length) else {
                throw ExchangeError(.overLimit, "a parcel of a length that is not taken")
            }
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            _ = try await caller.downloadParcel(
                from: endpoint, path, digest: parcel, length: entry.length, to: file,
                maximumAttempts: Self.cuts
            ).get()
            do {
                receipt = try await deposit(parcel, file, entry.length, for: owner, from: sender)
            } catch let error as ExchangeError {
                // What is no parcel will never be one: nobody may fill our disk with it.
                try? FileManager.default.removeItem(atPath: file)
                throw error
            }
            try FileManager.default.removeItem(atPath: file)
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
        let kind = try ParcelKind(head: whole.head)
        let receipt = try ReceiptTerms(
            event: .delivered, recipient: owner, sender: sender, parcel: parcel, time: now
        ).signed(by: daemon.mailroom.keys.exchange)
        return try await daemon.mailroom.deposit(
            whole, for: owner, from: sender, kind: kind, receipt: receipt, now: now
        ).receipt
    }

    /// Runs until it is cancelled. The pauses differ a little each time, so that clinics that
    /// lost one line do not all come back in one second.
    public func run() async {
        while !Task.isCancelled {
            _ = try? await round()
            let seconds = daemon.settings.collectSeconds
            let spread = Int64(daemon.randomness.number(below: Int(clamping: seconds / 4 + 1)))
            try? await Task.sleep(for: .seconds(seconds + spread))
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
