internal import Foundation
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportTrust
internal import Synchronization

/// The files into which parcels are fetched from peers.
final class CollectingDesk: Sendable {
    private let folder: String
    private let active = Mutex<Set<String>>([])

    /// Downloads that were cut and may go on; peers choose how many there are, and how long.
    private static let kept = 8

    init(folder: String) { self.folder = folder }

    /// One file for each way: a peer that lists another one's parcel must not spoil what is being
    /// fetched from that one.
    func file(
        of parcel: Digest, for owner: OrganisationID, from sender: OrganisationID
    ) -> String {
        let way = owner.digest.bytes + sender.digest.bytes + parcel.bytes
        return "\(folder)/\(Digest.sha256(of: way))"
    }

    /// Makes room for a download.
    ///
    /// - Throws: when the folder cannot be made; `refused` while the same file is being fetched.
    func begin(_ file: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        guard active.withLock({ $0.insert(file).inserted }) else {
            throw ExchangeError(.refused, "this parcel is being fetched already")
        }
        sweep()
    }

    func end(_ file: String) { active.withLock { _ = $0.remove(file) } }

    func remove(_ file: String) { try? FileManager.default.removeItem(atPath: file) }

    /// Takes away the oldest of what was fetched in part.
    private func sweep() {
        let manager = FileManager.default
        func age(_ path: String) -> Date {
            let attributes = try? manager.attributesOfItem(atPath: path)
            return attributes?[.modificationDate] as? Date ?? .distantPast
        }
        // Under the lock, so that none of them becomes active meanwhile.
        active.withLock { active in
            let paths = ((try? manager.contentsOfDirectory(atPath: folder)) ?? [])
                .map { "\(folder)/\($0)" }.filter { !active.contains($0) }
            guard paths.count > Self.kept else { return }
            let dated = paths.map { (path: $0, age: age($0)) }.sorted { $0.age > $1.age }
            for file in dated.dropFirst(Self.kept) { remove(file.path) }
        }
    }
}
