public import PassportCoding

/// The domain of `CryptoError`.
public enum CryptoDomain: FailureDomain {
    /// `crypto`.
    public static let name = "crypto"
}

/// Why a key, a signature or a signed object is refused.
public typealias CryptoError = Failure<CryptoDomain>

extension Failure<CryptoDomain>.Code {
    /// The signature does not verify under the key.
    public static let badSignature = Self("badSignature")
    /// The object is not a COSE structure of this suite.
    public static let malformedObject = Self("malformedObject")
    /// The object's `typ` is not the one expected here.
    public static let wrongType = Self("wrongType")
    /// The object names another key than the one offered.
    public static let wrongKey = Self("wrongKey")
    /// A key was used for something that its purpose does not allow.
    public static let wrongPurpose = Self("wrongPurpose")
    /// A key of the wrong length or form.
    public static let malformedKey = Self("malformedKey")
    /// libsodium did not start or had no memory to lock.
    public static let libraryFault = Self("libraryFault")
}
