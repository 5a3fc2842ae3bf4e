import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Withdrawals, disclosures and staff certificates one by one.
struct ObjectVectors {
    let scene: Scene
    let shop: Workshop

    private var cast: Cast { scene.cast }

    func write() throws {
        try withdrawals()
        try disclosures()
        try staff()
    }

    private func forge(
        _ area: Area, _ bytes: [UInt8], _ type: ObjectType, _ purpose: KeyPurpose,
        _ input: ([UInt8]) -> JSON
    ) throws {
        let forgeries = try Forgery.ofSign1(
            bytes, as: type, key: cast.izmir.signingKey(purpose),
            thief: cast.stranger.signingKey(purpose))
        for forgery in forgeries {
            shop.add(
                area, forgery.scenario, forgery.verdict, forgery.comment, input(forgery.bytes))
        }
    }

    private func withdrawalInput(_ bytes: [UInt8], grant: [UInt8]? = nil) -> JSON {
        [
            "bytes": .hex(bytes), "passport": .hex(scene.lea.passport.bytes),
            "identities": .list([cast.izmir.file, cast.athens.file]), "grant": .hex(grant),
        ]
    }

    private func terms(_ grants: [Identifier], _ authority: GrantAuthority) -> WithdrawalTerms {
        WithdrawalTerms(
            id: Identifier(from: Secrets.stream("withdrawal \(grants.count)")),
            passport: scene.lea.passport.digest, grants: grants, authority: authority,
            time: Moments.now, reason: .person)
    }

    private func sign(_ terms: WithdrawalTerms, _ key: borrowing SigningKey) throws -> [UInt8] {
        try COSESign1.sign(terms.encoded(), as: .withdrawal, with: key).bytes
    }

    private func withdrawals() throws {
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
            grant: [UInt8]? = nil
        ) {
            shop.add(
                .withdrawal, scenario, verdict, comment, withdrawalInput(bytes, grant: grant))
        }
        let grant = try scene.grant(scene.lea, to: .organisation(cast.athens.id), [1]).grant
        let id = try UnverifiedGrant(decoding: grant).terms.id
        let izmir = GrantAuthority.organisation(cast.izmir.id)
        let key = try cast.izmir.signingKey(.consent)
        let one = try sign(terms([id], izmir), key)
        shop.add(
            .withdrawal, "one-grant", .accept, "An authority ends one grant.",
            withdrawalInput(one, grant: grant),
            intermediate: ["payload": .hex(try Forge.payload(one))])
        add(
            "whole-passport", .accept, "Without a grant, everything ends.",
            try sign(terms([], izmir), key), grant: grant)
        let passport = scene.lea.passport.claims.id
        add(
            "by-holder", .accept, "The person withdraws with the card alone.",
            try sign(terms([id], .holder), ConsentHalf(text: scene.card).holderKey(for: passport)),
            grant: grant)
        add(
            "another-grant", .accept, "What is not named goes on.",
            try sign(terms([Identifier(from: Secrets.stream("other"))], izmir), key), grant: grant)
        try forge(.withdrawal, one, .withdrawal, .consent) { withdrawalInput($0) }
        add(
            "by-no-authority", .refused, "Who could not grant cannot withdraw.",
            try sign(
                terms([id], .organisation(cast.athens.id)), cast.athens.signingKey(.consent)))
        add(
            "holder-claimed", .refused, "Only the card signs for the person.",
            try sign(terms([id], .holder), key))
        let card = try ConsentHalf(from: Secrets.stream("card of another"))
        add(
            "by-another-card", .refused, "Another person's card ends nothing here.",
            try sign(terms([id], .holder), card.holderKey(for: passport)))
        var moved = terms([id], izmir)
        moved.passport = scene.omar.passport.digest
        add(
            "another-passport", .refused, "A withdrawal is for one passport.",
            try sign(moved, key))
        for count in [Limits.grantsPerWithdrawal, Limits.grantsPerWithdrawal + 1] {
            let fits = count == Limits.grantsPerWithdrawal
            let many = (1...count).compactMap { number in
                Identifier(bytes: Array(Secrets.seed("grant \(number)").prefix(16)))
            }
            add(
                fits ? "grants-at-limit" : "grants-past-limit", fits ? .accept : .malformed,
                "A withdrawal names at most \(Limits.grantsPerWithdrawal) grants.",
                try sign(terms(many, izmir), key))
        }
        try withdrawalFields(one)
    }

    private func withdrawalFields(_ bytes: [UInt8]) throws {
        func resign(
            _ scenario: String, _ verdict: Ruling, _ comment: String,
            _ edit: (inout Forge.Fields) throws -> Void
        ) throws {
            let changed = try Forge.resigned(
                bytes, as: .withdrawal, with: cast.izmir.signingKey(.consent), edit)
            shop.add(.withdrawal, scenario, verdict, comment, withdrawalInput(changed))
        }
        for (name, key) in [
            ("id", 2), ("passport", 3), ("grants", 4), ("authority", 5), ("time", 6), ("reason", 7),
        ] {
            try resign("without-\(name)", .malformed, "Every field must be there.") {
                $0[CBORItem(key)] = nil
            }
        }
        try resign("version-2", .malformed, "Another version is refused.") {
            $0[CBORItem(1)] = CBORItem(2)
        }
        try resign("unknown-reason", .malformed, "A reason is one of five.") {
            $0[CBORItem(7)] = CBORItem(6)
        }
        try resign("short-grant-id", .malformed, "A grant's id has 16 bytes.") {
            $0[CBORItem(4)] = .array([.bytes([1])])
        }
        try resign("time-beyond-9999", .malformed, "Time ends with the year 9999.") {
            $0[CBORItem(6)] = .unsigned(253_402_300_800)
        }
        try resign("critical-part", .malformed, "A critical part must be understood.") {
            $0[CBORItem(8)] = .null
        }
        try resign("ignorable-part", .accept, "A negative key may be ignored.") {
            $0[CBORItem(-1)] = .null
        }
        let second = try Forge.parts(
            Forge.countersigned(
                scene.grant(scene.lea, to: .bearer, [1]).grant,
                with: cast.izmir.signingKey(.consent))
        ).parts[1]
        shop.add(
            .withdrawal, "countersigned", .malformed, "A withdrawal has one signature.",
            withdrawalInput(try Forge.edited(bytes) { $0[1] = second }))
    }

    private func disclosures() throws {
        let athens = Recipient.organisation(cast.athens.id)
        let grant = try scene.grant(scene.lea, to: athens, [1])
        let bytes = try scene.disclosure(
            by: cast.izmir, to: athens, [scene.lea.passport.bytes], [grant.grant])
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
            by house: House? = nil
        ) {
            shop.add(
                .disclosure, scenario, verdict, comment,
                ["bytes": .hex(bytes), "sender": (house ?? cast.izmir).file],
                intermediate: verdict.isPositive
                    ? ["payload": .hex((try? Forge.payload(bytes)) ?? [])] : .object([:]))
        }
        add("to-athens", .accept, "A sender says what it gave to whom.", bytes)
        try forge(.disclosure, bytes, .disclosure, .consent) {
            ["bytes": .hex($0), "sender": cast.izmir.file]
        }
        add("another-sender", .refused, "A disclosure names its sender.", bytes, by: cast.athens)
        let early = Moments.granted.adding(seconds: -1)
        add(
            "key-stolen-before", .refused, "A stolen key discloses nothing.", bytes,
            by: try cast.izmir.ending(.consent, .compromised, since: early))
        add(
            "key-over", .refused, "A key that was over discloses nothing.", bytes,
            by: try cast.izmir.limiting(.consent, from: Moments.made, until: early))
        func resign(_ key: Int, _ value: CBORItem?) throws -> [UInt8] {
            try Forge.resigned(
                bytes, as: .disclosure, with: cast.izmir.signingKey(.consent)
            ) { $0[CBORItem(key)] = value }
        }
        for (name, key) in [
            ("sender", 2), ("recipient", 3), ("passports", 4), ("grants", 5), ("reference", 6),
            ("time", 7),
        ] {
            add("without-\(name)", .malformed, "Every field must be there.", try resign(key, nil))
        }
        for count in [8, 9] {
            let digests = CBORItem.array((0..<count).map { _ in .bytes(Secrets.seed("p")) })
            add(
                count == 8 ? "passports-at-limit" : "passports-past-limit",
                count == 8 ? .accept : .malformed, "An envelope has at most eight passports.",
                try resign(4, digests))
        }
    }

    private func staff() throws {
        let nurse = try Secrets.signingKey("nurse", .staff).verifyingKey
        func make(_ house: House, _ from: Timestamp, _ until: Timestamp) throws -> [UInt8] {
            try StaffCertificate.make(
                organisation: house.id, key: nurse, notBefore: from, notAfter: until,
                issuer: cast.izmir.signingKey(.issue))
        }
        let bytes = try make(cast.izmir, Moments.made, Moments.keyEnd)
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
            by house: House? = nil
        ) {
            shop.add(
                .staff, scenario, verdict, comment,
                ["bytes": .hex(bytes), "identity": (house ?? cast.izmir).file])
        }
        add("nurse", .accept, "An organisation certifies a key of its staff.", bytes)
        try forge(.staff, bytes, .staffCertificate, .issue) {
            ["bytes": .hex($0), "identity": cast.izmir.file]
        }
        add(
            "another-house", .refused, "A certificate counts only for its own house.",
            try make(cast.athens, Moments.made, Moments.keyEnd))
        add(
            "key-stolen-before", .refused, "A stolen key certifies nobody.", bytes,
            by: try cast.izmir.ending(.issue, .compromised, since: Moments.made))
        add(
            "ends-before-it-begins", .malformed, "Time runs forward.",
            try make(cast.izmir, Moments.now, Moments.made))
    }
}
