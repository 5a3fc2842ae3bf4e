public import PassportCoding
public import PassportCrypto

/// The state of a log at one size (C2SP tlog-checkpoint): origin, size and root.
public struct Checkpoint: Hashable, Sendable {
    /// Which log.
    public let origin: String
    /// Entries in the tree.
    public let size: UInt64
    /// Root of the tree.
    public let root: Digest
    /// Further lines. This format writes none: what matters does not go where cosigners may
    /// not look.
    public let extensions: [String]

    /// States the state of a log.
    public init(origin: String, size: UInt64, root: Digest) {
        self.origin = origin
        self.size = size
        self.root = root
        extensions = []
    }

    /// Parses the text of a note.
    public init(parsing text: String) throws(AuditError) {
        let bytes = Array(text.utf8)
        guard bytes.last == UInt8(ascii: "\n") else {
            throw AuditError(.malformed, "checkpoint: does not end in a line feed")
        }
        let lines = bytes.dropLast()
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }) else {
            throw AuditError(.malformed, "checkpoint: an empty line, or fewer than three")
        }
        origin = lines[0]
        size = try Self.decimal(lines[1], "checkpoint: size")
        do {
            guard let root = Digest(bytes: try Base64.decode(lines[2])) else {
                throw AuditError(.malformed, "checkpoint: the root is not 32 bytes")
            }
            self.root = root
        } catch {
            throw AuditError("checkpoint", error)
        }
        extensions = Array(lines[3...])
    }

    /// A number in decimal without leading zeros, so that it has one spelling.
    static func decimal(_ text: String, _ place: String) throws(AuditError) -> UInt64 {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            text == "0" || !text.hasPrefix("0"), let value = UInt64(text),
            value <= MerkleTree.maximumSize
        else { throw AuditError(.malformed, "\(place): not a number") }
        return value
    }

    /// The lines that are signed.
    public var text: String {
        ([origin, "\(size)", Base64.encode(root.bytes)] + extensions)
            .map { $0 + "\n" }.joined()
    }

    /// The checkpoint as a signed note; the key must be a `log` key.
    public func signed(by key: borrowing SigningKey) throws(AuditError) -> String {
        try SignedNote.sign(text, name: origin, key: key)
    }

    /// Parses and verifies a note of the log `origin`.
    ///
    /// The origin is compared before any signature: an organisation that runs two logs, or that
    /// lets two share a key, cannot show one for the other.
    public static func verify(
        note: String, origin: String, keys: [VerifyingKey]
    ) throws(AuditError) -> VerifiedCheckpoint {
        let parsed = try SignedNote(parsing: note)
        let checkpoint = try Checkpoint(parsing: parsed.text)
        guard checkpoint.origin.hasSameBytes(as: origin) else {
            throw AuditError(.wrongOrigin, .refused, "a checkpoint of another log")
        }
        let signers = try parsed.verify(name: origin, keys: keys)
        return VerifiedCheckpoint(
            checkpoint: checkpoint, note: note, signers: signers,
            otherSignatures: parsed.signatures.count - signers.count)
    }
}

/// A checkpoint whose signature was checked; made nowhere but in `Checkpoint.verify`.
///
/// Keep the note of every one that you verify: two that contradict each other prove, to anybody
/// and without further evidence, that the log was rewritten or shown in two versions.
public struct VerifiedCheckpoint: Hashable, Sendable {
    /// What was signed.
    public let checkpoint: Checkpoint
    /// The note's exact text.
    public let note: String
    /// Hashes of the keys whose signatures hold.
    public let signers: [Digest]
    /// Signature lines by keys that were not offered, and were not looked at.
    public let otherSignatures: Int

    /// Which log.
    public var origin: String { checkpoint.origin }
    /// Entries in the tree.
    public var size: UInt64 { checkpoint.size }
    /// Root of the tree.
    public var root: Digest { checkpoint.root }

    init(checkpoint: Checkpoint, note: String, signers: [Digest], otherSignatures: Int) {
        self.checkpoint = checkpoint
        self.note = note
        self.signers = signers
        self.otherSignatures = otherSignatures
    }
}
