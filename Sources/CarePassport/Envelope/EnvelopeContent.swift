package import PassportCoding

/// What stands inside the content: passports, and evidence that every recipient may need.
package struct EnvelopeContent: Hashable, Sendable {
    /// The passports' exact bytes.
    package var passports: [[UInt8]]
    /// Identity files.
    package var identities: [[UInt8]]
    /// Signed status lists.
    package var statusLists: [[UInt8]]

    package init(passports: [[UInt8]], identities: [[UInt8]], statusLists: [[UInt8]]) {
        self.passports = passports
        self.identities = identities
        self.statusLists = statusLists
    }

    package init(decoding bytes: [UInt8]) throws(CodingError) {
        var fields = try CBORFields(CBORReader.item(from: bytes), "content")
        passports = try Self.list(
            fields.take(1, "passports"), 1...Limits.passportsPerEnvelope, Limits.passportBytes)
        identities = try Self.list(
            fields.take(2, "identities"), 0...Limits.identitiesPerEnvelope,
            Limits.identityBytes)
        statusLists = try Self.list(
            fields.take(3, "status lists"), 0...Limits.statusListsPerEnvelope,
            Limits.statusListBytes)
        try fields.finish()
    }

    private static func list(
        _ value: CBORValue, _ count: ClosedRange<Int>, _ maximum: Int
    ) throws(CodingError) -> [[UInt8]] {
        var list: [[UInt8]] = []
        for element in try value.array(count) { list.append(try element.bytes(1...maximum)) }
        return list
    }

    package func encoded() -> [UInt8] {
        CBORItem(fields: [
            (1, .array(passports.map { .bytes($0) })),
            (2, .array(identities.map { .bytes($0) })),
            (3, .array(statusLists.map { .bytes($0) })),
        ]).encoded()
    }
}
