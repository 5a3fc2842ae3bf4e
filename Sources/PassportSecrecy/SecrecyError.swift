public import PassportCoding

/// The domain of `SecrecyError`.
public enum SecrecyDomain: FailureDomain {
    /// `secrecy`.
    public static let name = "secrecy"
}

/// Why something could not be encrypted or decrypted.
///
/// Everything that can go wrong inside a decryption has one code and one message: telling them
/// apart would help only whoever is probing.
public typealias SecrecyError = Failure<SecrecyDomain>

extension Failure<SecrecyDomain>.Code {
    /// The ciphertext does not open under this key.
    public static let cannotOpen = Self("cannotOpen")
    /// The passphrase is not that of the key file, or the file was changed.
    public static let wrongPassphrase = Self("wrongPassphrase")
    /// A key file that is none.
    public static let malformedKeyFile = Self("malformedKeyFile")
    /// The key file holds no key of that purpose.
    public static let missingKey = Self("missingKey")
    /// The text of a card half is mistyped.
    public static let mistypedCard = Self("mistypedCard")
    /// The card has a PIN and none was given, or the other way round.
    public static let needsPIN = Self("needsPIN")
    /// A PIN that is none.
    public static let wrongPIN = Self("wrongPIN")
    /// Words that are none of a card.
    public static let mistypedWords = Self("mistypedWords")
    /// A key of the wrong purpose or length.
    public static let wrongKey = Self("wrongKey")
    /// A file could not be written; what was there is unchanged.
    public static let cannotWrite = Self("cannotWrite")
    /// The library refused for a reason of its own.
    public static let libraryFault = Self("libraryFault")
}

extension Failure<SecrecyDomain> {
    init(_ error: any Error) {
        if let error = error as? SecrecyError {
            self = error
        } else if let error = error as? any DescribedFailure {
            self.init(.libraryFault, error.kind, error.message, cause: error.identifier)
        } else {
            self.init(.libraryFault, .fault, "the cryptographic library refused")
        }
    }
}
