import CarePassport
import PassportCoding
import PassportFHIR
import Testing

@Suite struct SamiTests {
    @Test func takesWhatTheDictionaryHoldsAndNamesTheRest() throws {
        let (summary, account) = try SummaryReader.read(try Fixture.bytes("sami.json"))
        #expect(summary.kinds == SectionKind.written)
        let medicine = try #require(summary.medication?.medicines.first)
        #expect(medicine.codes.map(\.code) == ["N06AB06", "36437"])
        #expect(medicine.dosages.first?.dose?.value.text == "50.0")
        #expect(medicine.dosages.first?.frequency?.times == 1)
        #expect(medicine.warnings == [.doNotStopAbruptly])
        let scores = try #require(summary.scores?.scores)
        #expect(scores.map(\.instrument.code) == ["44261-6", "cries-8"])
        #expect(scores.map(\.instrument.status) == [.verified, .local])
        #expect(scores.map(\.total.text) == ["14", "21"])
        #expect(summary.diagnosis?.diagnoses.first?.codes.map(\.code) == ["6B40", "F43.1"])
        #expect(summary.diagnosis?.diagnoses.first?.recorded?.text == "2026-02-28")
        let course = try #require(summary.care?.episodes.first?.interventions.first)
        #expect(course.protocolName.word == "trt")
        #expect([course.session, course.sessions] == [3, 5])
        #expect(summary.care?.complaints.count == 1)
        #expect(summary.risk?.risks.first?.validUntil.text == "2026-04-13")
        #expect(summary.emergency?.subject.birthYear == 2009)
        #expect(summary.emergency?.languages.map(\.tag) == ["ar-SY", "tr"])

        #expect(account.entries.count == 20)
        #expect(
            account.dropped() == [
                .structure: 1, .administrative: 1, .doNotTravel: 1, .notInDictionary: 2,
                .valueOutOfRange: 1, .relatives: 1, .enteredInError: 1, .rawAnswers: 1,
                .noCode: 1,
            ])
        #expect(account.taken() == 10)
        #expect(account.references.count == 15)
        #expect(account.references.last?.outcome == .dropped(.unresolved))
        let partial = try #require(account.entries.first { $0.type == "MedicationStatement" })
        #expect(partial.partial == [.freeText])
    }

    @Test func nothingBlockedLeavesTheImporter() throws {
        let bytes = try Fixture.bytes("sami.json")
        #expect(String(decoding: bytes, as: UTF8.self).contains("CANARY"))
        let (summary, account) = try SummaryReader.read(bytes)
        let sections = try summary.sections(
            person: try PersonReference(Array(repeating: 1, count: 16)),
            provenance: Provenance(
                cadre: Term(number: 1), date: try #require(PartialDate("2026-03-14"))))
        for section in sections {
            #expect(!String(decoding: section.encoded(), as: UTF8.self).contains("CANARY"))
        }
        let export = SummaryWriter.write(summary, header: try Fixture.header())
        #expect(!String(decoding: export, as: UTF8.self).contains("CANARY"))
        #expect(!"\(account)".contains("CANARY"))
        #expect(!"\(account)".contains("N06AB06"))
    }

    @Test func theDemoGivesEverySection() throws {
        let (imported, account) = try SummaryReader.read(try Fixture.demo("ips-example.json"))
        #expect(imported.kinds == [.emergency, .medication, .diagnosis])
        #expect(account.taken(["MedicationStatement", "AllergyIntolerance", "Condition"]) == 3)
        let added = try SupplementReader.read(try Fixture.demo("additions-izmir.json"))
        #expect(imported.merging(added).kinds == SectionKind.written)
        let athens = try SupplementReader.read(try Fixture.demo("session-athens.json"))
        #expect(athens.kinds == [.care])
        #expect(athens.care?.episodes.first?.interventions.first?.session == 4)
    }
}
