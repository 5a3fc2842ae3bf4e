/// The number of a field in an audit entry.
///
/// The set is open: a number that this version does not know is committed, stored and disclosed
/// like any other, and the verifier says that it did not interpret it.
public struct AuditField: Hashable, Comparable, Sendable {
    /// The number, from 1.
    public let number: Int

    /// The highest number: the salt derivation writes it in two bytes.
    public static let highest = 0xFFFF

    /// Names a field by number.
    public init(_ number: Int) { self.number = number }

    /// Orders by number, which is also the order of the encoded keys.
    public static func < (one: Self, other: Self) -> Bool { one.number < other.number }

    /// What happened.
    public static let act = Self(1)
    /// When, in seconds.
    public static let time = Self(2)
    /// SHA-256 of the public key of the member of staff who acted.
    public static let staff = Self(3)
    /// Purposes of use.
    public static let purposes = Self(4)
    /// SHA-256 of the passport's bytes.
    public static let passport = Self(5)
    /// SHA-256 of each grant's bytes.
    public static let grants = Self(6)
    /// Kinds of sections.
    public static let sections = Self(7)
    /// The other organisation.
    public static let counterpart = Self(8)
    /// Hash of the secret reference that both ends of a disclosure log.
    public static let reference = Self(9)
    /// How it ended.
    public static let outcome = Self(10)
    /// Why it ended so, as a code.
    public static let reason = Self(11)
    /// Index of the intent that an outcome answers.
    public static let intent = Self(12)
    /// SHA-256 of another object.
    public static let object = Self(13)
    /// How many.
    public static let count = Self(14)
    /// The signature of the member of staff.
    public static let signature = Self(15)

    /// True for the fields that this version interprets.
    public var isKnown: Bool { (1...15).contains(number) }
}
