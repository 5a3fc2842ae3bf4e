internal import CarePassport
internal import PassportCoding
internal import PassportCrypto
internal import PassportSecrecy

/// What a box holds: the content key, grants with their rings, and the sender's statement.
///
/// The content key and the rings stand in it in the clear, so the whole lies in locked memory
/// and is gone with this value; what is read as CBOR is a copy with zeros in their places.
struct BoxPayload: ~Copyable {
    /// Pairs of a grant and zeros where its ring stands.
    let grants: [CBORValue]
    /// The sender's statement.
    let disclosure: [UInt8]
    private let secret: SecretBytes
    /// Where byte strings lie: the key, then grant and ring by turns, then the statement.
    private let spans: [Range<Int>]

    /// Moves an opened box in, and zeroes where it came from.
    init(consuming payload: inout [UInt8]) throws {
        let read: (spans: [Range<Int>], grants: [CBORValue], disclosure: [UInt8])
        do {
            read = try Self.read(payload)
        } catch {
            payload.wipe()
            throw error
        }
        let secret = try SecretBytes(consuming: &payload)
        (spans, grants, disclosure) = read
        self.secret = secret
    }

    private static func read(
        _ payload: [UInt8]
    ) throws -> (spans: [Range<Int>], grants: [CBORValue], disclosure: [UInt8]) {
        let spans = try CBORReader.byteStrings(in: payload)
        var visible = payload
        for (number, span) in spans.enumerated() where isSecret(number, of: spans.count) {
            for index in span { visible[index] = 0 }
        }
        var fields = try CBORFields(CBORReader.item(from: visible), "box")
        _ = try fields.take(1, "content key").bytes(exactly: ContentKey.byteCount)
        let grants = try fields.take(2, "grants").array(1...Limits.passportsPerEnvelope)
        let disclosure = try fields.take(3, "disclosure").bytes(1...Limits.grantBytes)
        try fields.finishExactly()
        return (spans, grants, disclosure)
    }

    /// In a box of the one form that is read, the key is first, and rings stand behind grants.
    private static func isSecret(_ number: Int, of count: Int) -> Bool {
        number == 0 || (number % 2 == 0 && number < count - 1)
    }

    /// The key of the envelope's content.
    func contentKey() throws -> ContentKey {
        guard let span = spans.first else {
            throw SealingError(.malformed, "box: no content key")
        }
        return try ContentKey(secret.copy(of: span))
    }

    /// The ring beside a grant.
    ///
    /// - Precondition: the pair was found to be two byte strings.
    func ring(beside grant: Int, profile: Profile) throws -> Ring {
        let number = 2 + 2 * grant
        guard spans.indices.contains(number) else {
            throw SealingError(.malformed, "box: no ring")
        }
        let span = spans[number]
        var bytes = unsafe secret.withBytes { secret in
            unsafe Array(
                UnsafeBufferPointer(start: secret + span.lowerBound, count: span.count))
        }
        return try Ring(consuming: &bytes, profile: profile)
    }

    /// Writes a box: `secrets` go to their places at once, so that no copy of them is left.
    ///
    /// - Returns: bytes that the caller wipes.
    static func encoded(
        contentKey: borrowing SecretBytes, grants: [IssuedGrant], disclosure: [UInt8]
    ) throws -> [UInt8] {
        let pairs = grants.map { issued in
            CBORItem.array([
                .bytes(issued.grant.bytes),
                .bytes([UInt8](repeating: 0, count: issued.ring.profile.ringBytes)),
            ])
        }
        var payload = CBORItem(fields: [
            (1, .bytes([UInt8](repeating: 0, count: ContentKey.byteCount))), (2, .array(pairs)),
            (3, .bytes(disclosure)),
        ]).encoded()
        let spans = try CBORReader.byteStrings(in: payload)
        for (number, span) in spans.enumerated() where isSecret(number, of: spans.count) {
            if number == 0 {
                unsafe contentKey.withBytes { key in
                    for (offset, index) in span.enumerated() { unsafe payload[index] = key[offset] }
                }
            } else {
                grants[number / 2 - 1].ring.write(to: &payload, at: span.lowerBound)
            }
        }
        return payload
    }
}
