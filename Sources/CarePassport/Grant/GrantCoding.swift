internal import PassportCoding
internal import PassportCrypto
internal import PassportTrust

extension GrantTerms {
    init(decoding payload: [UInt8]) throws {
        var fields = try CBORFields(CBORReader.item(from: payload), "grant")
        _ = try fields.take(1, "version").int(in: 1...1)
        func code<Code: RawRepresentable>(
            _ value: CBORValue, _: Code.Type
        ) throws -> Code where Code.RawValue == Int {
            guard let code = Code(rawValue: try value.int(in: 0...255)) else {
                throw CodingError(.unexpectedItem, "\(value.place): not a known code")
            }
            return code
        }
        id = try fields.take(2, "id").identifier()
        passport = try fields.take(3, "passport").digest()
        authority = try GrantAuthority(fields.take(4, "authority"))
        recipient = try Recipient(fields.take(5, "recipient"))
        sections = try fields.take(6, "sections").ascendingInts(in: 1...255, maximum: 255)
        let purposesValue = try fields.take(7, "purposes")
        purposes = try purposesValue.ascendingInts(in: 1...255, maximum: 32)
            .map { try code(CBORValue(CBORItem($0), purposesValue.place), Purpose.self) }
        basis = try code(fields.take(8, "basis"), LegalBasis.self)
        vitalReason = try fields.takeOptional(9, "reason").map { try code($0, VitalReason.self) }
        from = try fields.take(10, "from").timestamp()
        until = try fields.take(11, "until").timestamp()
        giver = try code(fields.take(12, "giver"), GiverRole.self)
        assent = try code(fields.take(13, "assent"), Assent.self)
        guardian = try fields.takeOptional(14, "guardian").map { try GuardianAuthority($0) }
        onward = try fields.take(15, "onward").int(in: 0...Limits.onwardDepth)
        retention = try fields.take(16, "retention").timestamp()
        statement = try ConsentStatement(fields.take(17, "statement"))
        status = try StatusReference(fields.take(18, "status"))
        ring = try fields.take(19, "ring").digest()
        issued = try fields.take(20, "issued").timestamp()
        desk = try fields.takeOptional(21, "desk")?.organisation()
        parent = try fields.takeOptional(22, "parent")?.bytes(1...Limits.grantBytes)
        try fields.finish()
    }

    package func encoded() -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, id.item), (3, passport.item), (4, authority.item),
            (5, recipient.item), (6, .array(sections.map { CBORItem($0) })),
            (7, .array(purposes.map { CBORItem($0.rawValue) })), (8, CBORItem(basis.rawValue)),
            (9, vitalReason.map { CBORItem($0.rawValue) }), (10, from.item), (11, until.item),
            (12, CBORItem(giver.rawValue)), (13, CBORItem(assent.rawValue)),
            (14, guardian?.item), (15, CBORItem(onward)), (16, retention.item),
            (17, statement.item), (18, status.item), (19, ring.item), (20, issued.item),
            (21, desk?.item), (22, parent.map { .bytes($0) }),
        ]).encoded()
    }
}
