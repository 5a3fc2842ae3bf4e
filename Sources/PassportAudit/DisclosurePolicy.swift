/// Which fields of which entries an export shows; the rest travel as commitments.
public struct DisclosurePolicy: Sendable {
    let shows: @Sendable (UInt64, AuditField) -> Bool

    /// Chooses entry by entry and field by field.
    ///
    /// Act and object of the last entry must be shown: they bind the export's header.
    public init(_ shows: @escaping @Sendable (_ index: UInt64, _ field: AuditField) -> Bool) {
        self.shows = shows
    }

    /// Everything except which passport: enough to check every rule and to compare two logs.
    public static let auditor = DisclosurePolicy { _, field in field != .passport }
    /// Everything that was not erased.
    public static let full = DisclosurePolicy { _, _ in true }
}
