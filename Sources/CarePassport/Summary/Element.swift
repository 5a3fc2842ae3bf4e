import PassportCoding

/// What a later version wrote into an element: kept byte for byte, never interpreted.
public struct Extras: Hashable, Sendable {
    let entries: [CBORItem: CBORItem]

    /// No extras.
    public init() { entries = [:] }

    init(_ entries: [CBORItem: CBORItem]) { self.entries = entries }

    /// How many parts this version does not understand.
    public var count: Int { entries.count }
}

/// One map of care content: integer keys, unknown ones kept.
protocol Element: Hashable, Sendable {
    /// Names the element in errors.
    static var elementName: String { get }
    /// The known entries; nil is left out.
    var members: [(Int, CBORItem?)] { get }
    /// The unknown entries.
    var extras: Extras { get set }
    /// Reads the known entries.
    init(reading reader: inout ElementReader) throws(CodingError)
}

extension Element {
    /// The element as an item. Known and unknown keys cannot meet: extras come only from
    /// reading, which takes the known keys out first.
    var item: CBORItem {
        var pairs = members.compactMap { key, value in value.map { (CBORItem(key), $0) } }
        pairs += extras.entries.map { ($0.key, $0.value) }
        return .map(CBORMap(pairs))
    }

    init(_ value: CBORValue, _ tally: Tally) throws(CodingError) {
        var reader = try ElementReader(value, tally)
        try self.init(reading: &reader)
        extras = try reader.finish()
    }
}

extension Array where Element: CarePassport.Element {
    /// The list as an item; an empty list is left out, so that it has one encoding.
    var listItem: CBORItem? { isEmpty ? nil : .array(map(\.item)) }
}

extension Array {
    /// The terms as an item; an empty list is left out.
    func termsItem<V>() -> CBORItem? where Element == Term<V> {
        isEmpty ? nil : .array(map(\.item))
    }
}

extension Term {
    var item: CBORItem { CBORItem(number) }
}

extension PartialDate {
    var item: CBORItem { CBORItem(number) }
}
