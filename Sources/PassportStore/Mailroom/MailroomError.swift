internal import GRDB
public import PassportCoding

extension Failure<StoreDomain>.Code {
    /// The disk is full. Nothing was changed; the next call works when there is room again.
    public static let full = Self("full")
    /// The disk did not keep what it had confirmed; nothing is acknowledged any more.
    public static let brokenDisk = Self("brokenDisk")
    /// The request was seen before.
    public static let replayed = Self("replayed")
    /// Somebody else is at it: the same upload, or a daemon in the same folder.
    public static let busy = Self("busy")
    /// The bytes are not those of the digest.
    public static let wrongDigest = Self("wrongDigest")
    /// Longer than the limit, or than was announced.
    public static let tooLarge = Self("tooLarge")
    /// As much lies here of one organisation, or for one, as may, or it follows as many.
    public static let mailboxFull = Self("mailboxFull")
    /// Too many uploads of one organisation, or too many bytes in them.
    public static let tooMany = Self("tooMany")
    /// The invitation is unknown, used, or expired: nobody is told which.
    public static let noInvitation = Self("noInvitation")
    /// The mailbox is not here, or does not take anything from this organisation.
    public static let notTaken = Self("notTaken")
    /// It does not follow what is here: an older or a forked chain, an older list.
    public static let conflict = Self("conflict")
    /// A file with secret keys can be read by others.
    public static let exposedKeys = Self("exposedKeys")
}

/// An upload that goes on somewhere else than where it stands.
public struct WrongOffset: Error, Hashable, Sendable {
    /// Bytes that have arrived: where the next part begins.
    public let offset: Int
}
