internal import CarePassport
public import PassportCoding
public import PassportCrypto
public import PassportSecrecy

/// What one organisation tells another outside an envelope. Both sorts are signed inside; sealed,
/// because a daemon that read them would learn which passport was withdrawn or opened, and when.
public enum Notice: Hashable, Sendable {
    /// The bytes of a withdrawal.
    case withdrawal([UInt8])
    /// The bytes of a receipt: opened, or purged.
    case receipt([UInt8])

    private var kind: Int {
        switch self {
        case .withdrawal: 1
        case .receipt: 2
        }
    }

    private var object: [UInt8] {
        switch self {
        case .withdrawal(let bytes), .receipt(let bytes): bytes
        }
    }

    /// Bytes before encryption: room for the longest withdrawal, so that a receipt and a
    /// withdrawal have one size.
    private static let paddedBytes = 8_704
    private static let tag: UInt64 = 16

    private static let protectedHeader = CBORItem(fields: [
        (1, CBORItem(Profile.net.boxAlgorithm))
    ]).encoded()

    private static let binding = CBORItem.array([
        .text("Encrypt0"), .bytes(protectedHeader), .bytes(Array("care-passport/1 notice".utf8)),
    ]).encoded()

    /// Bytes of every sealed notice.
    public static let sealedBytes = CBORItem.tagged(
        tag,
        .array([
            .bytes(protectedHeader),
            CBORItem(fields: [
                (-4, .bytes(zeros(HPKEBox.encapsulatedKeyByteCount(.sealNet))))
            ]), .bytes(zeros(paddedBytes + 16)),
        ])
    ).encoded().count

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    /// Seals the notice to an organisation: COSE_Encrypt0, always of the same length.
    ///
    /// - Parameter key: the recipient's `seal-net` key.
    /// - Throws: `tooLarge` when the object is longer than a withdrawal may be.
    public func sealed(to key: SealingPublicKey) throws(SealingError) -> [UInt8] {
        let plain = CBORItem(fields: [(1, CBORItem(kind)), (2, .bytes(object))]).encoded()
        guard object.count <= Limits.withdrawalBytes, plain.count + 4 <= Self.paddedBytes,
            key.purpose == .sealNet
        else { throw SealingError(.tooLarge, .fault, "not what a notice holds") }
        do {
            let box = try HPKEBox.seal(
                Padding.pad(plain, to: Self.paddedBytes), to: key, authenticating: Self.binding)
            return CBORItem.tagged(
                Self.tag,
                .array([
                    .bytes(Self.protectedHeader),
                    CBORItem(fields: [(-4, .bytes(box.encapsulatedKey))]), .bytes(box.ciphertext),
                ])
            ).encoded()
        } catch {
            throw SealingError("notice", error)
        }
    }

    /// Opens a notice. Nothing in it is verified: what it holds is signed, and whoever opens it
    /// checks that.
    ///
    /// - Throws: `notForUs` when it does not open under the key; `malformed`.
    public init(
        opening bytes: [UInt8], with key: borrowing OpeningKey
    ) throws(SealingError) {
        let (encapsulated, ciphertext) = try Self.parse(bytes)
        let padded: [UInt8]
        do {
            padded = try key.open(
                encapsulatedKey: encapsulated, ciphertext: ciphertext,
                authenticating: Self.binding)
        } catch {
            throw SealingError(.notForUs, .refused, "the notice is not for this organisation")
        }
        do {
            guard let plain = Padding.unpad(padded) else {
                throw CodingError(.unexpectedItem, "notice: not padded as it must be")
            }
            var fields = try CBORFields(CBORReader.item(from: plain), "notice")
            let kind = try fields.take(1, "kind").int(in: 1...2)
            let object = try fields.take(2, "object").bytes(1...Limits.withdrawalBytes)
            try fields.finishExactly()
            self = kind == 1 ? .withdrawal(object) : .receipt(object)
        } catch {
            throw SealingError("notice", error)
        }
    }

    private static func parse(
        _ bytes: [UInt8]
    ) throws(SealingError) -> (encapsulated: [UInt8], ciphertext: [UInt8]) {
        do {
            guard bytes.count <= Limits.noticeBytes else {
                throw CodingError(.overLimit, "notice: longer than \(Limits.noticeBytes) bytes")
            }
            guard case .tagged(tag, let content) = try CBORReader.item(from: bytes) else {
                throw CodingError(.unexpectedItem, "notice: not a COSE_Encrypt0")
            }
            let parts = try CBORValue(content, "notice").array(3...3)
            guard try parts[0].bytes(1...16) == protectedHeader else {
                throw CodingError(.unexpectedItem, "notice: not this algorithm")
            }
            var unprotected = try parts[1].fields()
            let encapsulated = try unprotected.take(-4, "encapsulated key").bytes(
                exactly: HPKEBox.encapsulatedKeyByteCount(.sealNet))
            try unprotected.finishExactly()
            return (encapsulated, try parts[2].bytes(exactly: paddedBytes + 16))
        } catch {
            throw SealingError("notice", error)
        }
    }
}
