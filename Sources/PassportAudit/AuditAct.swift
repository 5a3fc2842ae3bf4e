/// What an entry says was done. The one table of act numbers; it is open, numbers are never
/// given a second meaning, and an auditor's program lists the ones that it does not know.
public struct AuditAct: Hashable, Sendable {
    /// The number in field 1.
    public let number: Int

    /// Names an act by number.
    public init(_ number: Int) { self.number = number }

    /// An organisation made its keys.
    public static let organisationCreated = Self(1)
    /// A member of staff was certified.
    public static let staffAdded = Self(2)
    /// A member of staff's certificate was ended.
    public static let staffEnded = Self(3)
    /// Another organisation was pinned by its fingerprint.
    public static let peerPinned = Self(4)
    /// A pin was taken back.
    public static let peerRemoved = Self(5)
    /// A key manifest was issued.
    public static let manifestIssued = Self(6)
    /// A status list was issued.
    public static let statusIssued = Self(7)
    /// A care summary came in from the clinic's own system.
    public static let summaryImported = Self(8)
    /// A care summary went out to the clinic's own system.
    public static let summaryExported = Self(9)
    /// A key card was made.
    public static let cardMade = Self(10)
    /// A passport was sealed.
    public static let passportSealed = Self(11)
    /// A grant was signed.
    public static let grantMade = Self(12)
    /// Passports and grants were packed for one recipient.
    public static let disclosed = Self(13)
    /// An opening is about to be attempted; durable before anything is decrypted.
    public static let openIntent = Self(14)
    /// How the attempt ended.
    public static let openOutcome = Self(15)
    /// A grant or passport was withdrawn here.
    public static let withdrawn = Self(16)
    /// A manifest, status list, withdrawal or envelope by others was taken in.
    public static let objectTakenIn = Self(17)
    /// The log, or a part of it, was read or exported.
    public static let logExported = Self(18)
    /// Something was refused before it began.
    public static let refused = Self(19)
    /// Details of earlier entries were erased.
    public static let entriesErased = Self(20)
    /// A person confirmed a clock that is far ahead of the newest entry.
    public static let clockConfirmed = Self(21)

    /// A daemon took an organisation in, or a clinic paired with a daemon.
    public static let daemonPaired = Self(22)
    /// A parcel was handed to a daemon, or by one daemon to the next; it is on its way.
    public static let parcelSent = Self(23)
    /// A parcel arrived and is durable here.
    public static let parcelReceived = Self(24)
    /// A receipt was given to whoever sent a parcel.
    public static let receiptGiven = Self(25)
    /// A receipt for a parcel of ours was taken in.
    public static let receiptTaken = Self(26)
    /// A parcel was given up as undeliverable.
    public static let parcelDead = Self(27)
    /// The bytes of a parcel were erased.
    public static let parcelErased = Self(28)

    private static let names = [
        "", "organisationCreated", "staffAdded", "staffEnded", "peerPinned", "peerRemoved",
        "manifestIssued", "statusIssued", "summaryImported", "summaryExported", "cardMade",
        "passportSealed", "grantMade", "disclosed", "openIntent", "openOutcome", "withdrawn",
        "objectTakenIn", "logExported", "refused", "entriesErased", "clockConfirmed",
        "daemonPaired", "parcelSent", "parcelReceived", "receiptGiven", "receiptTaken",
        "parcelDead", "parcelErased",
    ]

    /// The name in JSON and messages, or nil when this version does not know the number.
    public var name: String? {
        Self.names.indices.dropFirst().contains(number) ? Self.names[number] : nil
    }

    /// True when the entry must carry a signature of the member of staff who acted: whatever
    /// gives or takes away access to care, every change of trust, and a word for a clock. The first `staffAdded` of
    /// a log is the one exception, which whoever asks has to make: nobody is there to sign it.
    ///
    /// Of an opening only the intent: the outcome may be written by a program that starts again
    /// after a crash, when nobody is there to sign.
    public var needsStaffSignature: Bool { Self.signed.contains(self) }

    private static let signed: Set<Self> = [
        .staffAdded, .staffEnded, .peerPinned, .peerRemoved, .summaryExported, .passportSealed,
        .grantMade, .disclosed, .openIntent, .withdrawn, .clockConfirmed, .daemonPaired,
    ]
}

/// How an act ended. Open, like the acts.
public struct AuditOutcome: Hashable, Sendable {
    /// The number in field 10.
    public let number: Int

    /// Names an outcome by number.
    public init(_ number: Int) { self.number = number }

    /// It was done.
    public static let done = Self(0)
    /// The rules said no.
    public static let refused = Self(1)
    /// It was begun and not ended; found on the next start.
    public static let interrupted = Self(2)
}
