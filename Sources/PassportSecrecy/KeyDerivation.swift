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
        case pinSalt = "PIN salt"
        case cardWithPIN = "card with PIN"
        case cardMark = "card mark"

        var info: [UInt8] { Array("care-passport/1 \(rawValue)".utf8) }
    }

    static func derive(
        from secret: borrowing SecretBytes, salt: [UInt8] = [], _ label: Label, count: Int
    ) throws(SecrecyError) -> SecretBytes {
        try derive(from: secret, salt: salt, info: label.info, count: count)
    }

    /// HKDF's first step, from which several keys of one secret and salt are expanded.
    struct Extracted {
        private let key: HashedAuthenticationCode<SHA256>

        init(_ secret: borrowing SecretBytes, salt: [UInt8] = []) {
            self.init(secret, 0..<secret.count, salt: salt)
        }

        /// From a part of the bytes, which need not be copied for it.
        ///
        /// - Precondition: `range` lies within the bytes.
        init(_ secret: borrowing SecretBytes, _ range: Range<Int>, salt: [UInt8] = []) {
            precondition(range.lowerBound >= 0 && range.upperBound <= secret.count)
            let input = unsafe secret.withBytes { bytes in
                unsafe SymmetricKey(
                    data: UnsafeRawBufferPointer(
                        start: bytes + range.lowerBound, count: range.count))
            }
            key = HKDF<SHA256>.extract(inputKeyMaterial: input, salt: salt)
        }

        func expand(_ label: Label, count: Int) throws(SecrecyError) -> SecretBytes {
            try expand(info: label.info, count: count)
        }

        /// A derived value that is not secret.
        func publicBytes(_ label: Label, count: Int) -> [UInt8] {
            unsafe HKDF<SHA256>.expand(
                pseudoRandomKey: key, info: label.info, outputByteCount: count
            ).withUnsafeBytes { unsafe Array($0) }
        }

        fileprivate func expand(info: [UInt8], count: Int) throws(SecrecyError) -> SecretBytes {
            let derived = HKDF<SHA256>.expand(
                pseudoRandomKey: key, info: info, outputByteCount: count)
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

    /// The same under any `info`, so that the vectors of RFC 5869 go this way.
    static func derive(
        from secret: borrowing SecretBytes, salt: [UInt8], info: [UInt8], count: Int
    ) throws(SecrecyError) -> SecretBytes {
        try Extracted(secret, salt: salt).expand(info: info, count: count)
    }
}
