public import PassportCoding
internal import PassportCrypto

/// A number that a person keeps in the head, held like a key.
///
/// It is only ever combined with the secret of a card (`CardSecret`): alone it protects nothing,
/// and once sheet and card are both taken it only delays.
public struct PIN: ~Copyable, Sendable {
    private let passphrase: Passphrase

    /// Digits in a PIN.
    public static let digits = 4...12

    /// Moves text in and zeroes where it came from. Western, Arabic and Persian digits of one
    /// value are one digit; spaces and line ends are no part of it.
    public init(consuming text: inout [UInt8]) throws(SecrecyError) {
        defer { text.wipe() }
        let wrong = SecrecyError(
            .wrongPIN, "a PIN has \(Self.digits.lowerBound) to \(Self.digits.upperBound) digits")
        guard text.count <= Limits.passphraseBytes else { throw wrong }
        var digits: [UInt8] = []
        defer { digits.wipe() }
        digits.reserveCapacity(Self.digits.upperBound)
        // Scalar by scalar: a text made of the bytes would stay in memory.
        var decoder = UTF8()
        var bytes = text.makeIterator()
        decoding: while true {
            switch decoder.decode(&bytes) {
            case .scalarValue(let scalar) where scalar.properties.isWhitespace: continue
            case .scalarValue(let scalar):
                guard let digit = Self.digit(scalar), digits.count < Self.digits.upperBound else {
                    throw wrong
                }
                digits.append(0x30 + digit)
            case .emptyInput: break decoding
            case .error: throw wrong
            }
        }
        guard Self.digits.contains(digits.count) else { throw wrong }
        passphrase = try Passphrase(consuming: &digits)
    }

    /// The value of a digit as it is written in the languages that sheets are printed in.
    static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
        for zero: UInt32 in [0x30, 0x660, 0x6F0] where (zero...zero + 9).contains(scalar.value) {
            return UInt8(scalar.value - zero)
        }
        return nil
    }

    /// What each guess costs: Argon2id as for a key file.
    func stretched(salt: [UInt8]) throws(SecrecyError) -> SecretBytes {
        try passphrase.stretched(salt: salt, count: Passphrase.keyBytes)
    }
}
