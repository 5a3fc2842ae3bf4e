import Foundation
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportSecrecy
import PassportTrust

/// An identity of ours that a daemon may know before this home goes by it.
///
/// It is on disk before the daemon hears of it: a home that forgot a manifest that others have
/// would sign another one of the same number, which is a fork. Nothing has to vouch for the file:
/// what stands in it counts only as a chain that our own roots signed, going on from ours.
struct PendingIdentity {
    private let path: String

    init(_ layout: HomeLayout) { path = "\(layout.path)/pairing.identity" }

    /// True while a pairing that began has no known end.
    var isThere: Bool { FileManager.default.fileExists(atPath: path) }

    /// What a pairing left that broke off; nil when there is nothing that goes on from `known`.
    func identity(after known: Identity) throws -> Identity? {
        guard isThere else { return nil }
        let bytes = try Files.read(
            path, maximum: Limits.identityBytes, what: Words.say("what.identity"))
        guard let identity = try? Identity(decoding: bytes),
            identity.chain.manifests.count > known.chain.manifests.count,
            identity.chain.manifests.starts(with: known.chain.manifests)
        else { return nil }
        return identity
    }

    /// Keeps an identity for the next attempt; nil takes the file away.
    func keep(_ identity: Identity?) throws {
        if let identity {
            try AtomicFile.write(identity.encoded(), to: path)
        } else if isThere {
            try FileManager.default.removeItem(atPath: path)
        }
    }
}

/// A daemon that had the mailbox before another one, and still has something for us or to learn.
struct LeftDaemon: Hashable {
    let endpoint: Endpoint
    /// When the mailbox moved away.
    let since: Timestamp

    /// For how long a daemon that does not answer is asked: peers that did not ask it within 90
    /// days have to be told by hand in any case.
    private static let patience: Int64 = 90 * 86_400

    func isOver(at now: Timestamp) -> Bool {
        now > since.adding(seconds: Self.patience)
    }

    var address: String { endpoint.address.description }
}

/// The daemons that a home has left, in a file of their own.
///
/// Whoever changes the file sends our public manifest to an address of his choice, in a request
/// that is good at that address alone, and reads nothing.
struct LeftDaemons {
    private struct Row: Codable {
        let address: String
        let pin: String
        let since: Int64
    }

    private let path: String

    private static let maximumBytes = 65_536

    init(_ layout: HomeLayout) { path = "\(layout.path)/left-daemons.json" }

    /// All of them but the one that has the mailbox now: a move that broke off left none.
    func all(but current: Endpoint?) throws -> [LeftDaemon] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let bytes = try Files.read(
            path, maximum: Self.maximumBytes, what: Words.say("what.left-daemons"))
        let rows = (try? JSONDecoder().decode([Row].self, from: Data(bytes))) ?? []
        return rows.compactMap { row in
            guard let address = try? ServiceAddress(row.address), address != current?.address,
                let pin = (try? Hexadecimal.decode(row.pin)).flatMap({ Digest(bytes: $0) })
            else { return nil }
            return LeftDaemon(
                endpoint: Endpoint(address: address, pin: pin),
                since: Timestamp(clamping: row.since))
        }
    }

    /// Keeps one more, in place of what stood there for its address.
    func add(_ daemon: LeftDaemon) throws {
        try write(all(but: daemon.endpoint) + [daemon])
    }

    /// Forgets what stands there for an address.
    func remove(_ endpoint: Endpoint) throws { try write(all(but: endpoint)) }

    private func write(_ daemons: [LeftDaemon]) throws {
        guard !daemons.isEmpty else {
            if FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
            return
        }
        let rows = daemons.map {
            Row(address: $0.address, pin: "\($0.endpoint.pin)", since: $0.since.seconds)
        }
        try AtomicFile.write([UInt8](JSONEncoder().encode(rows)), to: path)
    }
}
