import Foundation
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportTrust

/// Whom our daemon was asked to take parcels from, so that it is told when that is over.
///
/// Whoever changes the file has our daemon told that somebody is followed no more, who is
/// followed again in the same round when the home says so.
struct FollowedPeers {
    private let path: String

    private static let maximumBytes = 1_048_576

    init(_ layout: HomeLayout) { path = "\(layout.path)/followed-peers.json" }

    func all() throws -> Set<OrganisationID> {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let bytes = try Files.read(
            path, maximum: Self.maximumBytes, what: Words.say("what.followed-peers"))
        let texts = (try? JSONDecoder().decode([String].self, from: Data(bytes))) ?? []
        return Set(texts.compactMap { try? OrganisationID(text: $0) })
    }

    /// On the disk before the daemon hears of it: who is forgotten here is followed for ever.
    func add(_ id: OrganisationID) throws {
        let known = try all()
        guard !known.contains(id) else { return }
        try write(known.union([id]))
    }

    func remove(_ id: OrganisationID) throws { try write(all().subtracting([id])) }

    private func write(_ ids: Set<OrganisationID>) throws {
        let texts = ids.map(\.text).sorted()
        try AtomicFile.write([UInt8](JSONEncoder().encode(texts)), to: path)
    }
}
