public import PassportCoding
public import PassportCrypto

/// A self-contained proof that one entry is in a log (C2SP tlog-proof, version 1).
public struct InclusionProof: Hashable, Sendable {
    /// The entry's place.
    public let index: UInt64
    /// Sibling hashes, from the leaf upward.
    public let path: [Digest]
    /// A checkpoint of the log, as a signed note.
    public let note: String

    private static let header = "c2sp.org/tlog-proof@v1"
    /// No tree of this format is higher.
    private static let longestPath = 63

    /// Puts a proof together.
    public init(index: UInt64, path: [Digest], note: String) {
        self.index = index
        self.path = path
        self.note = note
    }

    /// The proof as text; files end in `.tlog-proof`.
    public var text: String {
        ([Self.header, "index \(index)"] + path.map { Base64.encode($0.bytes) } + [""])
            .map { $0 + "\n" }.joined() + note
    }

    /// Parses a proof. An `extra` line is refused: nothing authenticates it.
    public init(parsing text: String) throws(AuditError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 2 * Limits.noteBytes else {
            throw AuditError(.overLimit, "log proof: longer than \(2 * Limits.noteBytes) bytes")
        }
        var rest = bytes[...]
        func line() throws(AuditError) -> String {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
                throw AuditError(.malformed, "log proof: ends early")
            }
            defer { rest = rest[rest.index(after: end)...] }
            return String(decoding: rest[..<end], as: UTF8.self)
        }
        guard try line() == Self.header else {
            throw AuditError(.malformed, "log proof: not a proof of version 1")
        }
        let place = try line()
        guard place.hasPrefix("index ") else {
            throw AuditError(.malformed, "log proof: no index")
        }
        index = try Checkpoint.decimal(String(place.dropFirst(6)), "log proof: index")
        var path: [Digest] = []
        while true {
            let hash = try line()
            if hash.isEmpty { break }
            guard path.count < Self.longestPath else {
                throw AuditError(.overLimit, "log proof: more than \(Self.longestPath) hashes")
            }
            do {
                guard let digest = Digest(bytes: try Base64.decode(hash)) else {
                    throw AuditError(.malformed, "log proof: a hash is not 32 bytes")
                }
                path.append(digest)
            } catch {
                throw AuditError("log proof", error)
            }
        }
        self.path = path
        note = String(decoding: rest, as: UTF8.self)
    }

    /// Verifies that the entry with this leaf is in the log.
    ///
    /// - Parameters:
    ///   - leafData: `AuditEntry.leafData`, or recomputed from disclosed fields.
    ///   - origin: the log that the reader expects.
    ///   - keys: its `log` keys.
    public func verify(
        leafData: Digest, origin: String, keys: [VerifyingKey]
    ) throws(AuditError) -> VerifiedCheckpoint {
        let checkpoint = try Checkpoint.verify(note: note, origin: origin, keys: keys)
        try verify(leafData: leafData, in: checkpoint)
        return checkpoint
    }

    /// Verifies the path alone.
    func verify(leafData: Digest, in checkpoint: VerifiedCheckpoint) throws(AuditError) {
        try MerkleProof.verifyInclusion(
            leafHash: MerkleTree.leafHash(of: leafData), index: index,
            size: checkpoint.size, path: path, root: checkpoint.root)
    }
}
