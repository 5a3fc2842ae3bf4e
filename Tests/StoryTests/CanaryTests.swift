import Foundation
import GRDB
import PassportTestSupport
import Testing

/// Words put into every care field of the input, and then looked for everywhere: in homes,
/// envelopes, logs, temporary files and on both streams of every process.
@Suite struct CanaryTests {
    /// One story with canaries under way.
    private struct Story {
        let world: World
        /// What is fed in lies outside of what is searched.
        let inputs: TemporaryFolder
        var canaries: [Canary] = []
        /// Files and streams that an authorised opening or showing wrote, and the sections that
        /// they may hold.
        var written: [String: Set<String>] = [:]

        static let all: Set<String> = [
            "emergency", "medication", "care", "scores", "diagnosis", "risk",
        ]
        static let granted: Set<String> = ["emergency", "medication", "care"]
    }

    @Test func careContentStandsNowhereButWhereAnAuthorisedOpeningWroteIt() throws {
        var story = Story(world: try World(), inputs: try TemporaryFolder())
        // An open connection keeps the write-ahead logs from being emptied, so that they are
        // searched with everything that was ever written to them.
        let watchers = try World.homes.map {
            try DatabaseQueue(path: "\(story.world.path($0))/carepass.sqlite")
        }
        for watcher in watchers {
            _ = try watcher.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM logEntry") }
        }
        let summaries = try Self.importAndShow(&story)
        let envelope = try Self.pack(story, summaries)
        try Self.open(&story, envelope)
        try Self.refuse(&story, envelope)
        try Self.withdrawAndAudit(story, envelope)
        try Self.search(story)
        withExtendedLifetime(watchers) {}
    }

    private static func importAndShow(_ story: inout Story) throws -> [String] {
        let bundle = CanaryForm(CanaryInput.bundle, seed: 2)
        let supplement = CanaryForm(CanaryInput.supplement, seed: 3)
        story.canaries = bundle.canaries + supplement.canaries
        #expect(Set(story.canaries.map(\.text)).count == story.canaries.count)
        let world = story.world
        let sources: [(String, CanaryForm, [String])] = [
            ("bundle", bundle, []), ("supplement", supplement, ["--supplement"]),
        ]
        return try sources.map { name, form, option in
            let file = try story.inputs.write(form.bytes, to: name)
            let imported = try world.ask(
                "izmir",
                ["summary", "import"] + option
                    + [file, "--cadre", "nurse", "--account", world.path("\(name)-account")]
                    // Both are about one person: two persons have no summary in common.
                    + ["--person", String(repeating: "5a", count: 16)])
            #expect(Set(imported["sections"].strings) == Story.all)
            let summary = try #require(imported["summary"].string)
            let export = "\(name)-export.json"
            try world.ask(
                "izmir",
                [
                    "summary", "export", summary, "--operator", "dr-izmir", "--out",
                    world.path(export),
                ])
            story.written[export] = Story.all
            for extra in [[], ["--json"]] {
                let shown = try world.run(
                    "izmir", ["summary", "show", summary, "--operator", "dr-izmir"] + extra)
                #expect(shown.status == 0)
                story.written[shown.stream] = Story.all
            }
            return summary
        }
    }

    private static func pack(_ story: Story, _ summaries: [String]) throws -> String {
        let world = story.world
        let passports = try summaries.map { summary in
            let sealed = try world.ask("izmir", ["seal", summary, "--card", world.consentHalf])
            let passport = try #require(sealed["passport"].string)
            _ = try world.grant(
                "izmir", passport, to: "Clinic Athens",
                Story.granted.sorted().joined(separator: ","))
            return passport
        }
        let envelope = world.path("canaries.envelope")
        try world.ask(
            "izmir", ["pack"] + passports + ["--to", "Clinic Athens", "--out", envelope])
        return envelope
    }

    private static func open(_ story: inout Story, _ envelope: String) throws {
        let world = story.world
        let base = ["open", envelope, "--operator", "dr-athens", "--checks"]
        for (file, extra) in [("athens-a.json", []), ("athens-b.json", ["--json"])] {
            let opened = try world.run("athens", base + extra + ["--fhir", world.path(file)])
            try #require(opened.status == 0, "\(opened.summary)")
            story.written[opened.stream] = Story.granted
            story.written[file] = Story.granted
        }
    }

    /// Refusals and faults must not repeat what they refused.
    private static func refuse(_ story: inout Story, _ envelope: String) throws {
        let world = story.world
        let open = ["open", envelope, "--operator"]
        #expect(try world.run("munich", open + ["dr-munich"]).status == 77)
        for section in ["risk", "scores", "diagnosis"] {
            let answer = try world.run("athens", open + ["dr-athens", "--section", section])
            #expect(answer.status == 77)
        }
        for (index, malformed) in CanaryFaults.all.enumerated() {
            let form = CanaryForm(malformed.form, seed: UInt64(100 + index))
            // Days recur from form to form; words do not.
            story.canaries += form.canaries.filter { $0.field.wholeMatch(of: /d\d+/) == nil }
            let bytes = malformed.change(form.bytes)
            let file = try story.inputs.write(bytes, to: "fault-\(index)")
            let option = malformed.isSupplement ? ["--supplement"] : []
            let arguments = ["summary", "import"] + option + [file, "--cadre", "nurse"]
            for extra in [[], ["--json"]] {
                let answer = try world.run("izmir", arguments + extra)
                #expect(
                    answer.status == malformed.status && !answer.wasKilled,
                    "fault \(index): \(answer.summary)")
            }
        }
    }

    private static func withdrawAndAudit(_ story: Story, _ envelope: String) throws {
        let world = story.world
        try world.ask(
            "izmir",
            ["withdraw", "--grant", world.athensGrant, "--out", world.path("withdrawal")])
        try world.ask("izmir", ["status", "export", "--out", world.path("izmir.status")])
        try world.ask("athens", ["take-in", world.path("izmir.status")])
        for file in [envelope, world.path("izmir.status"), world.path("withdrawal")] {
            try world.ask(nil, ["inspect", file, "--bytes"])
        }
        var logs: [String] = []
        for home in World.homes {
            try world.ask(home, ["audit", "show"])
            let log = world.path("\(home).log")
            try world.ask(home, ["audit", "export", "--full", "--out", "\(log).full"])
            try world.ask(home, ["audit", "export", "--out", log])
            logs.append(log)
        }
        try world.ask(nil, ["audit", "verify"] + logs + world.confirming(World.homes))
        // The world's first envelope was never opened, so one end is missing.
        try world.ask(
            nil, ["audit", "reconcile"] + logs + world.confirming(World.homes), expecting: 77)
    }

    private static func search(_ story: Story) throws {
        let world = story.world
        let search = CanarySearch(story.canaries)
        // The search is worth something only when what travels is really there to be found.
        let exported = try Set(
            ["bundle-export.json", "supplement-export.json"].flatMap {
                search.found(in: try world.folder.bytes($0))
            }.map(\.text))
        let lost = story.canaries.filter {
            $0.section != "never" && !exported.contains($0.text) && isTravelling($0, story)
        }
        #expect(lost.isEmpty, "\(lost.map { "\($0.section).\($0.field)" })")
        // Two passports may give two pseudonyms; a document has room for one, the view for both.
        let athens = try Set(
            story.written.filter { $0.value == Story.granted }.keys.flatMap {
                search.found(in: try world.folder.bytes($0))
            }.map(\.text))
        let withheld = story.canaries.filter {
            Story.granted.contains($0.section) && isTravelling($0, story)
                && !athens.contains($0.text)
        }
        #expect(withheld.isEmpty, "\(withheld.map { "\($0.section).\($0.field)" })")
        let searched = Set(FileTree.paths(below: world.folder.path))
        for file in ["izmir/carepass.sqlite-wal", "athens/carepass.sqlite-wal"] {
            #expect(searched.contains(file))
        }
        let finds = try search.finds(below: world.folder.path) { file, canary in
            story.written[file]?.contains(canary.section) == true
                && isTravelling(canary, story)
        }
        #expect(finds.isEmpty, "\(finds)")
    }

    /// Whether a canary came in with one of the two sources that were taken in.
    private static func isTravelling(_ canary: Canary, _ story: Story) -> Bool {
        let taken =
            CanaryForm(CanaryInput.bundle, seed: 2).canaries.count
            + CanaryForm(CanaryInput.supplement, seed: 3).canaries.count
        return story.canaries.prefix(taken).contains { $0.text == canary.text }
    }

    @Test func noPassphraseAndNoCardStandsInAnyFileButItsOwn() throws {
        let world = try World()
        try world.ask("athens", ["open", world.envelope, "--operator", "dr-athens"])
        try world.ask("izmir", ["audit", "export", "--full", "--out", world.path("full.log")])
        let halves = try ["consent-half.txt", "carry-half.txt"].map {
            String(decoding: try world.folder.bytes("card/\($0)"), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let secrets =
            [World.passphrase, World.operatorPassphrase] + halves
            + halves.map { $0.replacingOccurrences(of: "-", with: "") }
        let search = CanarySearch(
            secrets.enumerated().map { index, text in
                Canary(
                    section: "secret", field: "\(index)", text: text,
                    patterns: CanaryForm.forms(of: Array(text.utf8)))
            })
        #expect(search.found(in: try world.folder.bytes("card/consent-half.txt")).count == 1)
        let finds = try search.finds(below: world.folder.path) { file, _ in
            file.hasPrefix("card/")
        }
        #expect(finds.isEmpty, "\(finds)")
    }
}
