public import PassportCrypto
public import PassportTrust

/// The paths of a daemon, in one place for whoever asks and whoever answers.
public enum ExchangePath {
    /// The service document.
    public static let service = "/.well-known/carepass"
    /// The description of all of this.
    public static let openAPI = "/openapi.json"
    /// The newest checkpoint of the daemon's own log.
    public static let checkpoint = "/v1/log/checkpoint"
    /// Pairing, with an invitation.
    public static let pair = "/v1/pair"

    private static func organisation(_ id: OrganisationID) -> String {
        "/v1/organisations/\(id.text)"
    }

    /// An organisation's identity file.
    public static func identity(_ id: OrganisationID) -> String { organisation(id) + "/identity" }

    /// An organisation's status list.
    public static func statusList(_ id: OrganisationID, _ number: Int) -> String {
        organisation(id) + "/status-lists/\(number)"
    }

    /// Whom an organisation follows.
    public static func peers(_ id: OrganisationID) -> String { organisation(id) + "/peers" }

    /// The identity of another organisation that one follows.
    public static func peer(_ id: OrganisationID, _ peer: OrganisationID) -> String {
        peers(id) + "/\(peer.text)"
    }

    /// What lies in an organisation's mailbox.
    public static func inbox(_ id: OrganisationID) -> String { organisation(id) + "/inbox" }

    /// One parcel in a mailbox: others deposit it there, its owner fetches it.
    public static func inbox(_ id: OrganisationID, _ parcel: Digest) -> String {
        inbox(id) + "/\(parcel)"
    }

    /// What an organisation sends.
    public static func outbox(_ id: OrganisationID) -> String { organisation(id) + "/outbox" }

    /// What an organisation has for another that comes to collect it.
    public static func outbox(_ id: OrganisationID, _ recipient: OrganisationID) -> String {
        outbox(id) + "/\(recipient.text)"
    }

    /// One parcel that an organisation sends to another.
    public static func outbox(
        _ id: OrganisationID, _ recipient: OrganisationID, _ parcel: Digest
    ) -> String {
        outbox(id, recipient) + "/\(parcel)"
    }

    /// Where an owner says that a parcel was lost after its delivery and will be handed over again.
    public static func outboxAgain(
        _ id: OrganisationID, _ recipient: OrganisationID, _ parcel: Digest
    ) -> String {
        outbox(id, recipient, parcel) + "/again"
    }

    /// Where whoever collected a parcel leaves the receipt.
    public static func outboxReceipt(
        _ id: OrganisationID, _ recipient: OrganisationID, _ parcel: Digest
    ) -> String {
        outbox(id, recipient, parcel) + "/receipt"
    }
}
