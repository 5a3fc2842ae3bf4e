import CarePassport
import Foundation
import PassportCoding
import PassportFHIR
import PassportTestSupport
import Testing

@Suite(.enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct CorporaTests {
    private struct Counts: Decodable {
        let entries: Int
        let medications: Int
        let medicationsCoded: Int
        let allergies: Int
        let allergiesCoded: Int
        let problems: Int
        let problemsCoded: Int
    }

    private static let medications: Set<String> = ["MedicationStatement", "MedicationRequest"]

    /// What the separate script counts in the same files.
    private static func independentCounts(_ folder: String) throws -> [String: Counts?] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", Corpora.packageRoot.appending(path: "scripts/count-ips.py").path,
            Corpora.root.appending(path: folder).path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try JSONDecoder().decode([String: Counts?].self, from: data)
    }

    @Test func takenPlusDroppedIsWhatTheSourceHas() throws {
        let counts = try Self.independentCounts("fhir-ips")
        let files = Corpora.files(under: "fhir-ips", extension: "json")
        #expect(files.count == counts.count)
        var coded = 0
        var taken = 0
        var refused: [String] = []
        for file in files {
            let name = String(
                file.path.dropFirst(Corpora.root.appending(path: "fhir-ips").path.count + 1))
            let expected = try #require(counts[name] ?? nil, "\(name)")
            let bytes = [UInt8](try Data(contentsOf: file))
            guard let (summary, account) = try? SummaryReader.read(bytes) else {
                // What is refused whole is nothing taken, and counts against the share.
                refused.append(file.lastPathComponent)
                coded += expected.medicationsCoded + expected.allergiesCoded
                continue
            }
            #expect(account.entries.count == expected.entries)
            let groups: [(Set<String>, Int, Int)] = [
                (Self.medications, expected.medications, expected.medicationsCoded),
                (["AllergyIntolerance"], expected.allergies, expected.allergiesCoded),
                (["Condition"], expected.problems, expected.problemsCoded),
            ]
            for (types, all, codedCount) in groups {
                let dropped = account.dropped(types).values.reduce(0, +)
                #expect(account.taken(types) + dropped == all, "\(name)")
                let lines = account.entries.filter { types.contains($0.type) }
                #expect(lines.count(where: \.isCoded) == codedCount, "\(name)")
            }
            for line in account.entries where line.isCoded && line.type != "Condition" {
                guard Self.medications.contains(line.type) || line.type == "AllergyIntolerance"
                else { continue }
                coded += 1
                if case .taken = line.outcome { taken += 1 }
            }
            try Self.checkSections(summary, bytes)
        }
        // It nests the codings of its type in a second list, which is no FHIR; and reading past
        // that would be wrong: its items name five different people beside one patient's number.
        #expect(refused == ["NL_Drimpy_01.json"])
        #expect(coded == 171)
        #expect(taken * 100 >= coded * 95, "\(taken) of \(coded)")
    }

    /// What was imported can be sealed, and every line of it has a key.
    private static func checkSections(_ summary: CareSummary, _ bytes: [UInt8]) throws {
        let sections = try summary.sections(
            person: try PersonReference(Array(repeating: 1, count: 16)),
            provenance: Provenance(
                cadre: Term(number: 1), date: try #require(PartialDate("2026-03-14")),
                sourceHash: Array(repeating: 0, count: 32)))
        #expect(sections.count == summary.contents.count)
        for section in sections {
            #expect(try Section(decoding: section.encoded()) == section)
        }
    }

    @Test(arguments: [
        "fhir-r4-resources", "fhir-synthea", "fhir-mental-health", "smart-health-cards",
    ])
    func whatIsNoSummaryIsRefusedWithACode(_ folder: String) throws {
        var codes: [String: Int] = [:]
        for file in Corpora.files(under: folder, extension: "json") {
            let bytes = [UInt8](try Data(contentsOf: file))
            do throws(FHIRError) {
                let (_, account) = try SummaryReader.read(bytes)
                #expect(!account.entries.isEmpty)
                codes["read", default: 0] += 1
            } catch {
                #expect(error.kind == .badInput)
                codes[error.code.name, default: 0] += 1
            }
        }
        #expect(!codes.isEmpty)
        if folder == "smart-health-cards" {
            #expect(codes["read"] == 1, "the guide's own example is a patient summary")
        } else {
            #expect(codes["read"] == nil, "\(codes)")
        }
        print("fhir corpora:", folder, codes.sorted { $0.key < $1.key })
    }
}
