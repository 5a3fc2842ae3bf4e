/// Whose passport an item stands in, as the reader shows it.
public struct SourceLabel: Hashable, Sendable {
    /// The issuer as the reader knows it.
    public let issuer: String
    /// The id of the passport.
    public let passport: [UInt8]

    /// A label.
    public init(issuer: String, passport: [UInt8]) {
        self.issuer = issuer
        self.passport = passport
    }
}

/// Sections of several passports as one view: a list per kind, alerts first, then newest first.
///
/// Nothing is left out. What two passports hold in the very same words is one item with both
/// sources; what differs by one byte is two items, because only a person can tell which holds.
public struct MergedView: Hashable, Sendable {
    /// One item and where it comes from.
    public struct Item: Hashable, Sendable {
        /// The item.
        public let item: SummaryItem
        /// Every source, in the order given.
        public internal(set) var sources: [SourceLabel]
        /// The day it is sorted by: its own, else that of the newest section it stands in.
        public internal(set) var date: PartialDate
        /// True when each of its passports is superseded by another one in the view.
        public internal(set) var isSuperseded: Bool
    }

    /// The items of one kind.
    public struct List: Hashable, Sendable {
        /// The kind's number.
        public let kind: Int
        /// The items, newest first; items of one day in the order given.
        public let items: [Item]
    }

    /// One list for each kind that any section has, by kind.
    public let lists: [List]
    /// How many elements of all sections this version does not understand.
    public let notUnderstood: Int

    /// Merges sections; the caller has verified and opened them.
    public init(_ sections: [(source: SourceLabel, section: Section)]) {
        let superseded = Set(sections.compactMap(\.section.supersedes))
        var order: [Int: [SummaryItem]] = [:]
        var found: [Int: [SummaryItem: Item]] = [:]
        for (source, section) in sections {
            let kind = section.content.kind
            let isSuperseded = superseded.contains(source.passport)
            for item in Self.items(of: section) {
                let date = item.date ?? section.provenance.date
                guard var existing = found[kind]?[item] else {
                    order[kind, default: []].append(item)
                    found[kind, default: [:]][item] = Item(
                        item: item, sources: [source], date: date, isSuperseded: isSuperseded)
                    continue
                }
                if !existing.sources.contains(source) { existing.sources.append(source) }
                if existing.date.earliest < date.earliest { existing.date = date }
                existing.isSuperseded = existing.isSuperseded && isSuperseded
                found[kind]?[item] = existing
            }
        }
        lists = order.keys.sorted().map { kind in
            let items = (order[kind] ?? []).compactMap { found[kind]?[$0] }
            let sorted = items.enumerated().sorted { one, other in
                // What can harm the person stands before everything else, however old it is.
                guard one.element.item.isAlert == other.element.item.isAlert else {
                    return one.element.item.isAlert
                }
                return (other.element.date.earliest, one.offset)
                    < (one.element.date.earliest, other.offset)
            }
            return List(kind: kind, items: sorted.map(\.element))
        }
        notUnderstood = sections.reduce(0) { $0 + $1.section.notUnderstood }
    }

    private static func items(of section: Section) -> [SummaryItem] {
        SummaryItem.items(of: section.content)
    }
}
