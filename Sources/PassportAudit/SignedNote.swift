public import PassportCoding
public import PassportCrypto

/// A signed note (C2SP signed-note): text, an empty line, and signature lines. Parsed, not
/// verified.
public struct SignedNote: Hashable, Sendable {
    /// One signature line.
    public struct Signature: Hashable, Sendable {
        /// The key's name.
        public let name: String
        /// Four bytes that, with the name, say which key it was.
        public let keyID: [UInt8]
        /// What follows the key id; for Ed25519 64 bytes.
        public let bytes: [UInt8]
    }

    /// The signed text, its last line feed included.
    public let text: String
    /// The signature lines in order.
    public let signatures: [Signature]

    private static let lineStart = Array("— ".utf8)
    private static let lineFeed = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    private static let ed25519: UInt8 = 0x01

    /// Parses a note strictly.
    public init(parsing note: String) throws(AuditError) {
        let bytes = Array(note.utf8)
        guard bytes.count <= Limits.noteBytes else {
            throw AuditError(.overLimit, "signed note: longer than \(Limits.noteBytes) bytes")
        }
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == Self.lineFeed }) else {
            throw AuditError(.malformed, "signed note: holds a control character")
        }
        guard bytes.last == Self.lineFeed,
            let blank = bytes.indices.dropLast().last(where: {
                bytes[$0] == Self.lineFeed && bytes[$0 + 1] == Self.lineFeed
            })
        else { throw AuditError(.malformed, "signed note: no empty line before the signatures") }
        let lines = bytes[(blank + 2)...].split(
            separator: Self.lineFeed, omittingEmptySubsequences: false
        ).dropLast()
        guard !lines.isEmpty else {
            throw AuditError(.malformed, "signed note: not signed")
        }
        guard lines.count <= Limits.noteSignatures else {
            throw AuditError(
                .overLimit, "signed note: more than \(Limits.noteSignatures) signatures")
        }
        text = String(decoding: bytes[...blank], as: UTF8.self)
        var signatures: [Signature] = []
        for line in lines {
            let signature = try Self.signature(line)
            // Counting one signer twice is how a quorum is faked; nothing honest repeats a line.
            guard
                !signatures.contains(where: {
                    $0.keyID == signature.keyID && $0.name.hasSameBytes(as: signature.name)
                })
            else { throw AuditError(.malformed, "signed note: one key signs twice") }
            signatures.append(signature)
        }
        self.signatures = signatures
    }

    private static func signature(_ line: ArraySlice<UInt8>) throws(AuditError) -> Signature {
        let rest = line.dropFirst(lineStart.count)
        guard line.starts(with: lineStart), let end = rest.firstIndex(of: space) else {
            throw AuditError(.malformed, "signed note: not a signature line")
        }
        let name = String(decoding: rest[..<end], as: UTF8.self)
        guard isName(name) else {
            throw AuditError(.malformed, "signed note: not a key name")
        }
        let value: [UInt8]
        do {
            value = try Base64.decode(
                String(decoding: rest[rest.index(after: end)...], as: UTF8.self))
        } catch {
            throw AuditError("signed note", error)
        }
        guard value.count > 4 else {
            throw AuditError(.malformed, "signed note: a signature without bytes")
        }
        return Signature(
            name: name, keyID: Array(value.prefix(4)), bytes: Array(value.dropFirst(4)))
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "+" }
    }

    /// First four bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ key).
    public static func keyID(name: String, key: VerifyingKey) -> [UInt8] {
        let input = Array(name.utf8) + [lineFeed, ed25519] + key.rawRepresentation
        return Array(Digest.sha256(of: input).bytes.prefix(4))
    }

    /// Verifies the signatures that name one of the keys.
    ///
    /// - Returns: the hashes of the keys that signed, never empty. Lines by other keys are not
    ///   looked at.
    /// - Throws: `unknownKey` when none of the keys signed; `badSignature` when a line that
    ///   names one of them does not hold, even if another does.
    public func verify(name: String, keys: [VerifyingKey]) throws(AuditError) -> [Digest] {
        var signers: [Digest] = []
        for signature in signatures where signature.name.hasSameBytes(as: name) {
            // Several keys may share four bytes; then any of them may be the one.
            let named = keys.filter { Self.keyID(name: name, key: $0) == signature.keyID }
            guard !named.isEmpty else { continue }
            let message = Array(text.utf8)
            guard
                let key = named.first(where: {
                    $0.isValid(signature: signature.bytes, for: message)
                })
            else {
                throw AuditError(.badSignature, .refused, "the note's signature does not hold")
            }
            signers.append(key.keyHash)
        }
        guard !signers.isEmpty else {
            throw AuditError(.unknownKey, .refused, "no known key signed the note")
        }
        return signers
    }

    /// Signs a text, which must end in a line feed.
    package static func sign(
        _ text: String, name: String, key: borrowing SigningKey
    ) throws(AuditError) -> String {
        guard key.purpose == .log else {
            throw AuditError(
                .wrongPurpose, .fault, "a \(key.purpose.name) key may not sign checkpoints")
        }
        guard isName(name), text.utf8.last == lineFeed else {
            throw AuditError(.malformed, .fault, "not a note")
        }
        let value =
            keyID(name: name, key: key.verifyingKey) + key.signature(for: Array(text.utf8))
        return "\(text)\n— \(name) \(Base64.encode(value))\n"
    }
}
