import PassportCoding

/// Counts, over one section, what this version does not understand.
final class Tally {
    var notUnderstood = 0
}

/// Takes the entries of one element; every refusal names its place.
struct ElementReader {
    private var fields: CBORFields
    private let place: String
    private let tally: Tally

    init(_ value: CBORValue, _ tally: Tally) throws(CodingError) {
        fields = try value.fields()
        place = value.place
        self.tally = tally
    }

    /// Counts a value of a later version.
    func note(known: Bool) {
        if !known { tally.notUnderstood += 1 }
    }

    mutating func take(_ key: Int, _ name: String) throws(CodingError) -> CBORValue {
        try fields.take(key, name)
    }

    mutating func optional(_ key: Int, _ name: String) -> CBORValue? {
        fields.takeOptional(key, name)
    }

    mutating func text(_ key: Int, _ name: String, maximum: Int) throws(CodingError) -> String {
        try fields.take(key, name).careText(maximum: maximum)
    }

    mutating func optionalText(
        _ key: Int, _ name: String, maximum: Int
    ) throws(CodingError) -> String? {
        try fields.takeOptional(key, name)?.careText(maximum: maximum)
    }

    mutating func int(
        _ key: Int, _ name: String, in range: ClosedRange<Int>
    ) throws(CodingError) -> Int? {
        try fields.takeOptional(key, name)?.int(in: range)
    }

    mutating func bool(_ key: Int, _ name: String) throws(CodingError) -> Bool? {
        try fields.takeOptional(key, name)?.bool()
    }

    mutating func decimal(_ key: Int, _ name: String) throws(CodingError) -> DecimalNumber? {
        guard let value = fields.takeOptional(key, name) else { return nil }
        return try DecimalNumber(value)
    }

    mutating func date(_ key: Int, _ name: String) throws(CodingError) -> PartialDate? {
        guard let value = fields.takeOptional(key, name) else { return nil }
        guard let date = PartialDate(number: try value.int(in: 1000...99_999_999)) else {
            throw CodingError(.unexpectedItem, "\(value.place): not a date of the calendar")
        }
        return date
    }

    mutating func term<V>(_ key: Int, _ name: String) throws(CodingError) -> Term<V> {
        try term(try fields.take(key, name))
    }

    mutating func optionalTerm<V>(_ key: Int, _ name: String) throws(CodingError) -> Term<V>? {
        guard let value = fields.takeOptional(key, name) else { return nil }
        return try term(value)
    }

    mutating func terms<V>(_ key: Int, _ name: String) throws(CodingError) -> [Term<V>] {
        guard let value = fields.takeOptional(key, name) else { return [] }
        var terms: [Term<V>] = []
        for element in try value.array(1...Limits.elementsPerInnerList) {
            terms.append(try term(element))
        }
        return terms
    }

    mutating func element<E: Element>(_ key: Int, _ name: String) throws(CodingError) -> E? {
        guard let value = fields.takeOptional(key, name) else { return nil }
        return try E(value, tally)
    }

    mutating func elements<E: Element>(
        _ key: Int, _ name: String, maximum: Int = Limits.elementsPerList
    ) throws(CodingError) -> [E] {
        guard let value = fields.takeOptional(key, name) else { return [] }
        var elements: [E] = []
        for element in try value.array(1...maximum) { elements.append(try E(element, tally)) }
        return elements
    }

    /// The codes that name one thing: at least one.
    mutating func codes(_ key: Int, _ name: String) throws(CodingError) -> [Code] {
        let codes: [Code] = try elements(key, name, maximum: Limits.codesPerItem)
        guard !codes.isEmpty else {
            throw CodingError(.missingKey, "\(place): \(name) is missing")
        }
        return codes
    }

    /// What was not taken, counted. Only whole numbers are keys, here too.
    func finish() throws(CodingError) -> Extras {
        for key in fields.rest.keys {
            switch key {
            case .unsigned, .negative: tally.notUnderstood += 1
            default:
                throw CodingError(.unexpectedItem, "\(place): a key that is not a whole number")
            }
        }
        return Extras(fields.rest)
    }

    private func term<V>(_ value: CBORValue) throws(CodingError) -> Term<V> {
        let term = Term<V>(number: try value.int(in: 1...Limits.termNumber))
        note(known: term.isKnown)
        return term
    }
}
