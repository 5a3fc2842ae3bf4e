import Foundation
import GRDB
import PassportTestSupport
import Testing

/// Three organisations with homes of their own that have pinned each other, and one passport
/// packed for Athens: the state in which most stories begin.
///
/// Keys cost a tenth of a second each, so one world is made for all tests; a test that changes
/// anything works in a copy of its files.
struct World: Sendable {
    let folder: TemporaryFolder
    private(set) var fingerprints: [String: String] = [:]
    /// The passport that Izmir sealed, its grant for Athens, and the summary it was made of.
    private(set) var passport = ""
    private(set) var athensGrant = ""
    private(set) var summary = ""

    static let homes = ["athens", "izmir", "munich"]
    static let names = [
        "izmir": "NGO Izmir", "athens": "Clinic Athens", "munich": "Clinic Munich",
    ]
    static let passphrase = "passphrase of an invented organisation"
    static let operatorPassphrase = "passphrase of an invented operator"
    static let demo = Corpora.packageRoot.appending(path: "Demo").path
    static let trust = "issue,consent,status,log,seal-net,exchange"

    private static let shared = Result { try World(making: ()) }

    /// A world of one's own, ready at step three of the main job.
    init() throws { try self.init(copying: Self.shared.get()) }

    /// A world of one's own, as another one stands.
    init(copying other: World) throws {
        folder = try TemporaryFolder(copying: other.folder)
        fingerprints = other.fingerprints
        passport = other.passport
        athensGrant = other.athensGrant
        summary = other.summary
    }

    /// A world in which nothing has been made yet.
    init(empty: Void) throws { folder = try TemporaryFolder() }

    private init(making: Void) throws {
        try self.init(empty: ())
        try makeOrganisations()
        try sealAndPack()
    }

    func path(_ name: String) -> String { folder.file(name) }

    var envelope: String { path("izmir-to-athens.envelope") }
    var consentHalf: String { path("card/consent-half.txt") }

    func process(_ home: String?) -> CarePassProcess {
        CarePassProcess(
            folder: folder.path,
            environment: [
                "CAREPASS_HOME": path(home ?? "none"),
                "CAREPASS_PASSPHRASE": Self.passphrase,
                "CAREPASS_OPERATOR_PASSPHRASE": Self.operatorPassphrase,
                "CAREPASS_TEST_CLOCK": "1",
                "CAREPASS_NEW_OPERATOR_PASSPHRASE": Self.operatorPassphrase,
            ])
    }

    /// Runs a command; one that a member of staff has to sign is signed by the home's own.
    func run(_ home: String?, _ arguments: [String], input: [UInt8] = []) throws -> Answer {
        try process(home).run(Self.signed(home, arguments), input: input)
    }

    /// The arguments with the home's own operator, where a command asks for one and the test
    /// names none.
    static func signed(_ home: String?, _ arguments: [String]) -> [String] {
        guard let home, !arguments.contains("--operator") else { return arguments }
        let own = "dr-\(home)"
        let asks = [
            ["seal"], ["grant"], ["pack"], ["withdraw"], ["peer", "add"], ["operator", "add"],
            ["peer", "remove"], ["daemon", "pair"], ["purge"], ["reissue"], ["cover"],
        ]
        guard asks.contains(where: { arguments.starts(with: $0) }),
            // The first operator of a home has nobody who could sign.
            !arguments.starts(with: ["operator", "add", own])
        else { return arguments }
        return arguments + ["--operator", own]
    }

    /// Runs a command with `--json` that must end in a way, and returns its JSON.
    @discardableResult
    func ask(
        _ home: String?, _ arguments: [String], expecting status: Int32 = 0,
        at location: SourceLocation = #_sourceLocation
    ) throws -> JSONAnswer {
        let answer = try run(home, arguments + ["--json"])
        try #require(
            answer.status == status && !answer.wasKilled, "\(answer.summary)",
            sourceLocation: location)
        return answer.json
    }

    /// Changes a home's database, as somebody who can write to its folder can.
    func edit(_ home: String, _ statements: [String]) throws {
        let database = try DatabaseQueue(path: path("\(home)/carepass.sqlite"))
        try database.write { connection in
            for statement in statements { try connection.execute(sql: statement) }
        }
    }

    mutating func makeOrganisations() throws {
        for home in Self.homes {
            let made = try ask(home, ["init", "--name", Self.names[home] ?? ""])
            let fingerprint: String = try #require(made["fingerprint"].string)
            fingerprints[home] = fingerprint
            try ask(home, ["operator", "add", "dr-\(home)"])
            try ask(home, ["org", "export", "--out", path("\(home).identity")])
        }
        for home in Self.homes {
            for peer in Self.homes where peer != home {
                try ask(
                    home,
                    [
                        "peer", "add", path("\(peer).identity"), "--fingerprint",
                        fingerprints[peer] ?? "", "--trust", Self.trust,
                    ])
            }
        }
    }

    /// What confirms the identities of logs, in the order of their homes.
    func confirming(_ homes: [String]) -> [String] {
        homes.flatMap { ["--fingerprint", fingerprints[$0] ?? ""] }
    }

    /// The arguments of a grant as the demo's person gives it.
    func grantArguments(_ passport: String, to: String, _ sections: String) -> [String] {
        [
            "grant", passport, "--to", to, "--sections", sections, "--basis", "consent",
            "--days", "180", "--assent", "given", "--language", "ar", "--method", "audio",
            "--statement", "\(Self.demo)/statement-ar.txt", "--said-back",
        ]
    }

    /// Grants sections of a passport.
    func grant(
        _ home: String, _ passport: String, to: String, _ sections: String,
        with extra: [String] = []
    ) throws -> String {
        let granted = try ask(
            home, grantArguments(passport, to: to, sections) + extra)
        return try #require(granted["grant"].string)
    }

    private mutating func sealAndPack() throws {
        let imported = try ask(
            "izmir",
            [
                "summary", "import", "\(Self.demo)/ips-example.json", "--supplement",
                "\(Self.demo)/additions-izmir.json", "--cadre", "psychologist",
            ])
        summary = try #require(imported["summary"].string)
        try ask("izmir", ["card", "new", "--out", path("card")])
        let sealed = try ask("izmir", ["seal", summary, "--card", consentHalf])
        passport = try #require(sealed["passport"].string)
        athensGrant = try grant(
            "izmir", passport, to: "Clinic Athens", "emergency,medication,care")
        try ask("izmir", ["pack", passport, "--to", "Clinic Athens", "--out", envelope])
    }
}
