import Foundation
import PassportCoding

/// The main job, step by step. Every step runs this same program as a process of its own and
/// reads only its `--json`; nothing is reached around the command line.
final class Demo {
    let out: String
    let input: String
    private(set) var steps: [String] = []
    private let says: Bool
    private let runner: DemoRunner
    private let daemons: DemoDaemons

    init(out: String, input: String, says: Bool) throws {
        self.out = out
        self.input = input
        self.says = says
        runner = DemoRunner(out: out)
        try Self.refuseMissing(input)
        try DemoRunner.empty(out)
        try runner.explain()
        daemons = try DemoDaemons(out: out)
    }

    static let names = [
        "izmir": "NGO Izmir", "athens": "Clinic Athens", "munich": "Clinic Munich",
    ]

    /// The files of the example input.
    private static let inputs = [
        "ips-example.json", "additions-izmir.json", "session-athens.json", "statement-ar.txt",
    ]

    /// Without its input the demo ends before it makes or empties anything.
    private static func refuseMissing(_ folder: String) throws {
        for name in inputs where !FileManager.default.isReadableFile(atPath: "\(folder)/\(name)") {
            throw CommandError(
                .noFile, .noInput, Words.say("error.demo-input", ViewText.clean(folder), name),
                hint: Words.say("hint.demo-input"))
        }
    }

    func run() throws {
        defer { daemons.stop() }
        try organisations()
        let summary = try importSummary()
        let (passport, grant) = try sealAndGrant(summary)
        let person = try athensOpens()
        try munichReads(passport, person)
        try withdraw(grant)
        try audit()
        try paper(summary)
    }

    /// Says one line with how long the step took.
    private func step(_ number: Int, _ key: String, since start: Date, _ arguments: String...) {
        let seconds = String(format: "%.1f", Date().timeIntervalSince(start))
        var text = Words.table[key] ?? key
        for (index, argument) in arguments.enumerated() {
            text = text.replacingOccurrences(of: "{\(index)}", with: argument)
        }
        let line = Words.say("demo.step", "\(number)", text, seconds)
        steps.append(line)
        if says { Console.print(line) }
    }

    private func organisations() throws {
        let start = Date()
        var fingerprints: [String: String] = [:]
        try daemons.start()
        for (home, name) in Self.names.sorted(by: { $0.key < $1.key }) {
            try runner.run(home, ["init", "--name", name])
            try runner.run(home, ["operator", "add", "dr-\(home)"])
            // Munich has no machine of its own: its mailbox is at Izmir's daemon.
            let invitation = try daemons.invitation(home == "athens" ? "athens" : "izmir")
            let paired = try runner.run(
                home, ["daemon", "pair", invitation], by: "dr-\(home)")
            fingerprints[home] = paired["fingerprint"] as? String
            try runner.run(home, ["org", "export", "--out", "\(out)/\(home).identity"])
        }
        for home in Self.names.keys.sorted() {
            for peer in Self.names.keys.sorted() where peer != home {
                try runner.run(
                    home,
                    [
                        "peer", "add", "\(out)/\(peer).identity", "--fingerprint",
                        fingerprints[peer] ?? "", "--trust",
                        "issue,consent,status,log,seal-net,exchange",
                    ], by: "dr-\(home)")
            }
            try runner.run(home, ["sync"])
        }
        self.fingerprints = fingerprints
        step(1, "demo.organisations", since: start)
    }

    private var fingerprints: [String: String] = [:]

    private func importSummary() throws -> String {
        let start = Date()
        let imported = try runner.run(
            "izmir",
            [
                "summary", "import", "\(input)/ips-example.json", "--supplement",
                "\(input)/additions-izmir.json", "--cadre", "psychologist", "--account",
                "\(out)/izmir-import-account.json",
            ])
        guard let summary = imported["summary"] as? String else { throw Self.failed("import") }
        step(
            2, "demo.imported", since: start, "\(imported["entries"] as? Int ?? 0)",
            "\(imported["taken"] as? Int ?? 0)",
            "\((imported["dropped"] as? [String: Int] ?? [:]).values.reduce(0, +))")
        return summary
    }

    private func grant(
        _ home: String, _ passport: String, to: String, _ sections: String, card: Bool = false
    ) throws -> String {
        var arguments = [
            "grant", passport, "--to", to, "--sections", sections, "--purpose", "TREAT",
            "--basis", "consent", "--days", "180", "--giver", "person", "--assent", "given",
            "--language", "ar", "--method", "audio", "--statement", "\(input)/statement-ar.txt",
            "--said-back",
        ]
        if card { arguments += ["--card", "\(out)/card/consent-half.txt"] }
        guard let id = try runner.run(home, arguments, by: "dr-\(home)")["grant"] as? String else {
            throw Self.failed("grant")
        }
        return id
    }

    private func sealAndGrant(_ summary: String) throws -> (passport: String, grant: String) {
        let start = Date()
        try runner.run("izmir", ["card", "new", "--out", "\(out)/card"])
        let sealed = try runner.run(
            "izmir", ["seal", summary, "--card", "\(out)/card/consent-half.txt"], by: "dr-izmir")
        guard let passport = sealed["passport"] as? String else { throw Self.failed("seal") }
        let grant = try grant(
            "izmir", passport, to: "Clinic Athens", "emergency,medication,care")
        _ = try self.grant("izmir", passport, to: "bearer", "emergency,medication")
        try runner.run(
            "izmir",
            [
                "pack", passport, "--to", "Clinic Athens", "--out",
                "\(out)/izmir-to-athens.envelope",
            ],
            by: "dr-izmir")
        try runner.run(
            "izmir", ["send", "\(out)/izmir-to-athens.envelope", "--to", "Clinic Athens"])
        step(3, "demo.sealed", since: start)
        return (passport, grant)
    }

    private func athensOpens() throws -> String {
        let start = Date()
        let envelope = try fetch("athens")
        let opened = try runner.run(
            "athens",
            ["open", envelope, "--fhir", "\(out)/athens-summary.json"], by: "dr-athens")
        try expect(Self.sections(opened) == ["emergency", "medication", "care"], "open")
        let refused = try runner.run(
            "athens", ["open", envelope, "--section", "risk"], by: "dr-athens", expecting: 77)
        try expect(refused["reason"] as? String == "grant.sectionNotGranted", "open risk")
        guard let person = (opened["persons"] as? [String])?.first else {
            throw Self.failed("open")
        }
        step(4, "demo.athens-opened", since: start)
        return person
    }

    /// Asks the daemon until the one envelope that is on its way has come.
    private func fetch(_ home: String) throws -> String {
        var files: [String] = []
        try DemoDaemons.wait(atMost: Self.deliveredWithin) {
            let fetched = try runner.run(home, ["fetch"])["fetched"] as? [[String: Any]] ?? []
            files = fetched.compactMap { $0["file"] as? String }
            return !files.isEmpty
        }
        try expect(files.count == 1, "fetch")
        return files[0]
    }

    private static let deliveredWithin = 60.0

    private func munichReads(_ izmirs: String, _ person: String) throws {
        let start = Date()
        let imported = try runner.run(
            "athens",
            [
                "summary", "import", "--supplement", "\(input)/session-athens.json", "--cadre",
                "psychologist", "--person", person,
            ])
        let sealed = try runner.run(
            "athens",
            [
                "seal", imported["summary"] as? String ?? "", "--card",
                "\(out)/card/consent-half.txt",
            ], by: "dr-athens")
        guard let athens = sealed["passport"] as? String else { throw Self.failed("seal") }
        _ = try grant(
            "athens", izmirs, to: "Clinic Munich", "emergency,medication,care,risk", card: true)
        _ = try grant("athens", athens, to: "Clinic Munich", "care", card: true)
        let envelope = "\(out)/athens-to-munich.envelope"
        try runner.run(
            "athens", ["pack", izmirs, athens, "--to", "Clinic Munich", "--out", envelope],
            by: "dr-athens")
        try runner.run("athens", ["send", envelope, "--to", "Clinic Munich"])
        let opened = try runner.run(
            "munich",
            ["open", try fetch("munich"), "--fhir", "\(out)/munich-summary.json"], by: "dr-munich")
        try expect(
            Self.sections(opened) == ["emergency", "medication", "care", "risk"], "munich")
        try expect(Self.sources(opened, "care") == ["Clinic Athens", "NGO Izmir"], "sources")
        try expect(Self.sources(opened, "risk") == ["NGO Izmir"], "risk")
        step(5, "demo.munich-reads", since: start)
    }

    private func withdraw(_ grant: String) throws {
        let start = Date()
        let withdrawn = try runner.run(
            "izmir",
            ["withdraw", "--grant", grant, "--reason", "person", "--out", "\(out)/withdrawal"],
            by: "dr-izmir")
        try runner.run("izmir", ["status", "export", "--out", "\(out)/izmir.status"])
        // What Athens opened is told to Izmir, and the end to Athens, each on its own schedule.
        try runner.run("athens", ["sync"])
        try runner.run("izmir", ["sync"])
        try DemoDaemons.wait(atMost: Self.deliveredWithin) {
            try news("athens", "sync.withdrawal") > 0
        }
        try expect(try sentState("izmir") == "opened", "receipt")
        let refused = try runner.run(
            "athens",
            ["open", "\(out)/izmir-to-athens.envelope"], by: "dr-athens", expecting: 77)
        try expect(refused["reason"] as? String == "withdrawal.withdrawn", "withdrawn")
        step(6, "demo.withdrawn", since: start, withdrawn["time"] as? String ?? "")
    }

    private func news(_ home: String, _ kind: String) throws -> Int {
        let news = try runner.run(home, ["sync"])["news"] as? [String: Any]
        return news?[kind] as? Int ?? 0
    }

    /// How far the one envelope of a home has come.
    private func sentState(_ home: String) throws -> String? {
        var state: String?
        try DemoDaemons.wait(atMost: Self.deliveredWithin) {
            try runner.run(home, ["sync"])
            let sent = try runner.run(home, ["inbox"])["sent"] as? [[String: Any]]
            state = sent?.first?["state"] as? String
            return state == "opened"
        }
        return state
    }

    private func audit() throws {
        let start = Date()
        var logs: [String] = []
        var confirmed: [String] = []
        for home in Self.names.keys.sorted() {
            let log = "\(out)/\(home).log"
            try runner.run(home, ["audit", "export", "--out", log])
            let fingerprint = ["--fingerprint", fingerprints[home] ?? ""]
            try runner.run(nil, ["audit", "verify", log] + fingerprint)
            logs.append(log)
            confirmed += fingerprint
        }
        let result = try runner.run(nil, ["audit", "reconcile"] + logs + confirmed)
        let matched = (result["matched"] as? [Any])?.count ?? 0
        try expect(matched == 2, "reconcile")
        let changed = try DemoDamage.changeByte(in: logs[0], to: "\(out)/changed.log")
        let cut = try DemoDamage.cutTail(of: logs[1], to: "\(out)/cut.log")
        for (place, (file, entry)) in [("changed.log", changed), ("cut.log", cut)].enumerated() {
            let verdict = try runner.run(
                nil,
                ["audit", "verify", "\(out)/\(file)"] + confirmed.dropFirst(2 * place).prefix(2),
                expecting: 77)
            try expect(DemoDamage.findings(verdict).contains(entry), file)
        }
        step(7, "demo.audited", since: start, "\(matched)", "\(changed)", "\(cut)")
    }

    /// Sheets for a place without a line, where nobody ever heard of the issuer.
    private func paper(_ summary: String) throws {
        let start = Date()
        let sheets = DemoPaper(out: out, runner: runner)
        let passport = try sheets.seal(summary)
        _ = try grant("izmir", passport, to: "bearer", "emergency,medication")
        try sheets.print(passport)
        let (read, of) = try sheets.scan()
        let opened = try sheets.open()
        try expect(Self.sections(opened) == ["emergency", "medication"], "paper")
        let passports = opened["passports"] as? [[String: Any]]
        try expect(passports?.first?["standing"] as? String == "unknown", "paper issuer")
        step(8, "demo.paper", since: start, "\(read)", "\(of)")
    }

    private func expect(_ condition: Bool, _ what: String) throws {
        if !condition { throw Self.failed(what) }
    }

    private static func failed(_ what: String) -> CommandError {
        CommandError(.demoFailed, .fault, Words.say("error.demo", what))
    }

    private static func sections(_ opened: [String: Any]) -> [String] {
        (opened["view"] as? [[String: Any]] ?? []).compactMap { $0["section"] as? String }
    }

    private static func sources(_ opened: [String: Any], _ section: String) -> [String] {
        let list = (opened["view"] as? [[String: Any]] ?? [])
            .first { $0["section"] as? String == section }
        let items = list?["items"] as? [[String: Any]] ?? []
        let issuers = items.flatMap { $0["sources"] as? [[String: Any]] ?? [] }
            .compactMap { $0["issuer"] as? String }
        return Set(issuers).sorted()
    }
}
