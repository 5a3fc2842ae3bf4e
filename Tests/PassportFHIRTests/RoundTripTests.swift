import CarePassport
import Foundation
import PassportCoding
import PassportFHIR
import PassportTestSupport
import Testing

@Suite struct RoundTripTests {
    private static func again(
        _ summary: CareSummary
    ) throws -> (summary: CareSummary, account: ImportAccount) {
        let bytes = SummaryWriter.write(summary, header: try Fixture.header())
        let (again, account) = try SummaryReader.read(bytes)
        return (again, account)
    }

    @Test func everyElementOfTheDictionaryComesBack() throws {
        let summary = try SampleSummary.full()
        let (again, account) = try Self.again(summary)
        #expect(again.emergency == summary.emergency)
        #expect(again.medication == summary.medication)
        #expect(again.care == summary.care)
        #expect(again.scores == summary.scores)
        #expect(again.diagnosis == summary.diagnosis)
        #expect(again.risk == summary.risk)
        #expect(
            account.references.allSatisfy { if case .taken = $0.outcome { true } else { false } })
    }

    @Test func wordsAndSystemsOfLaterVersionsComeBack() throws {
        var summary = CareSummary()
        var medicine = Medicine(codes: [
            Code(CodeSystem("urn:care-passport:system:77"), "x"), Code(.atc, "N05AN01"),
        ])
        medicine.codes.reverse()
        medicine.status = Term(number: 40)
        medicine.warnings = [Term(number: 41)]
        summary.medication = MedicationContent()
        summary.medication?.medicines = [medicine]
        var again = try Self.again(summary).summary
        again.emergency = nil
        #expect(again.medication?.medicines.first?.status?.number == 40)
        #expect(again.medication?.medicines.first?.warnings.first?.number == 41)
        #expect(again.medication?.medicines.first?.codes.last?.system.isKnown == false)
    }

    @Test func anEmptySummaryIsAWholeDocument() throws {
        let bytes = SummaryWriter.write(CareSummary(), header: try Fixture.header())
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let entries = try #require(root["entry"] as? [[String: Any]])
        let composition = try #require(entries.first?["resource"] as? [String: Any])
        let sections = try #require(composition["section"] as? [[String: Any]])
        #expect(sections.count == 3)
        for section in sections {
            #expect(section["emptyReason"] != nil)
            #expect(section["entry"] == nil)
            let text = try #require(section["text"] as? [String: Any])
            #expect((text["div"] as? String)?.hasPrefix("<div xmlns=") == true)
        }
        #expect(try Self.again(CareSummary()).summary.kinds.isEmpty)
    }

    @Test func equalInputGivesEqualBytesAndUniqueNames() throws {
        let summary = try SampleSummary.full()
        let bytes = SummaryWriter.write(summary, header: try Fixture.header())
        #expect(bytes == SummaryWriter.write(summary, header: try Fixture.header()))
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let entries = try #require(root["entry"] as? [[String: Any]])
        let urls = entries.compactMap { $0["fullUrl"] as? String }
        #expect(urls.count == entries.count)
        #expect(Set(urls).count == urls.count)
        #expect(root["timestamp"] as? String == "2026-03-14T12:00:00Z")
        #expect(String(decoding: bytes, as: UTF8.self).contains("Clinic A & B"))
    }

    @Test(.enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
    func whatWasImportedFromOthersComesBack() throws {
        var count = 0
        for file in Corpora.files(under: "fhir-ips", extension: "json") {
            let bytes = [UInt8](try Data(contentsOf: file))
            guard let (summary, _) = try? SummaryReader.read(bytes) else { continue }
            let again = try Self.again(summary).summary
            #expect(again.contents == summary.contents, "\(file.lastPathComponent)")
            count += 1
        }
        #expect(count >= 45)
    }
}
