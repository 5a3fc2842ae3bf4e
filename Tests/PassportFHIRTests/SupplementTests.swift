import CarePassport
import PassportCoding
import PassportFHIR
import PassportTestSupport
import Testing

@Suite struct SupplementTests {
    private static func form(_ rest: String) -> [UInt8] {
        Array(#"{"form":"care-passport-supplement/1"\#(rest)}"#.utf8)
    }

    private static let refused: [(String, String)] = [
        (#","cares":{}"#, "malformedSupplement"),
        (#","care":[]"#, "malformedSupplement"),
        (#","care":{"episodes":[{"layer":"fourth"}]}"#, "malformedSupplement"),
        (#","care":{"episodes":[{"layer":"1"}]}"#, "malformedSupplement"),
        (#","care":{"episodes":[{"country":"Turkey"}]}"#, "invalidContent"),
        (#","care":{"episodes":[{"start":"14.3.2026"}]}"#, "malformedSupplement"),
        (#","care":{"complaints":[{}]}"#, "malformedSupplement"),
        (#","scores":{"scores":[{"instrument":"phq-9","total":28}]}"#, "malformedSupplement"),
        (#","scores":{"scores":[{"instrument":"phq-10","total":2}]}"#, "malformedSupplement"),
        (#","scores":{"scores":[{"instrument":"phq-9","total":"2"}]}"#, "malformedSupplement"),
        (
            #","risk":{"risks":[{"type":"suicide","level":"low","asOf":"2026"}]}"#,
            "malformedSupplement"
        ),
        (#","risk":{"safetyPlan":{"coping":"after the torture"}}"#, "invalidContent"),
        (
            #","diagnosis":{"diagnoses":[{"codes":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"B24"}]}]}"#,
            "invalidContent"
        ),
        (#","diagnosis":{"diagnoses":[{"codes":[]}]}"#, "invalidContent"),
        (
            #","risk":{"safetyPlan":{"coping":"\#(String(repeating: "x", count: 281))"}}"#,
            "invalidContent"
        ),
    ]

    @Test(arguments: refused.indices)
    func refusesWhatTheFormDoesNotHave(_ index: Int) {
        let (rest, code) = Self.refused[index]
        let error = #expect(throws: FHIRError.self) { try SupplementReader.read(Self.form(rest)) }
        #expect(error?.code.name == code)
    }

    @Test func readsEveryPart() throws {
        let rest =
            #","emergency":{"pseudonym":"S","birthYear":2009,"ageBand":"15-17","sex":"male","#
            + #""accessNeeds":[{"need":"seeing","difficulty":"some"}],"statements":["none-known"],"#
            + #""alerts":[{"kind":"seizure","codes":[{"system":"urn:care-passport:alert","#
            + #""code":"seizure"}],"since":"2024"}]},"#
            + #""medication":{"medicines":[{"codes":[{"system":"http://www.whocc.no/atc","#
            + #""code":"N06AB06","display":"sertraline"}],"status":"active","dosages":[{"dose":"#
            + #"{"value":50,"unit":"mg","ucum":true},"frequency":{"times":1,"period":1,"#
            + #""unit":"d"}}],"warnings":["do-not-stop-abruptly"]}]},"#
            + #""diagnosis":{"diagnoses":[{"codes":[{"system":"#
            + #""http://id.who.int/icd/release/11/mms","code":"6B40"}],"certainty":"provisional"}]}"#
        let summary = try SupplementReader.read(Self.form(rest))
        #expect(summary.kinds == [.emergency, .medication, .diagnosis])
        #expect(summary.medication?.medicines.first?.dosages.first?.frequency?.times == 1)
    }

    @Test func mergingKeepsBothAndRepeatsNothing() throws {
        let one = try SampleSummary.full()
        #expect(one.merging(one) == one)
        let two = try SupplementReader.read(try Fixture.demo("session-athens.json"))
        let both = one.merging(two)
        #expect(both.care?.episodes.count == 2)
        #expect(both.risk == one.risk)
    }
}
