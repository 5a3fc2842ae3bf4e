import Foundation
import PassportCoding
import PassportCrypto
import PassportTrust
import Testing

/// What others hand in, and what it may do to a home: files that contradict what is known, come
/// half broken, or carry a time that cannot be.
@Suite struct EvidenceTests {
    private static let openAsAthens = ["--operator", "dr-athens"]

    private static func clock(_ seconds: Int) -> [String] {
        ["--clock", "\(Int(Date().timeIntervalSince1970) + seconds)"]
    }

    private static func state(_ answer: JSONAnswer, _ check: String) -> String? {
        answer["passports"][0]["checks"].list.first { $0["check"].string == check }?["state"]
            .string
    }

    // MARK: Status lists

    /// Izmir puts a backup back and signs a list in which the withdrawn grant is valid again.
    @Test func whatAnOlderListEndedStaysEnded() throws {
        let world = try World()
        let backup = try World(copying: world)
        let (ended, revived) = (world.path("ended.status"), world.path("revived.status"))
        try world.ask(
            "izmir",
            ["withdraw", "--grant", world.athensGrant, "--out", world.path("withdrawal")]
                + Self.clock(60))
        try world.ask("izmir", ["status", "export", "--out", ended] + Self.clock(60))
        try backup.ask("izmir", ["status", "export", "--out", revived] + Self.clock(120))
        let later = Self.clock(180)
        try world.ask("athens", ["take-in", ended] + later)
        let taken = try world.ask("athens", ["take-in", revived] + later)
        #expect(taken["taken"][0]["kind"].string == "status-list-revives")
        let refused = try world.ask(
            "athens", ["open", world.envelope] + Self.openAsAthens + later, expecting: 77)
        #expect(refused["reason"].string == "grantStatus.endedEarlier")
        // Whoever got them in the other order knows as much.
        let other = try World(copying: backup)
        try other.ask("athens", ["take-in", revived] + later)
        let late = try other.ask("athens", ["take-in", ended] + later)
        #expect(late["taken"][0]["kind"].string == "status-list-earlier")
        let again = try other.ask(
            "athens", ["open", world.envelope] + Self.openAsAthens + later, expecting: 77)
        #expect(Self.state(again, "grantStatus") == "endedEarlier")
    }

    // MARK: Several files

    @Test func severalFilesAreTakenInTogetherOrNotAtAll() throws {
        let world = try World()
        try world.ask("evil", ["init", "--name", "Stranger"])
        let (identity, list) = (world.path("evil.identity"), world.path("evil.status"))
        try world.ask("evil", ["org", "export", "--out", identity])
        try world.ask("evil", ["operator", "add", "dr-evil"])
        try world.ask(
            "evil",
            [
                "summary", "import", "\(World.demo)/ips-example.json", "--cadre", "nurse",
            ])
        let rubbish = try world.folder.write("no object", to: "rubbish")
        let before = try HomeState(world, "athens")
        let refused = try world.ask("athens", ["take-in", identity, rubbish], expecting: 65)
        #expect(refused["error"]["code"].string == "command.nothingTaken")
        #expect(refused["error"]["message"].string?.contains(rubbish) == true)
        #expect(try HomeState(world, "athens") == before)
        // The second file is judged by what the first one says.
        try world.ask("izmir", ["status", "export", "--out", list])
        let fresh = try World(empty: ())
        try fresh.ask("athens", ["init", "--name", "Clinic Athens"])
        try fresh.ask("athens", ["take-in", world.path("izmir.identity"), list])
        let acts = try fresh.ask("athens", ["audit", "show"])["entries"].list
        #expect(acts.count { $0["act"].string == "objectTakenIn" } == 2)
    }

    // MARK: Clock

    @Test func aClockFarAheadIsNotWrittenUnlessSomebodyVouchesForIt() throws {
        let world = try World()
        let far = Self.clock(100 * 86_400)
        let before = try HomeState(world, "athens")
        let refused = try world.ask(
            "athens", ["open", world.envelope] + Self.openAsAthens + far, expecting: 77)
        #expect(refused["error"]["code"].string == "command.clockLeap")
        #expect(try HomeState(world, "athens") == before)
        let taken = try world.ask(
            "athens", ["take-in", world.path("izmir.identity")] + far, expecting: 77)
        #expect(taken["error"]["code"].string == "command.clockLeap")
        try world.ask("athens", ["operator", "add", "late", "--clock-is-right"] + far)
        let acts = try world.ask("athens", ["audit", "show"])["entries"].list
        #expect(acts.suffix(2).map { $0["act"].string } == ["clockConfirmed", "staffAdded"])
        let own = try Self.key(of: "athens", world)
        #expect(acts.suffix(2).map { $0["operator"].string } == [own, own])
        // Once said, it holds: the next day needs no word.
        try world.ask("athens", ["operator", "add", "later"] + Self.clock(101 * 86_400))
    }

    /// The key that stands in the log for a home's own operator.
    private static func key(of home: String, _ world: World) throws -> String? {
        try world.ask(home, ["operator", "list"])["operators"].list
            .first { $0["operator"].string == "dr-\(home)" }?["key"].string
    }

    /// Who is refused leaves nothing behind: a time that stands in the log is the home's for good.
    @Test func anEndedOperatorDoesNotMoveTheClock() throws {
        let world = try World()
        try world.ask("athens", ["operator", "add", "dr-other"])
        try world.ask("athens", ["operator", "end", "dr-athens", "--operator", "dr-other"])
        let before = try HomeState(world, "athens")
        let far = Self.clock(100 * 86_400) + ["--clock-is-right"]
        for arguments in [
            ["open", world.envelope], ["operator", "add", "mine"],
            ["operator", "end", "dr-other"],
        ] {
            let answer = try world.ask(
                "athens", arguments + ["--operator", "dr-athens"] + far, expecting: 77)
            #expect(answer["error"]["code"].string == "command.unknownOperator")
            #expect(try HomeState(world, "athens") == before)
        }
        try world.ask("athens", ["audit", "export", "--out", world.path("log")])
    }

    /// The word for the clock stands before the first entry of whatever it was said for.
    @Test func aWordForTheClockIsSignedByWhoActs() throws {
        let world = try World()
        let far = Self.clock(100 * 86_400) + ["--clock-is-right"]
        try world.ask("athens", ["open", world.envelope] + Self.openAsAthens + far)
        try world.packs("izmir", [world.passport], to: "Clinic Athens", as: "late", with: far)
        try world.ask(
            "izmir",
            [
                "open", world.envelope, "--operator", "dr-izmir", "--clock-is-right",
            ] + Self.clock(200 * 86_400), expecting: 77)
        try world.ask("fresh", ["init", "--name", "Clinic"])
        try world.ask("fresh", ["operator", "add", "dr-fresh"] + far)
        func acts(_ home: String) throws -> [String?] {
            let entries = try world.ask(home, ["audit", "show"])["entries"].list
            let word = try #require(entries.firstIndex { $0["act"].string == "clockConfirmed" })
            #expect(try entries[word]["operator"].string == Self.key(of: home, world))
            return entries[word...].map { $0["act"].string }
        }
        #expect(try acts("athens") == ["clockConfirmed", "openIntent", "openOutcome"])
        #expect(
            try acts("izmir") == [
                "clockConfirmed", "statusIssued", "disclosed", "clockConfirmed", "refused",
            ])
        #expect(try acts("fresh") == ["clockConfirmed"])
        // Once said, it holds for what nobody signs as well.
        for (home, days) in [("athens", 101), ("izmir", 201), ("fresh", 101)] {
            let log = world.path("\(home).log")
            try world.ask(home, ["audit", "export", "--out", log] + Self.clock(days * 86_400))
        }
    }

    @Test func aChosenClockIsForTestsOnly() throws {
        let world = try World()
        var process = world.process("athens")
        process.environment["CAREPASS_TEST_CLOCK"] = nil
        let answer = try process.run(["operator", "list"] + Self.clock(0))
        #expect(answer.status == 64, "\(answer.summary)")
        #expect(answer.complaints.contains("--clock"))
    }

    // MARK: Names

    @Test(arguments: ["Clinic\u{202E}Munich", "Clinic\u{200B} Munich", "Clinic\u{2028}Munich"])
    func aNameWithInvisibleMarksIsNotMadeAndNotShown(name: String) throws {
        let world = try World(empty: ())
        try world.run("athens", ["init", "--name", name]).expectRefusal([65])
        try world.ask("athens", ["init", "--name", "Clinic Athens"])
        let file = try world.folder.write(Chains(name: name).honest(1).encoded(), to: "marked")
        try world.ask("athens", ["take-in", file])
        let listed = try world.run("athens", ["peer", "list"])
        #expect(listed.text.contains("Munich") && !listed.text.contains(name))
        let shown = try world.ask("athens", ["peer", "list"])["peers"][0]["name"].string
        #expect(shown == name.replacing(/[\u{200B}\u{2028}\u{202E}]/, with: "\u{FFFD}"))
    }

    // MARK: Log

    @Test func eachPassportOfAnEnvelopeHasItsOwnIntentAndOutcome() throws {
        let world = try World()
        let sealed = try world.ask("izmir", ["seal", world.summary, "--no-card"])
        let second = try #require(sealed["passport"].string)
        _ = try world.grant("izmir", second, to: "Clinic Athens", "care")
        let envelope = world.path("both.envelope")
        try world.ask(
            "izmir",
            ["pack", world.passport, second, "--to", "Clinic Athens", "--out", envelope])
        // Of the second, nothing that is asked for was granted: that is told apart.
        try world.ask(
            "athens", ["open", envelope, "--section", "medication"] + Self.openAsAthens)
        let entries = try world.ask("athens", ["audit", "show"])["entries"].list
        let intents = entries.filter { $0["act"].string == "openIntent" }
        let outcomes = entries.filter { $0["act"].string == "openOutcome" }
        let passports = intents.compactMap { $0["passport"].string }
        #expect(Set(passports).count == 2 && intents.allSatisfy { $0["grants"].list.count == 1 })
        #expect(outcomes.compactMap { $0["passport"].string } == passports)
        #expect(outcomes.map { $0["intent"].int } == intents.map { $0["entry"].int })
        #expect(outcomes.map { $0["outcome"].int } == [0, 1])
        #expect(outcomes[1]["reason"].string == "grant.sectionNotGranted")
        let log = world.path("athens.log")
        try world.ask("athens", ["audit", "export", "--out", log])
        try world.ask(nil, ["audit", "verify", log] + world.confirming(["athens"]))
    }

    // MARK: Retired roots

    private static func pin(
        _ world: World, _ identity: Identity, _ extra: [String] = [], expecting status: Int32 = 0
    ) throws -> JSONAnswer {
        let file = try world.folder.write(identity.encoded(), to: "pinned")
        return try world.ask(
            "athens",
            [
                "peer", "add", file, "--fingerprint", Fingerprint(of: identity).text, "--trust",
                "issue,consent",
            ] + extra, expecting: status)
    }

    private static func takeIn(
        _ world: World, _ identity: Identity, expecting status: Int32 = 0
    ) throws -> JSONAnswer {
        let file = try world.folder.write(identity.encoded(), to: "taken")
        return try world.ask("athens", ["take-in", file], expecting: status)
    }

    private static func home() throws -> World {
        let world = try World(empty: ())
        try world.ask("athens", ["init", "--name", "Clinic Athens"])
        try world.ask("athens", ["operator", "add", "dr-athens"])
        return world
    }

    @Test func retiredRootsFreezeNobody() throws {
        let world = try Self.home()
        let chains = Chains(name: "Clinic Munich")
        _ = try Self.pin(world, chains.honest(3))
        let refused = try Self.takeIn(world, chains.stolen(9), expecting: 77)
        #expect(refused["error"]["code"].string == "trust.retiredRoots")
        // The next honest file is taken as ever.
        let taken = try Self.takeIn(world, chains.honest(4))
        #expect(taken["taken"][0]["kind"].string == "identity")
    }

    @Test func aTrueForkFreezesUntilTheNextEpochHoweverFarTheOtherSideGoes() throws {
        let world = try Self.home()
        let chains = Chains(name: "Clinic Munich")
        _ = try Self.pin(world, chains.honest(2))
        let taken = try Self.takeIn(world, chains.stolen(9))
        #expect(taken["taken"][0]["kind"].string == "fork")
        _ = try Self.takeIn(world, chains.honest(2), expecting: 77)
        _ = try Self.pin(world, chains.honest(2), ["--replace"], expecting: 77)
        let next = try Self.takeIn(world, chains.honest(3))
        #expect(next["taken"][0]["kind"].string == "identity")
    }

    /// The thief was there first: nothing that the house does later can be told from a fork or a
    /// rollback, and only a person who asks it can set that right.
    @Test(arguments: [2, 9])
    func aFreshFingerprintTakesTheHouseInPlaceOfTheThief(epochs: Int) throws {
        let world = try Self.home()
        let chains = Chains(name: "Clinic Munich")
        _ = try Self.takeIn(world, chains.stolen(epochs))
        let refused = try Self.pin(world, chains.honest(3), expecting: 77)
        #expect(refused["error"]["hint"].string?.contains("--replace") == true)
        _ = try Self.pin(world, chains.honest(3), ["--replace"])
        let again = try Self.takeIn(world, chains.stolen(epochs), expecting: 77)
        #expect(
            ["trust.retiredRoots", "trust.rollback"].contains(again["error"]["code"].string))
        _ = try Self.takeIn(world, chains.honest(4))
    }
}

/// An organisation with one root key in each epoch, and somebody who has the root of the second.
struct Chains {
    let name: String

    private static let start = Timestamp(
        clamping: Int64(Date().timeIntervalSince1970) - 86_400)

    private func root(_ number: Int) throws -> SigningKey {
        var seed = [UInt8](repeating: UInt8(number), count: 32)
        return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: .root)
    }

    /// The house's own chain.
    func honest(_ epochs: Int) throws -> Identity {
        try identity((1...epochs + 1).map { $0 })
    }

    /// The chain with another way out of the second epoch.
    func stolen(_ epochs: Int) throws -> Identity {
        try identity([1, 2] + (3...epochs + 1).map { $0 + 100 })
    }

    /// A chain whose epoch *n* has the *n*th key, and commits to the next.
    private func identity(_ roots: [Int]) throws -> Identity {
        let start = Self.start
        var manifests: [[UInt8]] = []
        var previous: Digest?
        var organisation: OrganisationID?
        for (index, (own, next)) in zip(roots, roots.dropFirst()).enumerated() {
            let key = try root(own)
            let manifest = KeyManifest(
                organisation: organisation, epoch: index + 1, version: 1, previous: previous,
                rootKeys: [key.verifyingKey], threshold: 1,
                nextRootKeyHashes: [try root(next).verifyingKey.keyHash], nextThreshold: 1,
                issued: start, expires: start.adding(seconds: 365 * 86_400), roleKeys: [],
                name: name)
            var signer = ManifestSigner(manifest)
            try signer.sign(with: key)
            manifests.append(try signer.finish())
            let chain = try ManifestChain(verifying: manifests)
            (organisation, previous) = (chain.organisation, chain.currentHash)
        }
        return try Identity(
            chain: ManifestChain(verifying: manifests), signingKeys: [], sealingKeys: [])
    }
}
