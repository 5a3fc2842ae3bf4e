import CarePassport
import Foundation
import PassportTestSupport
import Testing

/// The Spec's tables and the code's are the same tables.
struct SpecTableTests {
    private static func text(_ path: String) throws -> String {
        try String(contentsOf: Corpora.packageRoot.appending(path: path), encoding: .utf8)
    }

    /// Rows of Markdown tables with exactly `columns` cells, without heads and rules.
    private static func rows(_ text: String, columns: Int) -> [[String]] {
        text.split(separator: "\n").filter { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
        }.filter { $0.count == columns && !($0.first ?? "").hasPrefix("---") }
    }

    @Test func theVerificationTableIsTheOneInTheSpecRowByRow() throws {
        let spec = Self.rows(try Self.text("Spec/verification.md"), columns: 8).dropFirst()
        let code = VerificationTable.rows.map { row in
            [row.check.rawValue, row.state.rawValue] + (row.known + row.unknown).map(\.name)
        }
        #expect(Set(spec) == Set(code))
        #expect(spec.count == code.count)
    }

    @Test func everyLimitInTheCodeStandsInTheSpecWithItsValue() throws {
        var code: [String: Int] = [:]
        let pattern = /static let (\w+) = ([0-9_]+)/
        for path in [
            "Sources/PassportCoding/Limits.swift",
            "Sources/CarePassport/Summary/SummaryLimits.swift",
        ] {
            for match in try Self.text(path).matches(of: pattern) {
                code[String(match.1)] = Int(match.2.replacing("_", with: ""))
            }
        }
        var spec: [String: Int] = [:]
        for row in Self.rows(try Self.text("Spec/limits.md"), columns: 4) {
            guard row[0].hasPrefix("`") else { continue }
            spec[row[0].trimmingCharacters(in: ["`"])] = Int(row[1].replacing(",", with: ""))
        }
        #expect(code.count > 40)
        for (name, value) in code { #expect(spec[name] == value, "limit \(name)") }
    }

    @Test(arguments: [
        "verification", "manifest", "passport", "grant", "envelope", "status", "suite",
        "audit-evidence", "exchange", "stolen-daemon",
    ])
    func everyPageShowsAnExampleFirstAndStaysShort(page: String) throws {
        let text = try Self.text("Spec/\(page).md")
        let heading = text.split(separator: "\n").first { $0.hasPrefix("## ") }
        #expect(heading?.localizedCaseInsensitiveContains("example") == true)
        var inCode = false
        let prose = text.split(separator: "\n").filter { line in
            if line.hasPrefix("```") { inCode.toggle() }
            return !inCode && !line.hasPrefix("```") && !line.hasPrefix("|")
        }
        #expect(prose.joined(separator: " ").split(separator: " ").count <= 2_500)
    }

    @Test func theReadmeHasAtMostSevenHundredWords() throws {
        let words = try Self.text("README.md").split(whereSeparator: \.isWhitespace)
        #expect(words.count <= 700)
    }

    @Test func linksInTheSpecLeadSomewhere() throws {
        let folder = Corpora.packageRoot.appending(path: "Spec")
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".md") }
        #expect(pages.count > 10)
        for page in pages {
            let text = try Self.text("Spec/\(page)")
            for match in text.matches(of: /\]\(([^)#]+)(#[^)]*)?\)/) {
                let target = String(match.1)
                guard !target.hasPrefix("http") else { continue }
                let path = folder.appending(path: target).path
                #expect(FileManager.default.fileExists(atPath: path), "\(page) → \(target)")
            }
        }
    }

    /// What the threat model promises to be tested is tested somewhere.
    @Test func everyTestThatTheThreatModelNamesExists() throws {
        let tests = Corpora.packageRoot.appending(path: "Tests")
        var suites: Set<String> = []
        let walker = FileManager.default.enumerator(atPath: tests.path)
        while let path = walker?.nextObject() as? String {
            guard path.hasSuffix("Tests.swift") else { continue }
            for match in try Self.text("Tests/\(path)").matches(of: /struct (\w+Tests)\b/) {
                suites.insert(String(match.1))
            }
        }
        let page = try Self.text("Spec/threat-model.md")
        let section = try #require(page.split(separator: "## 5. Testable statements").last)
            .prefix { $0 != "#" }
        let rows = Self.rows(String(section), columns: 2).dropFirst()
        #expect(rows.count > 40)
        for row in rows {
            let named = row[1].matches(of: /`([^`]+)`/).map { String($0.1) }
            #expect(!named.isEmpty, "\(row[0]): no test")
            for name in named {
                let path = name.split(separator: " ").first.map(String.init) ?? name
                let exists =
                    name.contains("/")
                    ? FileManager.default.fileExists(
                        atPath: Corpora.packageRoot.appending(path: path).path)
                    : suites.contains(name)
                #expect(exists, "\(row[0]): \(name)")
            }
        }
    }
}
