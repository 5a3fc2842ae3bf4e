import CarePassport
import Foundation
import PassportCoding
import PassportFHIR
import PassportTestSupport
import Testing

@Suite struct RuleTests {
    private static func code(_ system: String, _ code: String, _ display: String = "") -> String {
        let words = display.isEmpty ? "" : #","display":"\#(display)""#
        return #"{"coding":[{"system":"\#(system)","code":"\#(code)"\#(words)}]}"#
    }

    private static func condition(_ code: String, _ more: String = "") -> String {
        #"{"resourceType":"Condition","code":\#(code)\#(more)}"#
    }

    private static let icd10 = "http://hl7.org/fhir/sid/icd-10"
    private static let snomed = "http://snomed.info/sct"

    private static let dropped: [(String, ImportRule)] = [
        (condition(code(icd10, "B20.1")), .doNotTravel),
        (condition(code(icd10, "z65.5")), .doNotTravel),
        (condition(code("http://hl7.org/fhir/sid/icd-10-cm", "T74.21XA")), .doNotTravel),
        (condition(code("http://id.who.int/icd/release/11/mms", "1C62.Z")), .doNotTravel),
        (condition(code(snomed, "86406008")), .doNotTravel),
        (condition(code("urn:x", "1", "Victim of torture")), .doNotTravel),
        (condition(code("urn:x", "1", "Sexual (alleged) ASSAULT")), .doNotTravel),
        (condition(code("urn:x", "1", "Asylum seeker")), .doNotTravel),
        (
            condition(
                #"{"coding":[{"system":"urn:x","code":"1"}],"text":"after rape"}"#),
            .doNotTravel
        ),
        (
            condition(
                code(icd10, "F32"),
                #","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}"#
            ), .doNotTravel
        ),
        (condition(#"{"text":"only words"}"#), .noCode),
        (condition(#"{"coding":[{"code":"F32"}]}"#), .noCode),
        (condition(code(icd10, "F32"), #","verificationStatus":"refuted""#), .refuted),
        (
            condition(code(icd10, "F32"), #","verificationStatus":"entered-in-error""#),
            .enteredInError
        ),
        (
            condition(
                code(icd10, "F32"),
                #","verificationStatus":\#(code("http://hl7.org/fhir/ValueSet/x", "refuted"))"#),
            .refuted
        ),
        (condition(code(icd10, "F32"), #","modifierExtension":[{"url":"x"}]"#), .modifier),
        (
            #"{"resourceType":"MedicationRequest","doNotPerform":true,"medicationCodeableConcept":\#(code("http://www.whocc.no/atc", "N06AB06"))}"#,
            .refuted
        ),
        (
            #"{"resourceType":"MedicationStatement","medicationCodeableConcept":\#(code("http://www.whocc.no/atc", "J05AR06"))}"#,
            .doNotTravel
        ),
        (
            #"{"resourceType":"Observation","status":"cancelled","valueInteger":3,"code":\#(code("http://loinc.org", "44261-6"))}"#,
            .notFinal
        ),
        (
            #"{"resourceType":"Observation","status":"final","code":\#(code("http://loinc.org", "44261-6"))}"#,
            .invalidValue
        ),
        (#"{"resourceType":"Patient","id":"other"}"#, .otherPerson),
        (#"{"resourceType":"Basic"}"#, .notInDictionary),
        (#"{"resourceType":"Medication"}"#, .unused),
    ]

    @Test(arguments: dropped.indices)
    func dropsUnderANamedRule(_ index: Int) throws {
        let (resource, rule) = Self.dropped[index]
        let (summary, account) = try SummaryReader.read(Fixture.document(resource))
        #expect(account.entries.last?.outcome == .dropped(rule))
        #expect(summary.kinds.isEmpty)
    }

    @Test(arguments: ["Therapist", "Grape allergy", "Warfarin", "Aidsless", "Combative"])
    func harmlessWordsPass(_ display: String) throws {
        let resource = Self.condition(Self.code("urn:x", "1", display))
        let (_, account) = try SummaryReader.read(Fixture.document(resource))
        #expect(account.entries.last?.outcome == .taken(.diagnosis))
    }

    @Test func noneKnownDiffersFromNotAsked() throws {
        let absent = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
        let cases: [(String, Int)] = [
            (Self.code(absent, "no-known-allergies"), 1),
            (Self.code(absent, "no-allergy-info"), 2), (Self.code(Self.snomed, "716186003"), 1),
            (Self.code(absent, "no-known-medication-allergies"), 3),
        ]
        for (code, number) in cases {
            let resource = #"{"resourceType":"AllergyIntolerance","code":\#(code)}"#
            let (summary, account) = try SummaryReader.read(Fixture.document(resource))
            #expect(account.entries.last?.outcome == .taken(.emergency))
            #expect(summary.emergency?.statements == [Term(number: number)])
            #expect(summary.emergency?.alerts == [])
        }
    }

    @Test func longDisplaysAreCutAndSaid() throws {
        let display = String(repeating: "ß", count: 161)
        let resource = Self.condition(Self.code("urn:x", "1", display))
        let (summary, account) = try SummaryReader.read(Fixture.document(resource))
        #expect(account.entries.last?.partial == [.truncated])
        let kept = summary.diagnosis?.diagnoses.first?.codes.first?.display
        #expect(kept?.unicodeScalars.count == 160)
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let coding = (0..<6).map { #"{"system":"urn:s\#($0)","code":"c"}"# }.joined(separator: ",")
        let many = Self.condition(#"{"coding":[\#(coding)]}"#)
        let (summary, account) = try SummaryReader.read(Fixture.document(many))
        #expect(summary.diagnosis?.diagnoses.first?.codes.count == Limits.codesPerItem)
        #expect(account.entries.last?.partial == [.overLimit])

        let list = (0..<70).map { Self.condition(Self.code(Self.icd10, "K\($0)")) }
            .joined(separator: #"},{"resource":"#)
        let (capped, full) = try SummaryReader.read(Fixture.document(list))
        #expect(capped.diagnosis?.diagnoses.count == Limits.elementsPerList)
        #expect(full.dropped()[.overLimit] == 6)

        let twice = Self.condition(Self.code(Self.icd10, "F32"))
        let (_, pair) = try SummaryReader.read(
            Fixture.document(#"\#(twice)},{"resource":\#(twice)"#))
        #expect(pair.entries.last?.outcome == .dropped(.duplicate))
    }

    @Test func anotherPersonsEntryIsLeftOut() throws {
        let other = Self.condition(
            Self.code(Self.icd10, "F32"), #","subject":{"reference":"Patient/q"}"#)
        let bytes = Fixture.document(
            #"{"resourceType":"Patient","id":"q"}},{"resource":\#(other)"#)
        let (summary, account) = try SummaryReader.read(bytes)
        #expect(account.entries.last?.outcome == .dropped(.otherPerson))
        #expect(summary.diagnosis == nil)
    }

    @Test func aSourceCannotWriteIntoTheAccount() throws {
        let (_, account) = try SummaryReader.read(
            Fixture.document(#"{"resourceType":"Sami was here"}"#))
        #expect(account.entries.last?.type == "Other")
    }

    /// Every comparison of such a text gathers all of it; found with a document full of marks.
    @Test(.timeLimit(.minutes(1))) func aTypeOfCombiningMarksIsNotComparedAgainAndAgain() throws {
        let type = "A" + String(repeating: "\u{301}", count: 2_000_000)
        let (_, account) = try SummaryReader.read(
            Fixture.document(#"{"resourceType":"\#(type)"}"#))
        #expect(account.entries.last?.type == "Other")
        #expect(account.entries.last?.outcome == .dropped(.notInDictionary))
    }

    @Test func everyRuleStandsInTheSpecification() throws {
        let spec = try String(
            contentsOf: Corpora.packageRoot.appending(path: "Spec/care-summary.md"),
            encoding: .utf8)
        for rule in ImportRule.all { #expect(spec.contains("| `\(rule.name)` |"), "\(rule.name)") }
        #expect(ImportRule.all.map(\.name).sorted() == ImportRule.all.map(\.name))
    }

    @Test func theAccountSurvivesJSON() throws {
        let (_, account) = try SummaryReader.read(try Fixture.bytes("sami.json"))
        let data = try JSONEncoder().encode(account)
        #expect(try JSONDecoder().decode(ImportAccount.self, from: data) == account)
        #expect(String(decoding: data, as: UTF8.self).contains(#"{"dropped":"relatives"}"#))
    }

    @Test func crowdedDocumentsStayCheap() throws {
        let display = String(repeating: "長", count: 160)
        let coding = #"{"system":"urn:\#(String(repeating: "s", count: 190))","code":"1","#
        let heavy = (0..<3_000).map { number in
            let full = #"\#(coding)"display":"\#(number) \#(display)"}"#
            return #"{"resourceType":"Condition","code":{"coding":[\#(full)]}}"#
        }.joined(separator: #"},{"resource":"#)
        let (summary, account) = try SummaryReader.read(Fixture.document(heavy))
        #expect(account.taken(["Condition"]) + (account.dropped()[.overLimit] ?? 0) == 3_000)
        let person = try PersonReference(Array(repeating: 1, count: 16))
        let day = try #require(PartialDate("2026-01-01"))
        let sections = try summary.sections(
            person: person, provenance: Provenance(cadre: Term(number: 1), date: day))
        #expect(sections.count == 1)

        let many = (0..<20_000).map { #"{"system":"urn:a\#($0)","code":"c"}"# }
        let wide = Self.condition(#"{"coding":[\#(many.joined(separator: ","))]}"#)
        let (_, one) = try SummaryReader.read(Fixture.document(wide))
        #expect(one.entries.last?.partial == [.overLimit])

        let words = String(repeating: "a ", count: 200_000)
        let long = Self.condition(
            #"{"coding":[{"system":"urn:x","code":"1"}],"text":"\#(words)"}"#)
        let (_, cut) = try SummaryReader.read(Fixture.document(long))
        #expect(cut.entries.last?.partial == [.textAsDisplay, .truncated])
    }
}
