import CarePassport
import Foundation
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportStore
import PassportTestSupport
import PassportTrust
import Testing

/// What an organisation with real keys and bad intent can show to another one.
@Suite struct InsiderTests {
    private static let now = Timestamp(clamping: Int64(Date().timeIntervalSince1970))

    // MARK: Two manifests under one number

    /// Two manifests of one number freeze their house, whichever came first: nothing newer is
    /// taken in, no reading of a fingerprint pins it, and only what is vital still opens.
    @Test func aHouseThatForkedIsFrozen() throws {
        let world = try World()
        let izmir = try Insider(world, "izmir")
        let one = try izmir.successor(of: izmir.identity, named: "NGO Izmir")
        let other = try izmir.successor(of: izmir.identity, named: "NGO Izmir, too")
        let newer = try izmir.successor(of: one, named: "NGO Izmir, newer")
        func file(_ identity: Identity, _ name: String) throws -> String {
            try world.folder.write(identity.encoded(), to: name)
        }
        try world.ask("athens", ["take-in", file(one, "one")])
        let forked = try world.ask("athens", ["take-in", file(other, "other")])
        #expect(forked["taken"][0]["kind"].string == "fork")
        let refused = try world.ask("athens", ["take-in", file(newer, "newer")], expecting: 77)
        #expect(refused["error"]["code"].string == "trust.fork")
        let pinned = try world.pins(
            "athens", world.path("newer"), fingerprint: Fingerprint(of: newer).text,
            expecting: 77)
        #expect(pinned["error"]["code"].string == "trust.fork")
        let opened = try world.opens("athens", world.envelope)
        #expect(
            opened["view"].list.compactMap { $0["section"].string } == ["emergency", "medication"])
        let checks = opened["passports"][0]["checks"].list
        #expect(checks.first { $0["check"].string == "manifest" }?["state"].string == "forked")
        #expect(opened["passports"][0]["standing"].string == "unknown")
    }

    // MARK: Staff

    /// A key that was certified under another entry's name never becomes staff here.
    @Test func nobodyIsHiredUnderAnotherEntry() throws {
        let world = try World()
        let athens = try Insider(world, "athens")
        let ghost = try KeyFile(generating: [.staff], from: .system)
        let certificate = try StaffCertificate(
            verifying: StaffCertificate.make(
                organisation: athens.id, key: ghost.signingKey(.staff).verifyingKey,
                notBefore: Self.now, notAfter: Self.now.adding(seconds: 86_400),
                issuer: athens.keys.signingKey(.issue)), by: athens.identity)
        let store = try Store.open(at: world.path("athens/carepass.sqlite"))
        let change = StoreChange.staff(handle: "ghost", certificate: certificate)
        for act in [AuditAct.statusIssued, .staffAdded] {
            let fields = AuditFields(act: act, time: Self.now)
            #expect(throws: StoreError.self) {
                try store.commit(
                    AuditEntry(
                        fields: fields, randomness: .system,
                        origin: LogOrigin.text(for: athens.id.digest),
                        signedBy: ghost.signingKey(.staff)), [change],
                    origin: LogOrigin.text(for: athens.id.digest),
                    logKey: athens.keys.signingKey(.log))
            }
        }
        #expect(try store.staff().map(\.handle) == ["dr-athens"])
    }

    // MARK: Who wrote it

    /// Somebody who calls himself like a pinned clinic is told apart beside each item.
    @Test func itemsOfAnUnknownIssuerAreMarkedOneByOne() throws {
        let world = try World()
        try world.ask("evil", ["init", "--name", "NGO Izmir"])
        try world.ask("evil", ["operator", "add", "dr-evil"])
        try world.pins(
            "evil", world.path("athens.identity"),
            fingerprint: try #require(world.fingerprints["athens"]))
        let passport = try world.seals("evil", world.imports("evil", "additions-izmir.json"))
        _ = try world.grant("evil", passport, to: "Clinic Athens", "emergency")
        let envelope = try world.packs("evil", [passport], to: "Clinic Athens", as: "evil.envelope")
        let opened = try world.opens("athens", envelope)
        #expect(opened["passports"][0]["standing"].string == "unknown")
        let items = opened["view"].list.flatMap { $0["items"].list }
        #expect(!items.isEmpty)
        for source in items.flatMap({ $0["sources"].list }) {
            #expect(source["issuer"].string == "NGO Izmir (unknown to you)")
        }
        let honest = try world.opens("athens", world.envelope)
        for source in honest["view"].list.flatMap({ $0["items"].list })
            .flatMap({ $0["sources"].list })
        {
            #expect(source["issuer"].string == "NGO Izmir")
        }
    }

    // MARK: What takes whose place

    private static func medicine(
        _ person: UInt8, _ name: String, supersedes: [UInt8]? = nil
    ) throws -> Section {
        var summary = CareSummary()
        summary.medication = MedicationContent()
        summary.medication?.medicines = [
            Medicine(codes: [Code(.atc, "N06AB06", display: name)])
        ]
        let sections = try summary.sections(
            person: PersonReference([UInt8](repeating: person, count: 16)),
            provenance: Provenance(
                cadre: SampleSummary.term("nurse"), date: SampleSummary.date("2026-03-14")),
            supersedes: supersedes)
        return try #require(sections.first)
    }

    /// Whether the old medicine is shown as superseded when a new passport says so.
    private static func isSuperseded(
        _ world: World, by newIssuer: Insider, person: UInt8
    ) throws -> Bool? {
        let izmir = try Insider(world, "izmir")
        let athens = try Insider(world, "athens").identity
        let old = try izmir.seal([medicine(1, "old")], at: now)
        let new = try newIssuer.seal(
            [medicine(person, "new", supersedes: old.passport.claims.id.bytes)], at: now)
        let grants = [
            try izmir.grant(old, to: athens.organisation, [2], at: now),
            try newIssuer.grant(new, to: athens.organisation, [2], at: now),
        ]
        let bytes = try newIssuer.pack(
            [old.passport, new.passport], grants, for: athens, at: now)
        let opened = try world.opens(
            "athens", world.folder.write(bytes, to: "superseding.envelope"))
        let items = opened["view"][0]["items"].list
        #expect(items.count == 2)
        return items.first { $0["lines"].strings.contains { $0.contains("old") } }?["superseded"]
            .bool
    }

    /// A stranger must not strike out an allergy: a claim to take another's place counts for the
    /// writer's own passports of the same person only.
    @Test func onlyItsOwnWriterStrikesSomethingOut() throws {
        let world = try World()
        let izmir = try Insider(world, "izmir")
        let munich = try Insider(world, "munich")
        #expect(try Self.isSuperseded(world, by: izmir, person: 1) == true)
        #expect(try Self.isSuperseded(world, by: munich, person: 1) == false)
        #expect(try Self.isSuperseded(world, by: izmir, person: 2) == false)
    }

    // MARK: Whose history it is

    /// Two people in one envelope are said, and never written as one summary.
    @Test func twoPeopleBecomeNoSingleSummary() throws {
        let world = try World()
        let passports = try (1...2).map { _ in try world.seals("izmir", world.imports("izmir")) }
        for passport in passports {
            _ = try world.grant("izmir", passport, to: "Clinic Athens", "care")
        }
        let envelope = try world.packs("izmir", passports, to: "Clinic Athens", as: "two.envelope")
        let written = world.path("two.json")
        let refused = try world.opens(
            "athens", envelope, with: ["--fhir", written], expecting: 77)
        #expect(refused["view"].list.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: written))
        let opened = try world.opens("athens", envelope)
        #expect(Set(opened["persons"].strings).count == 2)
        let text = try world.run("athens", ["open", envelope, "--operator", "dr-athens"])
        #expect(text.text.contains("different people"))
    }

    // MARK: What time it is

    /// A clock set back behind the home's own log is told, and makes no old list fresh.
    @Test func aClockBehindTheLogIsSaidAndMakesNothingFresh() throws {
        let world = try World()
        let day = Int(Self.now.seconds) + 86_400
        try world.ask(
            "athens", ["take-in", world.path("izmir.identity"), "--clock", "\(day)"])
        let opened = try world.opens("athens", world.envelope)
        let checks = opened["passports"][0]["checks"].list
        #expect(checks.first { $0["check"].string == "clock" }?["state"].string == "behind")
        #expect(
            checks.first { $0["check"].string == "passportStatus" }?["state"].string == "unknown")
        #expect(
            opened["view"].list.compactMap { $0["section"].string } == ["emergency", "medication"])
        let again = try world.opens("athens", world.envelope, with: ["--clock", "\(day)"])
        let clock = again["passports"][0]["checks"].list
            .first { $0["check"].string == "clock" }
        #expect(clock?["state"].string == "holds")
    }
}
