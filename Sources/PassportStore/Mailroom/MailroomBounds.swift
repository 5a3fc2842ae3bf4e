internal import PassportCoding

/// How much a daemon keeps for each organisation that it hosts, so that none of them fills the
/// disk for all.
public struct MailroomBounds: Hashable, Sendable {
    /// Bytes that one organisation may have lying in one mailbox when nothing else is said: 1 GiB.
    public static let standardSenderBytes = 1_073_741_824

    /// Bytes that one organisation may have lying in one mailbox, and that it may hand over.
    public var senderBytes: Int
    /// Bytes of parcels that may lie for one hosted organisation, in mailbox and outbox together.
    /// `senderBytes` of them are its own.
    public var ownerBytes: Int
    /// Organisations that one hosted organisation may follow.
    public var followed = Limits.followedOrganisations
    /// Bytes of identities and status lists that may lie here for one follower.
    public var followedBytes = Limits.followedBytes

    /// States the bounds on parcels.
    ///
    /// - Parameter ownerBytes: four times `senderBytes` when nothing is said.
    public init(senderBytes: Int = standardSenderBytes, ownerBytes: Int? = nil) {
        self.senderBytes = senderBytes
        self.ownerBytes = ownerBytes ?? Self.standardOwnerBytes(senderBytes)
    }

    /// What may lie for one organisation when only the part of one sender is said.
    public static func standardOwnerBytes(_ senderBytes: Int) -> Int {
        let (bytes, isTooMuch) = senderBytes.multipliedReportingOverflow(by: 4)
        return isTooMuch ? .max : bytes
    }

    /// Bytes that all others together may have lying in one organisation's mailbox. Its own are
    /// apart: whoever fills a mailbox must not keep its owner from sending.
    var othersBytes: Int { max(ownerBytes - max(senderBytes, 0), 0) }
}
