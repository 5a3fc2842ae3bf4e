internal import PassportCoding
internal import PassportCrypto

/// The text of a card half: Crockford base 32 of a kind byte, 16 secret bytes and a 3-byte
/// checksum, in eight groups of four. It carries no word that a checkpoint could read.
enum CardText {
    private static let checksumByteCount = 3
    /// Bytes of text that are read: a half, and whatever a hand or an editor put between.
    private static let mostBytes = 256

    enum Half {
        case consent, carry

        func kind(hasPIN: Bool) -> UInt8 {
            switch self {
            case .consent: hasPIN ? 0x13 : 0x11
            case .carry: hasPIN ? 0x14 : 0x12
            }
        }

        var name: String { self == .consent ? "consent" : "carry" }

        /// The shape that stands on it.
        var shape: String { self == .consent ? "■" : "●" }
    }

    private static func checksum(_ body: [UInt8]) -> ArraySlice<UInt8> {
        Digest.sha256(label: "care-passport/1 card", body).bytes.prefix(checksumByteCount)
    }

    static func encode(
        _ secret: borrowing SecretBytes, _ half: Half, hasPIN: Bool
    ) -> String {
        var body = [half.kind(hasPIN: hasPIN)]
        unsafe secret.withBytes { bytes in
            for index in 0..<secret.count { unsafe body.append(bytes[index]) }
        }
        body += checksum(body)
        let text = Array(Base32.encode(body))
        body.wipe()
        return stride(from: 0, to: text.count, by: 4)
            .map { String(text[$0..<min($0 + 4, text.count)]) }.joined(separator: "-")
    }

    private static func bytes(of text: String) -> [UInt8]? {
        guard text.utf8.count <= mostBytes else { return nil }
        return try? Base32.decode(TypedText.parts(of: text).joined())
    }

    /// True for the text of a half, sound or mistyped, whose kind takes a PIN.
    static func needsPIN(_ text: String) -> Bool {
        guard var body = bytes(of: text) else { return false }
        defer { body.wipe() }
        return [Half.consent, .carry].contains { $0.kind(hasPIN: true) == body.first }
    }

    static func isText(_ text: String, _ half: Half) -> Bool {
        do {
            _ = try decode(text, half, hasPIN: needsPIN(text))
            return true
        } catch {
            return false
        }
    }

    static func decode(
        _ text: String, _ half: Half, hasPIN: Bool
    ) throws(SecrecyError) -> SecretBytes {
        let mistyped = SecrecyError(
            .mistypedCard, "the \(half.name) half (\(half.shape)) is mistyped",
            hint:
                "it has eight groups of four letters and digits, and nothing else; check each against the card"
        )
        guard var body = bytes(of: text) else { throw mistyped }
        defer { body.wipe() }
        guard body.count == 1 + CardSecret.byteCount + checksumByteCount,
            checksum(Array(body.dropLast(checksumByteCount)))
                .elementsEqual(body.suffix(checksumByteCount))
        else { throw mistyped }
        // The checksum holds, so nothing is mistyped: the person gave something else.
        if let refusal = refusal(of: body[0], half, hasPIN: hasPIN) { throw refusal }
        guard body[0] == half.kind(hasPIN: hasPIN) else { throw mistyped }
        var secret = Array(body[1...CardSecret.byteCount])
        do {
            return try SecretBytes(consuming: &secret)
        } catch {
            throw SecrecyError(error)
        }
    }

    private static func refusal(of kind: UInt8, _ half: Half, hasPIN: Bool) -> SecrecyError? {
        let other: Half = half == .consent ? .carry : .consent
        if [true, false].contains(where: { other.kind(hasPIN: $0) == kind }) {
            return SecrecyError(
                .mistypedCard,
                other == .carry
                    ? "this is the carry half (●); here the consent half (■) is needed, which alone can grant"
                    : "this is the consent half (■); here the carry half (●) is needed")
        }
        guard kind == half.kind(hasPIN: !hasPIN) else { return nil }
        return hasPIN
            ? SecrecyError(.needsPIN, "this card has no PIN", hint: "use it without one")
            : SecrecyError(
                .needsPIN, "this card has a PIN", hint: "ask the person for it and use --pin")
    }
}
