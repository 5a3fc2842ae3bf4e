/// A stable name for one finding, or for one thing that was not checked.
///
/// The set is open. The program's locale file holds a sentence for each under `audit.<name>`,
/// with `{0}`, `{1}` … for the finding's arguments.
public struct AuditCode: Hashable, Sendable {
    /// The name.
    public let name: String

    /// Declares a code.
    public init(_ name: String) { self.name = name }
}

extension AuditCode {
    // Integrity: is this what the log signed?

    /// The export is bigger than the limit, or its first item is no header.
    public static let headerUnreadable = Self("headerUnreadable")
    /// Header, checkpoint or expected log name different origins.
    public static let originMismatch = Self("originMismatch")
    /// Header and checkpoint count differently.
    public static let sizeMismatch = Self("sizeMismatch")
    /// The checkpoint is not a signed note of the right form.
    public static let checkpointMalformed = Self("checkpointMalformed")
    /// The checkpoint's signature does not hold, or no key of this log made it.
    public static let checkpointUnsigned = Self("checkpointUnsigned")
    /// The checkpoint carries lines that nothing in the export authenticates.
    public static let checkpointUnchecked = Self("checkpointUnchecked")
    /// An entry cannot be read.
    public static let entryUnreadable = Self("entryUnreadable")
    /// An entry's fields and its leaf do not belong together.
    public static let entryAltered = Self("entryAltered")
    /// An entry stands where another should.
    public static let entryOutOfOrder = Self("entryOutOfOrder")
    /// Entries are not there.
    public static let entriesMissing = Self("entriesMissing")
    /// Bytes follow the last entry.
    public static let trailingBytes = Self("trailingBytes")
    /// The entries do not make up the signed root.
    public static let rootMismatch = Self("rootMismatch")
    /// Identity and certificates in the header are not those that the last entry records.
    public static let headerNotBound = Self("headerNotBound")
    /// The log has become shorter than a checkpoint that was kept.
    public static let rollback = Self("rollback")
    /// The log contradicts a checkpoint that was kept: rewritten, or shown in two versions.
    public static let splitView = Self("splitView")
    /// What was given as a kept checkpoint is none of this log.
    public static let keptUnusable = Self("keptUnusable")
    /// A proof of one entry cannot be compared with a smaller checkpoint.
    public static let keptNotCompared = Self("keptNotCompared")
    /// The proof does not lead from the entry to the signed root.
    public static let proofMismatch = Self("proofMismatch")

    // Completeness: is everything there that belongs together?

    /// Details were erased; the entry's place is proven.
    public static let entryErased = Self("entryErased")
    /// An entry without a field that its act needs.
    public static let fieldMissing = Self("fieldMissing")
    /// A field of the wrong form.
    public static let fieldMalformed = Self("fieldMalformed")
    /// A field that the check needs was not shown.
    public static let fieldWithheld = Self("fieldWithheld")
    /// An opening was begun and its end was never logged.
    public static let openingInterrupted = Self("openingInterrupted")
    /// The end of an opening that was never announced.
    public static let outcomeWithoutIntent = Self("outcomeWithoutIntent")
    /// Two ends of one opening.
    public static let intentAnsweredTwice = Self("intentAnsweredTwice")
    /// An opening that no member of staff signed.
    public static let signatureMissing = Self("signatureMissing")
    /// The clock ran backwards.
    public static let clockBackwards = Self("clockBackwards")

    // Freshness: how old is this?

    /// The newest entry is older than the maximum.
    public static let stale = Self("stale")
    /// The newest entry lies in the future.
    public static let timeAhead = Self("timeAhead")
    /// No time is shown.
    public static let ageUnknown = Self("ageUnknown")

    // Authority: was it signed by those who were allowed to, then?

    /// Nothing outside the file says whose log this is.
    public static let identityUnconfirmed = Self("identityUnconfirmed")
    /// The auditor said that any identity will do; whose log this is was not checked.
    public static let identityWaived = Self("identityWaived")
    /// The file is another organisation's, or an older or newer state of its keys.
    public static let identityDiffers = Self("identityDiffers")

    /// No key of this log signed the checkpoint.
    public static let logKeyUnknown = Self("logKeyUnknown")
    /// The log key did not count at the time.
    public static let logKeyOutsideWindow = Self("logKeyOutsideWindow")
    /// The log key may have been somebody else's at the time.
    public static let logKeySuspect = Self("logKeySuspect")
    /// The log key was lost later; that the checkpoint is older is not proven.
    public static let logKeyAgeUnproven = Self("logKeyAgeUnproven")
    /// A signature by somebody who is not known as staff.
    public static let staffUnknown = Self("staffUnknown")
    /// The entry names one member of staff and another signed.
    public static let staffMismatch = Self("staffMismatch")
    /// A staff signature does not hold for this entry.
    public static let staffSignatureBad = Self("staffSignatureBad")
    /// A signature by a key that no earlier entry shows as added.
    public static let staffUnannounced = Self("staffUnannounced")
    /// One staff signature stands under two entries.
    public static let staffSignatureReused = Self("staffSignatureReused")
    /// The staff key did not count at the time.
    public static let staffOutsideWindow = Self("staffOutsideWindow")
    /// The staff key may have been somebody else's at the time.
    public static let staffKeySuspect = Self("staffKeySuspect")
    /// The staff key was lost later; that the signature is older is not proven.
    public static let staffAgeUnproven = Self("staffAgeUnproven")

    // Any verdict

    /// An earlier failure made the check impossible.
    public static let notReached = Self("notReached")
}

extension AuditCode {
    // What was not checked

    /// No independent witness cosigned; another auditor may have been shown another log.
    public static let witnesses = Self("witnesses")
    /// No kept checkpoint could be compared; an earlier version of the log may have differed.
    public static let keptCheckpoints = Self("keptCheckpoints")
    /// A kept checkpoint is of another log.
    public static let keptOtherLog = Self("keptOtherLog")
    /// Acts that never reached the log.
    public static let unloggedActs = Self("unloggedActs")
    /// The other ends of the disclosures; `Reconciliation` does that.
    public static let otherEnds = Self("otherEnds")
    /// Acts, outcomes or fields that this version does not know.
    public static let unknownNumbers = Self("unknownNumbers")
    /// Fields that were not shown.
    public static let withheldFields = Self("withheldFields")
    /// All entries but the one that was proven.
    public static let otherEntries = Self("otherEntries")
    /// Whether who signed was added before and not ended: other entries say that.
    public static let staffEnds = Self("staffEnds")
    /// Entries that were erased.
    public static let erasedEntries = Self("erasedEntries")
    /// Members of staff named by entries that they did not sign.
    public static let unsignedStaff = Self("unsignedStaff")
    /// The times in the entries: the log's own clock wrote them.
    public static let clock = Self("clock")

    // Reconciliation

    /// The two ends name different organisations.
    public static let counterpartMismatch = Self("counterpartMismatch")
    /// The recipient names a grant that the sender did not disclose.
    public static let grantMismatch = Self("grantMismatch")
    /// One reference stands in two disclosures.
    public static let referenceReused = Self("referenceReused")
    /// The other organisation's log is not among those compared.
    public static let counterpartNotSupplied = Self("counterpartNotSupplied")
    /// The entry shows no other organisation.
    public static let counterpartNotShown = Self("counterpartNotShown")
    /// The entry shows no grants.
    public static let grantsNotShown = Self("grantsNotShown")
    /// The disclosure shows no reference.
    public static let referenceNotShown = Self("referenceNotShown")

    /// Every code that this version can report.
    public static let all: [AuditCode] = [
        .headerUnreadable, .originMismatch, .sizeMismatch, .checkpointMalformed,
        .checkpointUnsigned, .checkpointUnchecked, .entryUnreadable, .entryAltered,
        .entryOutOfOrder, .entriesMissing, .trailingBytes, .rootMismatch, .headerNotBound,
        .rollback, .splitView, .keptUnusable, .keptNotCompared, .proofMismatch, .entryErased,
        .fieldMissing, .fieldMalformed, .fieldWithheld, .openingInterrupted, .outcomeWithoutIntent,
        .intentAnsweredTwice, .signatureMissing, .clockBackwards, .stale, .timeAhead, .ageUnknown,
        .identityUnconfirmed, .identityWaived, .identityDiffers, .logKeyUnknown,
        .logKeyOutsideWindow, .logKeySuspect, .logKeyAgeUnproven, .staffUnknown, .staffMismatch,
        .staffSignatureBad, .staffUnannounced, .staffSignatureReused, .staffOutsideWindow,
        .staffKeySuspect, .staffAgeUnproven, .notReached, .witnesses, .keptCheckpoints,
        .keptOtherLog, .unloggedActs,
        .otherEnds, .unknownNumbers, .withheldFields, .otherEntries, .staffEnds, .erasedEntries,
        .unsignedStaff,
        .clock, .counterpartMismatch, .grantMismatch, .referenceReused, .counterpartNotSupplied,
        .counterpartNotShown, .grantsNotShown, .referenceNotShown,
    ]
}
