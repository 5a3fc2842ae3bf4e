public import PassportCoding
public import PassportCrypto

/// An envelope: one encrypted content and a fixed number of equal-sized boxes in random order.
///
/// Outside stand a version and a profile, and nothing about who sent it, to whom, or how much
/// is inside beyond a size class.
public struct Envelope: Hashable, Sendable {
    /// Net or paper.
    public let profile: Profile
    /// The content's ciphertext.
    public let content: [UInt8]
    /// The boxes.
    public let boxes: [SealedBox]

    package init(profile: Profile, content: [UInt8], boxes: [SealedBox]) {
        self.profile = profile
        self.content = content
        self.boxes = boxes
    }

    /// Parses an envelope.
    public init(decoding bytes: [UInt8]) throws(PassportError) {
        do {
            guard bytes.count <= Limits.envelopeBytes else {
                throw CodingError(.overLimit, "longer than \(Limits.envelopeBytes) bytes")
            }
            var fields = try CBORFields(CBORReader.item(from: bytes), "envelope")
            _ = try fields.take(1, "version").int(in: 1...1)
            guard let profile = Profile(rawValue: try fields.take(2, "profile").int(in: 1...2))
            else { throw CodingError(.unexpectedItem, "envelope: not a profile") }
            self.profile = profile
            content = try fields.take(3, "content").bytes(1...Limits.envelopeBytes)
            boxes = try fields.take(4, "boxes").array(profile.boxCount...profile.boxCount)
                .map { try SealedBox($0, profile: profile) }
            try fields.finishExactly()
            guard boxes.count(where: { $0.lock == .organisation }) == profile.organisationBoxes
            else { throw CodingError(.unexpectedItem, "envelope: not this profile's boxes") }
            guard Set(boxes.map(\.ciphertext.count)).count == 1 else {
                throw CodingError(.unexpectedItem, "envelope: boxes differ in size")
            }
            guard isSizeClass(bytes.count) else {
                throw CodingError(.unexpectedItem, "envelope: not a size class")
            }
        } catch {
            throw PassportError("envelope", error)
        }
    }

    /// The envelope's one encoding.
    public func encoded() -> [UInt8] { item.encoded() }

    /// Bytes in the encoding.
    package var encodedByteCount: Int { item.encodedByteCount }

    private var item: CBORItem {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, CBORItem(profile.rawValue)), (3, .bytes(content)),
            (4, .array(boxes.map { $0.item(profile: profile) })),
        ])
    }

    /// SHA-256 over the content's ciphertext, which every box is bound to.
    public var contentDigest: Digest { Digest.sha256(of: content) }

    /// What the content's ciphertext is bound to.
    package static func contentBinding(_ profile: Profile) -> [UInt8] {
        CBORItem.array([
            .text("care-passport/1 content"), CBORItem(profile.rawValue),
        ]).encoded()
    }
}
