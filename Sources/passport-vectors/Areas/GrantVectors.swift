import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Grants: who may sign, and what the rules say.
struct GrantVectors {
    let scene: Scene
    let shop: Workshop

    private var cast: Cast { scene.cast }
    private var athens: Recipient { .organisation(cast.athens.id) }

    func add(
        _ scenario: String, _ comment: String, _ bytes: [UInt8],
        is verdict: Ruling = .refused, passport: UnverifiedPassport? = nil,
        identities: [House]? = nil, intermediate: JSON = .object([:])
    ) {
        let houses = identities ?? [cast.izmir, cast.athens, cast.munich]
        shop.add(
            .grant, scenario, verdict, comment,
            [
                "bytes": .hex(bytes), "passport": .hex((passport ?? scene.lea.passport).bytes),
                "identities": .list(houses.map(\.file)),
            ], intermediate: intermediate)
    }

    func write() throws {
        try authorities()
        try desk()
        try rules()
        try codes()
        try OnwardVectors(grants: self).write()
    }

    private func authorities() throws {
        let grant = try scene.grant(scene.lea, to: athens, [1, 2, 3]).grant
        add(
            "by-issuer", "An authority of the passport grants.", grant, is: .accept,
            intermediate: ["payload": .hex(try Forge.payload(grant))])
        let second = try scene.grant(scene.later, to: .bearer, [1], by: cast.izmir).grant
        add(
            "by-second-authority", "A passport may name several authorities.", second,
            is: .accept, passport: scene.later.passport)
        add(
            "by-unknown-keys", "An authority's keys must be known.", second,
            passport: scene.later.passport, identities: [cast.athens])
        let forgeries = try Forgery.ofSign1(
            grant, as: .grant, key: cast.izmir.signingKey(.consent),
            thief: cast.stranger.signingKey(.consent))
        for forgery in forgeries {
            add(forgery.scenario, forgery.comment, forgery.bytes, is: forgery.verdict)
        }
        add(
            "by-no-authority", "Nobody grants whom the passport does not name.",
            try scene.grant(scene.lea, to: athens, [1], by: cast.athens).grant)
        add(
            "another-passport", "A grant is for one passport's bytes.",
            try scene.grant(scene.omar, to: athens, [1]).grant)
        add(
            "signed-with-issue-key", "A grant needs the consent key.",
            try COSESign1.sign(
                Forge.payload(grant), as: .grant,
                with: Secrets.signingKey("\(cast.izmir.name) issue", .consent)
            ).bytes)
        add(
            "countersigned-without-desk",
            "A countersignature that the signer did not ask for means nothing and is refused.",
            try Forge.countersigned(grant, with: cast.munich.signingKey(.consent)))
    }

    private func holderTerms(_ change: (inout GrantTerms) -> Void = { _ in }) throws -> GrantTerms {
        var terms = try scene.terms(
            scene.lea.passport, to: athens, [1], ring: Digest.sha256(of: [1]))
        terms.authority = .holder
        terms.desk = cast.munich.id
        terms.status = cast.munich.reference(20)
        change(&terms)
        return terms
    }

    private func desk() throws {
        let passport = scene.lea.passport
        let good = try scene.signAsHolder(holderTerms(), of: passport, desk: cast.munich)
        add(
            "by-holder-at-desk",
            "The person's card signs, and the desk says that it was presented there.", good,
            is: .accept)
        let alone = try holderTerms {
            $0.desk = nil
            $0.status = cast.izmir.reference(20)
        }
        add(
            "by-holder-alone", "A card that nobody saw signs too; reports say so.",
            try scene.signAsHolder(alone, of: passport, desk: nil), is: .accept)
        add(
            "desk-did-not-sign", "A named desk must have countersigned.",
            try scene.signAsHolder(holderTerms(), of: passport, desk: nil))
        add(
            "another-desk-signed", "Another desk's signature does not count.",
            try scene.signAsHolder(holderTerms(), of: passport, desk: cast.athens))
        add(
            "countersignature-bit", "A changed countersignature does not hold.",
            try Forge.edited(good) { parts in
                guard case .map(let map) = parts[1], case .array(var inner) = map[CBORItem(11)]
                else { return }
                inner[2] = Forge.flippedLast(inner[2])
                parts[1] = CBORItem(fields: [(11, .array(inner))])
            })
        let wider = try scene.signAsHolder(
            holderTerms { $0.sections = [1, 2] }, of: passport, desk: cast.munich)
        add(
            "countersignature-moved",
            "A countersignature is over one signature and moves to no other grant.",
            try Forge.edited(wider) { $0[1] = try Forge.parts(good).parts[1] })
        let card = try ConsentHalf(from: Secrets.stream("card of another"))
        let object = try COSESign1.sign(
            holderTerms().encoded(), as: .grant, with: card.holderKey(for: passport.claims.id)
        ).countersigned(as: .grant, with: cast.munich.signingKey(.consent))
        add(
            "status-not-at-the-desk", "A grant made at a desk stands in the desk's list.",
            try scene.signAsHolder(
                holderTerms { $0.status = cast.izmir.reference(20) }, of: passport,
                desk: cast.munich))
        add("by-another-card", "Another person's card grants nothing here.", object.bytes)
        let stolen = try cast.munich.ending(.consent, .compromised, since: Moments.made)
        add(
            "desk-key-over", "A desk signs with a key in force.", good,
            identities: [cast.izmir, stolen])
        add(
            "organisation-at-desk", "Only a holder's grant is made at a desk.",
            try scene.grant(scene.lea, to: athens, [1]) { $0.desk = cast.munich.id }.grant)
    }

    private func rule(
        _ scenario: String, _ comment: String, is verdict: Ruling = .refused,
        _ change: (inout GrantTerms) throws -> Void
    ) throws {
        let grant = try scene.grant(scene.lea, to: athens, [1], change)
        add(scenario, comment, grant.grant, is: verdict)
    }

    private func rules() throws {
        try rule("ends-before-it-begins", "Time runs forward.") {
            $0.until = $0.from.adding(seconds: -1)
        }
        try rule("issued-after-its-end", "A grant is not signed after its end.") {
            $0.issued = $0.until.adding(seconds: 1)
        }
        try rule("vital-without-reason", "Vital interest needs its reason.") {
            $0.basis = .vitalInterest
        }
        try rule("reason-without-vital", "A reason belongs to vital interest.") {
            $0.vitalReason = .dangerToLife
        }
        try rule("consent-by-nobody", "Consent is somebody's.") { $0.giver = .nobody }
        try rule("guardian-without-authority", "A proxy says by what right.") {
            $0.giver = .guardian
        }
        try rule(
            "status-in-anothers-list",
            "Whoever ends this grant would end what stands there in the list of Athens."
        ) { $0.status = cast.athens.reference(1) }
        try rule("status-in-no-list", "One list has one spelling.") {
            $0.status = StatusReference(
                uri: cast.izmir.id.statusListURI(0).dropLast() + "+0", index: 20)
        }
        let authority = GuardianAuthority(
            from: Moments.made, until: Moments.keyEnd, jurisdiction: "GR", proof: nil)
        try rule("person-with-guardian", "A person who decides has no proxy.") {
            $0.guardian = authority
        }
        try rule("guardian-over", "A guardian whose time is over decides nothing.") {
            $0.giver = .guardian
            $0.guardian = GuardianAuthority(
                from: Moments.made, until: Moments.granted.adding(seconds: -1),
                jurisdiction: "GR", proof: nil)
        }
        try rule("guardian-not-yet", "A guardian decides from the first day of authority.") {
            $0.giver = .guardian
            $0.guardian = GuardianAuthority(
                from: Moments.granted.adding(seconds: 1), until: Moments.keyEnd,
                jurisdiction: "GR", proof: nil)
        }
        try rule("child-said-no", "Where consent is the basis, a child's no is a no.") {
            $0.assent = .refused
        }
        try rule("guardian", "A guardian with authority on the day consents.", is: .accept) {
            $0.giver = .guardian
            $0.assent = .given
            $0.guardian = authority
        }
        try rule("vital-interest", "A person who cannot be asked is still helped.", is: .accept) {
            $0.basis = .vitalInterest
            $0.vitalReason = .cannotBeAsked
            $0.giver = .nobody
        }
    }

    private func resign(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ key: Int,
        _ value: CBORItem?
    ) throws {
        let grant = try scene.grant(scene.lea, to: athens, [1]).grant
        let changed = try Forge.resigned(
            grant, as: .grant, with: cast.izmir.signingKey(.consent)
        ) { $0[CBORItem(key)] = value }
        add(scenario, comment, changed, is: verdict)
    }

    private func codes() throws {
        for (name, key) in [
            ("id", 2), ("passport", 3), ("authority", 4), ("recipient", 5), ("sections", 6),
            ("purposes", 7), ("basis", 8), ("from", 10), ("until", 11), ("giver", 12),
            ("assent", 13), ("onward", 15), ("retention", 16), ("statement", 17), ("status", 18),
            ("ring", 19), ("issued", 20),
        ] {
            try resign("without-\(name)", .malformed, "Every field must be there.", key, nil)
        }
        func numbers(_ numbers: Int...) -> CBORItem { .array(numbers.map { CBORItem($0) }) }
        try resign("no-sections", .malformed, "There is no grant of nothing.", 6, numbers())
        try resign("sections-twice", .malformed, "Sections ascend, each once.", 6, numbers(1, 1))
        try resign("sections-descend", .malformed, "One set, one order.", 6, numbers(2, 1))
        try resign("section-0", .malformed, "There is no section 0: no 'all'.", 6, numbers(0))
        try resign("section-255", .accept, "Kinds up to 255 can be granted.", 6, numbers(255))
        try resign("section-256", .malformed, "Kinds end at 255.", 6, numbers(256))
        try resign("purpose-13", .malformed, "A purpose is one of twelve.", 7, numbers(13))
        try resign("basis-7", .malformed, "A basis is one of six.", 8, CBORItem(7))
        try resign("giver-8", .malformed, "A giver is one of seven.", 12, CBORItem(8))
        try resign("assent-4", .malformed, "Assent is one of four.", 13, CBORItem(4))
        let often = "A grant is passed on at most three times."
        try resign("onward-3", .accept, often, 15, CBORItem(3))
        try resign("onward-4", .malformed, often, 15, CBORItem(4))
        try resign("critical-part", .malformed, "A critical part must be understood.", 23, .null)
        try resign("ignorable-part", .accept, "A negative key may be ignored.", -1, .null)
        try resign(
            "recipient-class", .malformed, "A recipient is one organisation or the bearer.", 5,
            CBORItem(1))
    }
}
