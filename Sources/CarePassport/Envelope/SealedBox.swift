internal import PassportCoding

/// One box of an envelope: COSE_Encrypt0 with a protected `alg` and one unprotected parameter,
/// the encapsulated key (HPKE, label −4) or the salt (carry, label −20).
public struct SealedBox: Hashable, Sendable {
    /// What opens the box.
    public enum Lock: Hashable, Sendable {
        /// An organisation's sealing key; the profile fixes the suite.
        case organisation
        /// The carry half of a key card; `paper` only.
        case carry
    }

    /// What opens the box.
    public let lock: Lock
    /// Encapsulated key, or salt.
    public let parameter: [UInt8]
    /// The ciphertext.
    public let ciphertext: [UInt8]

    private static let tag: UInt64 = 16
    private static let carryAlgorithm = 24
    static let saltByteCount = 32

    package init(lock: Lock, parameter: [UInt8], ciphertext: [UInt8]) {
        self.lock = lock
        self.parameter = parameter
        self.ciphertext = ciphertext
    }

    init(_ value: CBORValue, profile: Profile) throws {
        guard case .tagged(Self.tag, let content) = value.item else {
            throw CodingError(.unexpectedItem, "\(value.place): not a COSE_Encrypt0")
        }
        let parts = try CBORValue(content, value.place).array(3...3)
        let protected = try parts[0].bytes(1...16)
        var unprotected = try parts[1].fields()
        if protected == Self.protectedHeader(.organisation, profile) {
            lock = .organisation
            parameter = try unprotected.take(-4, "encapsulated key")
                .bytes(exactly: profile == .net ? 1_120 : 32)
        } else if profile == .paper, protected == Self.protectedHeader(.carry, profile) {
            lock = .carry
            parameter = try unprotected.take(-20, "salt").bytes(exactly: Self.saltByteCount)
        } else {
            // One suite for a profile: any other algorithm is refused, never tried.
            throw CodingError(.unexpectedItem, "\(value.place): not this profile's algorithm")
        }
        try unprotected.finishExactly()
        ciphertext = try parts[2].bytes(16...Limits.boxBytes)
        guard (ciphertext.count - 16).isMultiple(of: profile.boxQuantum), ciphertext.count > 16
        else { throw CodingError(.unexpectedItem, "\(value.place): not a box size") }
    }

    func item(profile: Profile) -> CBORItem {
        let label = lock == .organisation ? -4 : -20
        return .tagged(
            Self.tag,
            .array([
                .bytes(Self.protectedHeader(lock, profile)),
                CBORItem(fields: [(label, .bytes(parameter))]), .bytes(ciphertext),
            ]))
    }

    private static func protectedHeader(_ lock: Lock, _ profile: Profile) -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(lock == .organisation ? profile.boxAlgorithm : carryAlgorithm))
        ]).encoded()
    }

    /// What the box's ciphertext is bound to: the Enc_structure of RFC 9052 with SHA-256 over
    /// the content as external data. In another envelope the box does not open.
    package static func binding(
        _ lock: Lock, profile: Profile, contentDigest: [UInt8]
    ) -> [UInt8] {
        CBORItem.array([
            .text("Encrypt0"), .bytes(protectedHeader(lock, profile)), .bytes(contentDigest),
        ]).encoded()
    }
}
