internal import Crypto
internal import FoundationEssentials
internal import PassportCrypto

/// HKDF-SHA256 (RFC 5869). Every use has a label of its own, listed in `Spec/suite.md`, so that
/// a key made for one thing is never a key for another.
enum KeyDerivation {
    /// The labels; `info` is `care-passport/1 ` and the label.
    enum Label: String, CaseIterable {
        case slotKey = "slot key"
        case slotCommitment = "slot commitment"
        case holderKey = "holder key"
        case holderRing = "holder ring"
        case carryHalf = "carry half"
        case carryBox = "carry box"
    }

    static func derive(
        from secret: borrowing SecretBytes, salt: [UInt8] = [], _ label: Label, count: Int
    ) throws(SecrecyError) -> SecretBytes {
        try derive(
            from: secret, salt: salt, info: Array("care-passport/1 \(label.rawValue)".utf8),
            count: count)
    }

    /// The same under any `info`, so that the vectors of RFC 5869 go this way.
    static func derive(
        from secret: borrowing SecretBytes, salt: [UInt8], info: [UInt8], count: Int
    ) throws(SecrecyError) -> SecretBytes {
        let input = unsafe secret.withBytes { bytes in
            unsafe SymmetricKey(data: UnsafeRawBufferPointer(start: bytes, count: secret.count))
        }
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: input, salt: salt, info: info, outputByteCount: count)
        do {
            return try unsafe SecretBytes(count: count) { memory in
                unsafe derived.withUnsafeBytes { bytes in
                    for index in 0..<min(count, bytes.count) {
                        unsafe memory[index] = bytes[index]
                    }
                }
            }
        } catch {
            throw SecrecyError(error)
        }
    }
}
