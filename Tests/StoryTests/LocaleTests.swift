import CarePassport
import Foundation
import PassportAudit
import PassportExchange
import PassportStore
import PassportTestSupport
import Testing

/// Every text for people stands in the locale files, under a key that something says.
@Suite struct LocaleTests {
    private static let sources = Corpora.packageRoot.appending(path: "Sources")
    private static let locales = sources.appending(path: "carepass/Locales")

    private static func table(_ name: String) throws -> [String: String] {
        try JSONDecoder().decode(
            [String: String].self,
            from: Data(contentsOf: locales.appending(path: "\(name).json")))
    }

    /// The text of every Swift file below a folder of `Sources`.
    private static func code(below folder: String) throws -> String {
        let base = sources.appending(path: folder).path
        return try FileTree.paths(below: base).filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOfFile: "\(base)/\($0)", encoding: .utf8) }
            .joined(separator: "\n")
    }

    private static func literals(_ pattern: Regex<(Substring, Substring)>, _ code: String) -> Set<
        String
    > {
        Set(code.matches(of: pattern).map { String($0.output.1) })
    }

    /// Keys that are put together while the program runs.
    private static func computed() throws -> Set<String> {
        let carepass = try code(below: "carepass")
        let rules = try String(
            contentsOf: sources.appending(path: "PassportFHIR/ImportRule.swift"),
            encoding: .utf8)
        let shares = try String(
            contentsOf: sources.appending(path: "carepass/ByteShares.swift"), encoding: .utf8)
        var keys: Set<String> = []
        keys.formUnion(
            VerificationTable.rows.map { "check.\($0.check.rawValue).\($0.state.rawValue)" })
        keys.formUnion(["open", "warn", "refuse", "pass", "fail"].map { "outcome.\($0)" })
        keys.formUnion((0...255).compactMap { AuditAct($0).name.map { "act.\($0)" } })
        keys.formUnion(literals(/= Self\("([a-z-]+)"\)/, rules).map { "rule.\($0)" })
        keys.formUnion(
            [
                "envelope", "passport", "identity", "status-list", "withdrawal", "audit-export",
                "audit-proof", "checkpoint", "key-file", "consent-half", "carry-half",
            ].map { "kind.\($0)" })
        keys.formUnion(IdentityStanding.allCases.map { "verify.identity-\($0.rawValue)" })
        keys.formUnion(literals(/case \w+ = "([a-z-]+)"/, shares).map { "share.\($0)" })
        keys.formUnion(AuditCode.all.map { "audit.\($0.name)" })
        keys.formUnion(WithdrawalReason.allCases.map { "withdrawal.\($0.name)" })
        keys.formUnion(["pinned", "listed", "unknown"].map { "standing.\($0)" })
        keys.formUnion(literals(/what: "([a-z-]+)", detail:/, carepass).map { "take-in.\($0)" })
        keys.formUnion(
            ["integrity", "completeness", "freshness", "authority"].map { "verify.\($0)" })
        keys.formUnion((0...2).map { "audit-show.outcome-\($0)" })
        keys.formUnion(ConsignmentState.allCases.map { "send.\($0.rawValue)" })
        keys.formUnion(DeadReason.allCases.map { "dead.\($0.rawValue)" })
        keys.formUnion(["fetched", "opened", "purged"].map { "inbox.\($0)" })
        keys.formUnion(SentState.allCases.map { "inbox.sent.\($0.rawValue)" })
        keys.formUnion(ReceiptEvent.allCases.map { "sync.\($0.name)" })
        return keys
    }

    /// Texts for a failure of a module below, which `Reply` prefers to the module's own words.
    private static func translatedFailures(_ keys: Set<String>) throws -> Set<String> {
        let codes = try literals(/static let \w+ = Self\("(\w+)"\)/, code(below: ""))
        return keys.filter { key in
            let parts = key.split(separator: ".")
            return parts.count == 3 && parts[0] == "error" && codes.contains(String(parts[2]))
        }
    }

    @Test func everyKeyThatIsSaidIsThere() throws {
        let table = Set(
            try ["en", "audit.en", "summary.en"].flatMap { try Self.table($0).keys })
        let carepass = try Self.code(below: "carepass")
        let said = Self.literals(/Words\.say\(\s*"([^"\\]+)"/, carepass)
        #expect(said.count > 100)
        #expect(said.subtracting(table).sorted().isEmpty, "\(said.subtracting(table).sorted())")
        let computed = try Self.computed()
        #expect(
            computed.subtracting(table).isEmpty, "\(computed.subtracting(table).sorted())")
        // Keys that reach `Words.say` by way of a choice or a parameter look like the others.
        let families = Set(table.compactMap { $0.split(separator: ".").first })
        let alike = Self.literals(/"([a-z-]+\.[a-z-]+)"/, carepass)
            .filter { families.contains($0.split(separator: ".")[0]) }
            .filter { !$0.hasSuffix(".json") && !$0.hasSuffix(".sqlite") && !$0.hasSuffix(".key") }
            .filter { code in
                // The log's reasons are a check and its state, written the same way.
                !VerificationTable.rows.contains {
                    "\($0.check.rawValue).\($0.state.rawValue)" == code
                }
            }
        #expect(alike.subtracting(table).isEmpty, "\(alike.subtracting(table).sorted())")
    }

    @Test func noKeyIsLeftOver() throws {
        let keys = Set(try ["en", "audit.en"].flatMap { try Self.table($0).keys })
        let carepass = try Self.code(below: "carepass")
        let unused = keys.filter { !carepass.contains("\"\($0)\"") }
            .subtracting(try Self.computed()).subtracting(try Self.translatedFailures(keys))
        #expect(unused.isEmpty, "\(unused.sorted())")
    }

    /// Errors and hints are one line in lower case without a full stop, and places are counted
    /// from zero without a gap.
    @Test func everyTextHasItsForm() throws {
        for name in ["en", "audit.en", "summary.en"] {
            for (key, text) in try Self.table(name) {
                #expect(!text.isEmpty && !text.contains("\n"), "\(key)")
                let places = Self.literals(/\{(\d)\}/, text).compactMap { Int($0) }
                #expect(Set(places) == Set(0..<places.count), "\(key)")
                guard name != "summary.en" else { continue }
                #expect(!text.hasSuffix("."), "\(key)")
                let isSentence = ["error.", "hint.", "audit."].contains { key.hasPrefix($0) }
                if isSentence { #expect(text.first?.isUppercase == false, "\(key)") }
            }
        }
    }

    /// What libraries say in their own words reaches people too.
    @Test func messagesOfModulesHaveTheSameForm() throws {
        let code = try Self.code(below: "")
        let messages = Self.literals(
            /Error\(\s*\.\w+,\s*(?:\.\w+,\s*)?"([^"]+)"/, code)
        #expect(messages.count > 60)
        for message in messages {
            #expect(!message.hasSuffix("."), "\(message)")
            let isNamed = ["COSE", "CBOR", "HPKE", "FHIR", "JSON", "UTF", "Base", "X-Wing"]
                .contains { message.hasPrefix($0) }
            #expect(message.first?.isUppercase == false || isNamed, "\(message)")
        }
    }
}
