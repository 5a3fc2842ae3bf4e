/// Which fields of which entries an export shows; the rest travel as commitments.
public struct DisclosurePolicy: Sendable {
    let shows: @Sendable (UInt64, AuditField, AuditAct?) -> Bool

    /// Chooses entry by entry and field by field.
    ///
    /// Act, time and object of the last entry must be shown: they bind the export's header.
    public init(_ shows: @escaping @Sendable (_ index: UInt64, _ field: AuditField) -> Bool) {
        self.shows = { index, field, _ in shows(index, field) }
    }

    private init(byAct shows: @escaping @Sendable (AuditField, AuditAct?) -> Bool) {
        self.shows = { _, field, act in shows(field, act) }
    }

    /// Acts whose object is a public file. The object of any other, one of a later version
    /// included, may be an envelope or another thing that somebody carries.
    private static let publicObjects: Set<AuditAct> = [
        .organisationCreated, .staffAdded, .staffEnded, .peerPinned, .peerRemoved,
        .manifestIssued, .statusIssued, .logExported,
    ]

    /// Enough to check every rule and to compare two logs, without which passport, and without
    /// which envelope: whoever seizes an envelope must not find it in an auditor's files.
    public static let auditor = DisclosurePolicy(byAct: { field, act in
        switch field {
        case .passport: false
        case .object: act.map { publicObjects.contains($0) } ?? false
        default: true
        }
    })
    /// Everything that was not erased.
    public static let full = DisclosurePolicy(byAct: { _, _ in true })
}
