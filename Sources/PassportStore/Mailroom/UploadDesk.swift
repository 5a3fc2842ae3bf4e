internal import GRDB
internal import Glibc
public import PassportCoding
public import PassportCrypto
public import PassportTrust
internal import Synchronization

/// Whose upload it is.
public struct UploadScope: Hashable, Sendable {
    /// Whose mailbox or outbox it goes to.
    public let owner: OrganisationID
    /// Who uploads.
    public let peer: OrganisationID
    /// Whom it is for in the end.
    public let recipient: OrganisationID

    /// Names a scope.
    public init(owner: OrganisationID, peer: OrganisationID, recipient: OrganisationID) {
        self.owner = owner
        self.peer = peer
        self.recipient = recipient
    }
}

/// The bounds on what one organisation may have under way, and on what may lie cut of all together
/// for one mailbox.
public enum UploadRules {
    /// Uploads in files, those that were cut included.
    public static let filesPerPeer = 8
    /// Bytes in all uploads: announced while they run, arrived once they are cut.
    public static let bytesPerPeer = 67_108_864
    /// Files that were cut, of all who bring to one mailbox together, its owner left out.
    public static let filesPerOwner = 64
    /// Bytes in them.
    public static let bytesPerOwner = 536_870_912
    /// Seconds after which one that was cut is given up.
    public static let keptSeconds: Int64 = 7 * 86_400
}

/// Knows every upload that is under way or was cut, and keeps each peer within bounds.
final class UploadDesk: Sendable {
    /// One upload, by the name of its file.
    struct Slot {
        let owner: String
        let peer: String
        var bytes: Int
        var isFile: Bool
        var isActive: Bool
    }

    let files: DurableFiles
    let parcels: String
    private let partials: String
    private let randomness: Randomness
    private let slots = Mutex<[String: Slot]>([:])

    private static let nameCharacters = 32

    init(
        partials: String, parcels: String, _ files: DurableFiles, _ randomness: Randomness
    ) {
        self.partials = partials
        self.parcels = parcels
        self.files = files
        self.randomness = randomness
    }

    /// The name says to whom and who uploads, so that the bounds hold again after a restart.
    static func name(_ scope: UploadScope, _ digest: Digest) -> String {
        let rest = Digest.sha256(
            label: "care-passport/1 upload", scope.owner.digest.bytes, scope.peer.digest.bytes,
            scope.recipient.digest.bytes, digest.bytes)
        return "\(start(scope.owner, scope.peer))\(rest)"
    }

    private static func start(_ owner: OrganisationID, _ peer: OrganisationID) -> String {
        [owner, peer].map { "\("\($0.digest)".prefix(nameCharacters))-" }.joined()
    }

    /// Whose an upload is, from its name.
    private static func ends(_ name: String) -> (owner: String, peer: String)? {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == nameCharacters,
            parts[1].count == nameCharacters, parts[2].count == 64
        else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    func path(_ name: String) -> String { "\(partials)/\(name)" }

    /// A name for a parcel's file that says nothing about it.
    func freshParcelName() -> String { Hexadecimal.encode(randomness.bytes(16)) }

    /// Takes up what was cut before the daemon started.
    func load() {
        var found: [String: Slot] = [:]
        for name in DurableFiles.names(in: partials) {
            guard let ends = Self.ends(name), let status = DurableFiles.status(path(name)) else {
                DurableFiles.remove(path(name))
                continue
            }
            found[name] = Slot(
                owner: ends.owner, peer: ends.peer, bytes: status.length, isFile: true,
                isActive: false)
        }
        slots.withLock { slots in
            slots = found
            for owner in Set(found.values.map(\.owner)) { giveUp(for: owner, &slots) }
        }
    }

    /// Uploads that were cut and may go on.
    var cutCount: Int { slots.withLock { $0.values.count { !$0.isActive } } }

    /// Bytes that have arrived.
    func offset(_ name: String) -> Int { DurableFiles.status(path(name))?.length ?? 0 }

    /// Claims the one place of an upload, or says why there is none.
    ///
    /// - Returns: true when nothing of it is here.
    func claim(_ name: String, length: Int) throws(StoreError) -> Bool {
        guard let ends = Self.ends(name) else {
            throw StoreError(.damaged, .fault, "an upload has no name")
        }
        let isFile = length > Mailroom.inlineBytes
        var isFresh = true
        let problem: StoreError? = slots.withLock { slots in
            isFresh = slots[name] == nil
            if slots[name]?.isActive == true {
                return StoreError(.busy, .refused, "this upload is under way already")
            }
            let others = Others(slots, but: name, of: ends.peer)
            guard !isFile || others.files < UploadRules.filesPerPeer,
                others.bytes + length <= UploadRules.bytesPerPeer
            else {
                return StoreError(
                    .tooMany, .refused, "too many uploads of this organisation are under way",
                    hint: "finish those that were begun")
            }
            slots[name] = Slot(
                owner: ends.owner, peer: ends.peer, bytes: length,
                isFile: isFile || slots[name]?.isFile == true, isActive: true)
            return nil
        }
        if let problem { throw problem }
        return isFresh
    }

    /// Gives a place back: what arrived is kept for later, or there is nothing.
    func release(_ name: String, kept: Int) {
        slots.withLock { slots in
            guard kept > 0 else {
                slots[name] = nil
                return
            }
            slots[name]?.bytes = kept
            slots[name]?.isFile = true
            slots[name]?.isActive = false
            if let owner = slots[name]?.owner { giveUp(for: owner, &slots) }
        }
    }

    /// Keeps what was cut for one mailbox in its bounds. Of too many files the smallest is given up
    /// of whoever has most of them, of too many bytes the largest of whoever has most of those.
    ///
    /// Attack: made-up peers without end, each of which cuts as much as one may, or one byte. To
    /// refuse others for it would shut the mailbox; what is given up here begins anew.
    private func giveUp(for owner: String, _ slots: inout [String: Slot]) {
        var cut = slots.filter { _, slot in
            slot.owner == owner && slot.peer != owner && !slot.isActive
        }
        while cut.count > UploadRules.filesPerOwner
            || cut.values.reduce(0, { $0 + $1.bytes }) > UploadRules.bytesPerOwner
        {
            let isCrowded = cut.count > UploadRules.filesPerOwner
            let sums = Dictionary(grouping: cut.values, by: \.peer).mapValues { slots in
                let bytes = slots.reduce(0) { $0 + $1.bytes }
                return isCrowded ? (slots.count, -bytes) : (bytes, slots.count)
            }
            let most = sums.max { one, other in
                (one.value.0, one.value.1, one.key) < (other.value.0, other.value.1, other.key)
            }?.key
            let theirs = cut.filter { $1.peer == most }.sorted {
                ($0.value.bytes, $0.key) < ($1.value.bytes, $1.key)
            }
            guard let name = (isCrowded ? theirs.first : theirs.last)?.key else { return }
            cut[name] = nil
            slots[name] = nil
            DurableFiles.remove(path(name))
        }
    }

    /// Gives up what one who is not followed any more has cut.
    func forget(_ peer: OrganisationID, for owner: OrganisationID) {
        let start = Self.start(owner, peer)
        for name in slots.withLock({ $0.keys.filter { $0.hasPrefix(start) } }) { forget(name) }
    }

    /// True when a small upload that is cut may become a file.
    func mayBecomeFile(_ name: String) -> Bool {
        guard let ends = Self.ends(name) else { return false }
        return slots.withLock {
            Others($0, but: name, of: ends.peer).files < UploadRules.filesPerPeer
        }
    }

    /// What stands beside one upload of the same peer.
    private struct Others {
        private(set) var (files, bytes) = (0, 0)

        init(_ slots: [String: Slot], but name: String, of peer: String) {
            for (other, slot) in slots where other != name && slot.peer == peer {
                files += slot.isFile ? 1 : 0
                bytes += slot.bytes
            }
        }
    }

    /// Gives up what was cut before a moment.
    func prune(before moment: Timestamp) -> Int {
        let names = slots.withLock { slots in
            slots.filter { !$0.value.isActive }.map(\.key)
        }
        var count = 0
        for name in names {
            if let status = DurableFiles.status(path(name)), status.changed >= moment.seconds {
                continue
            }
            if forget(name) { count += 1 }
        }
        return count
    }

    /// Takes away what a cut left.
    ///
    /// - Returns: false when there is nothing, or it goes on now.
    @discardableResult
    func forget(_ name: String) -> Bool {
        slots.withLock { slots in
            guard slots[name]?.isActive == false else { return false }
            slots[name] = nil
            DurableFiles.remove(path(name))
            return true
        }
    }
}

extension Mailroom {
    /// Begins an upload, or goes on with one that was cut.
    ///
    /// - Parameters:
    ///   - length: bytes of the whole parcel.
    ///   - offset: where the next byte belongs.
    /// - Throws: `busy`, `tooLarge`, `tooMany`, `full`; `WrongOffset` when it stands elsewhere.
    public func beginUpload(
        _ scope: UploadScope, digest: Digest, length: Int, offset: Int, now: Timestamp
    ) async throws -> Upload {
        guard (1...Limits.envelopeBytes).contains(length) else {
            throw StoreError(
                .tooLarge, .refused, "a parcel has 1 to \(Limits.envelopeBytes) bytes")
        }
        let name = UploadDesk.name(scope, digest)
        let desk = uploads
        let isFresh = try desk.claim(name, length: length)
        let before = isFresh ? 0 : desk.offset(name)
        do {
            if isFresh, length <= Self.inlineBytes {
                // Nothing on the disk is looked at, so nobody has to wait for it.
                try files.refuseBroken()
                return try Upload(
                    desk, name, digest, length: length, offset: offset, isFresh: true, now: now)
            }
            return try await files.run {
                try Upload(
                    desk, name, digest, length: length, offset: offset, isFresh: false, now: now)
            }
        } catch {
            desk.release(name, kept: min(before, desk.offset(name)))
            throw error
        }
    }

    /// Bytes that have arrived of an upload; 0 when there is none.
    public func uploadOffset(_ scope: UploadScope, digest: Digest) async throws -> Int {
        uploads.offset(UploadDesk.name(scope, digest))
    }

    /// Takes away what a cut left of an upload that need not go on: the parcel is here.
    public func forgetUpload(_ scope: UploadScope, digest: Digest) {
        uploads.forget(UploadDesk.name(scope, digest))
    }

    /// A parcel from bytes that the program has itself.
    ///
    /// - Throws: `tooLarge`, `full`.
    public func parcel(from bytes: [UInt8]) async throws -> UploadedParcel {
        guard (1...Limits.envelopeBytes).contains(bytes.count) else {
            throw StoreError(
                .tooLarge, .refused, "a parcel has 1 to \(Limits.envelopeBytes) bytes")
        }
        let digest = Digest.sha256(of: bytes)
        guard bytes.count > Self.inlineBytes else {
            return UploadedParcel(digest, .memory(bytes.blob), head: bytes)
        }
        let desk = uploads
        return try await files.run {
            let path = "\(desk.parcels)/\(desk.freshParcelName())"
            try desk.files.write(bytes, to: path)
            return UploadedParcel(
                digest, .file(path: path, length: bytes.count), head: bytes)
        }
    }

    /// Takes away what a crash left between a file and its row, and takes up cut uploads.
    func tidyFiles() async throws {
        let known = try await read { database in
            try Set(
                String.fetchAll(database, sql: "SELECT file FROM parcel WHERE file IS NOT NULL"))
        }
        for name in DurableFiles.names(in: "\(folder)/\(Self.parcelFolder)")
        where !known.contains(name) {
            DurableFiles.remove(parcelPath(name))
        }
        uploads.load()
    }
}
