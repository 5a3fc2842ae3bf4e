/// Reads a map field by field and refuses what is left over.
///
/// One rule holds for every structure: an unknown key ≥ 0 is a critical part and refuses the
/// whole; an unknown negative key may be ignored. The rule is what lets later versions add
/// without making an older reader say "verified" about something it did not understand.
public struct CBORFields {
    private let structure: String
    /// All fields. Structures have few, mostly taken in their order: a search from the first that
    /// was not taken beats making a dictionary for each.
    private let entries: [CBORMap.Entry]
    private var first = 0
    /// Fields behind `first` that were taken.
    private var takenAhead: Set<Int> = []

    /// Opens `item`, which must be a map; `structure` names it in errors.
    public init(_ item: CBORItem, _ structure: String) throws(CodingError) {
        guard case .map(let map) = item else {
            throw CodingError(.unexpectedItem, "\(structure): not a map")
        }
        self.structure = structure
        entries = map.entries
    }

    private mutating func remove(_ key: CBORItem) -> CBORItem? {
        for index in first..<entries.count where entries[index].key == key {
            if index > first {
                guard takenAhead.insert(index).inserted else { return nil }
            } else {
                first += 1
                while !takenAhead.isEmpty, takenAhead.remove(first) != nil { first += 1 }
            }
            return entries[index].value
        }
        return nil
    }

    private var remaining: [CBORMap.Entry] {
        (first..<entries.count).filter { !takenAhead.contains($0) }.map { entries[$0] }
    }

    /// Takes the value under a key that must be there.
    public mutating func take(_ key: Int, _ name: String) throws(CodingError) -> CBORValue {
        guard let value = remove(CBORItem(key)) else {
            throw CodingError(.missingKey, "\(structure): \(name) is missing")
        }
        return CBORValue(value, in: structure, name)
    }

    /// Takes the value under a key that may be absent.
    public mutating func takeOptional(_ key: Int, _ name: String) -> CBORValue? {
        remove(CBORItem(key)).map { CBORValue($0, in: structure, name) }
    }

    /// Takes the value under a text key that must be there (claims of other standards).
    public mutating func take(text key: String) throws(CodingError) -> CBORValue {
        guard let value = remove(.text(key)) else {
            throw CodingError(.missingKey, "\(structure): \(key) is missing")
        }
        return CBORValue(value, in: structure, key)
    }

    /// Refuses the structure when a part that it may not ignore was not taken.
    public func finish() throws(CodingError) {
        for entry in remaining {
            guard case .negative = entry.key else {
                throw CodingError(
                    .unknownCriticalPart,
                    "\(structure): holds a part that this version does not know",
                    hint: "a newer version of this software may read it")
            }
        }
    }

    /// Refuses the structure when anything at all was not taken (no ignorable parts here).
    public func finishExactly() throws(CodingError) {
        guard remaining.isEmpty else {
            throw CodingError(
                .unknownCriticalPart, "\(structure): holds a part that this version does not know")
        }
    }

    /// What was not taken, for content that keeps what it does not understand.
    public var rest: [CBORItem: CBORItem] {
        Dictionary(
            remaining.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

/// One value with the name of its place, so that every refusal says where.
public struct CBORValue: Sendable {
    /// The item.
    public let item: CBORItem
    private let structure: String
    private let name: String
    private let index: Int?

    /// Names an item's place.
    public init(_ item: CBORItem, _ place: String) {
        self.init(item, in: "", place)
    }

    init(_ item: CBORItem, in structure: String, _ name: String, index: Int? = nil) {
        self.item = item
        self.structure = structure
        self.name = name
        self.index = index
    }

    /// Where it stands, for error messages; put together only when it is asked for.
    public var place: String {
        let place = structure.isEmpty ? name : "\(structure): \(name)"
        return index.map { "\(place)[\($0)]" } ?? place
    }

    private func unexpected(_ wanted: String) -> CodingError {
        CodingError(.unexpectedItem, "\(place): not \(wanted)")
    }

    /// An unsigned integer within a range.
    public func unsigned(
        in range: ClosedRange<UInt64> = 0...UInt64(Int64.max)
    ) throws(CodingError) -> UInt64 {
        guard case .unsigned(let value) = item, range.contains(value) else {
            throw unexpected("a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A small non-negative integer within a range.
    public func int(in range: ClosedRange<Int>) throws(CodingError) -> Int {
        switch item {
        case .unsigned(let value):
            if let value = Int(exactly: value), range.contains(value) { return value }
        case .negative(let value):
            if let value = Int(exactly: value), range.contains(-1 - value) { return -1 - value }
        default: break
        }
        throw unexpected("a number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// A byte string whose length lies in a range.
    public func bytes(_ count: ClosedRange<Int>) throws(CodingError) -> [UInt8] {
        guard case .bytes(let value) = item else { throw unexpected("a byte string") }
        guard count.contains(value.count) else {
            throw CodingError(
                value.count > count.upperBound ? .overLimit : .unexpectedItem,
                "\(place): \(value.count) bytes, not \(count.lowerBound) to \(count.upperBound)")
        }
        return value
    }

    /// A byte string of one exact length.
    public func bytes(exactly count: Int) throws(CodingError) -> [UInt8] {
        guard case .bytes(let value) = item, value.count == count else {
            throw unexpected("\(count) bytes")
        }
        return value
    }

    /// Text of at most `maximum` UTF-8 bytes, not empty, free of control characters.
    public func text(maximum: Int) throws(CodingError) -> String {
        guard case .text(let value) = item, !value.isEmpty else { throw unexpected("text") }
        guard value.utf8.count <= maximum else {
            throw CodingError(.overLimit, "\(place): longer than \(maximum) bytes")
        }
        // Most texts are ASCII, where two ranges say what the Unicode tables would.
        guard
            value.utf8.allSatisfy({ 0x20 <= $0 && $0 < 0x7F })
                || value.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw CodingError(.unexpectedItem, "\(place): holds a control character")
        }
        return value
    }

    /// An array whose length lies in a range, each element with its place.
    public func array(_ count: ClosedRange<Int>) throws(CodingError) -> [CBORValue] {
        guard case .array(let items) = item else { throw unexpected("an array") }
        guard count.contains(items.count) else {
            throw CodingError(
                items.count > count.upperBound ? .overLimit : .unexpectedItem,
                "\(place): \(items.count) elements, not \(count.lowerBound) to \(count.upperBound)")
        }
        // Only elements of elements need their place spelt out here.
        let (structure, name) = index == nil ? (structure, name) : ("", place)
        return items.indices.map { CBORValue(items[$0], in: structure, name, index: $0) }
    }

    /// A strictly ascending array of small numbers, not empty.
    public func ascendingInts(
        in range: ClosedRange<Int>, maximum: Int
    ) throws(CodingError) -> [Int] {
        var numbers: [Int] = []
        for value in try array(1...maximum) {
            let number = try value.int(in: range)
            if let last = numbers.last, last >= number { throw unexpected("in ascending order") }
            numbers.append(number)
        }
        return numbers
    }

    /// A boolean.
    public func bool() throws(CodingError) -> Bool {
        guard case .bool(let value) = item else { throw unexpected("true or false") }
        return value
    }

    /// The fields of a map.
    public func fields() throws(CodingError) -> CBORFields { try CBORFields(item, place) }

    /// True for null.
    public var isNull: Bool { item == .null }
}
