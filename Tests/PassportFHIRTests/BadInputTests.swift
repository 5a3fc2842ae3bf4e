import CarePassport
import PassportCoding
import PassportFHIR
import PassportTestSupport
import Testing

@Suite struct BadInputTests {
    private static let cases: [(String, [UInt8], FHIRError.Code)] = [
        ("empty", [], .malformedJSON),
        ("white space", Array("  \n".utf8), .malformedJSON),
        ("no JSON", Array("hello".utf8), .malformedJSON),
        ("truncated", Array(#"{"resourceType":"Bund"#.utf8), .malformedJSON),
        ("trailing", Array("{} {}".utf8), .malformedJSON),
        ("trailing comma", Array("[1,]".utf8), .malformedJSON),
        ("two commas", Array("[1,,2]".utf8), .malformedJSON),
        ("wrong end", Array("[1}".utf8), .malformedJSON),
        ("no colon", Array(#"{"a" 1}"#.utf8), .malformedJSON),
        ("bare name", Array("{a:1}".utf8), .malformedJSON),
        ("leading zero", Array("[01]".utf8), .malformedJSON),
        ("plus", Array("[+1]".utf8), .malformedJSON),
        ("no digit", Array("[1.]".utf8), .malformedJSON),
        ("no exponent", Array("[1e]".utf8), .malformedJSON),
        ("NaN", Array("[NaN]".utf8), .malformedJSON),
        ("control", Array("[\"\u{1}\"]".utf8), .malformedJSON),
        ("escape", Array(#"["\x"]"#.utf8), .malformedJSON),
        ("half escape", Array(#"["\u12"]"#.utf8), .malformedJSON),
        ("lone high surrogate", Array(#"["\ud800"]"#.utf8), .malformedJSON),
        ("lone low surrogate", Array(#"["\udc00"]"#.utf8), .malformedJSON),
        ("wrong pair", Array(#"["\ud800\u0041"]"#.utf8), .malformedJSON),
        ("not UTF-8", [0x22, 0xFF, 0x22], .malformedJSON),
        ("UTF-16", [0xFF, 0xFE, 0x7B, 0x00], .malformedJSON),
        ("overlong", [0x22, 0xC0, 0x80, 0x22], .malformedJSON),
        ("duplicate", Array(#"{"a":1,"b":2,"a":3}"#.utf8), .duplicateName),
        ("escaped name", Array(#"{"\u0061":1}"#.utf8), .escapedName),
        ("array", Array("[]".utf8), .notBundle),
        ("patient", Array(#"{"resourceType":"Patient"}"#.utf8), .notBundle),
        (
            "transaction", Array(#"{"resourceType":"Bundle","type":"transaction"}"#.utf8),
            .notDocument
        ),
        ("no entries", Array(#"{"resourceType":"Bundle","type":"document"}"#.utf8), .notDocument),
        (
            "other document",
            Array(
                #"{"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","type":{"coding":[{"system":"http://loinc.org","code":"34133-9"}]}}}]}"#
                    .utf8), .notSummary
        ),
        (
            "nobody",
            Array(
                #"{"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","type":{"coding":[{"system":"http://loinc.org","code":"60591-5"}]}}}]}"#
                    .utf8), .noSubject
        ),
        ("too deep", Array(repeating: UInt8(ascii: "["), count: 65), .overLimit),
        ("too long", Array(repeating: 0x20, count: Limits.fhirBytes + 1), .overLimit),
    ]

    @Test(arguments: cases.indices)
    func isRefusedWithACode(_ index: Int) {
        let (name, bytes, code) = Self.cases[index]
        let error = #expect(throws: FHIRError.self, Comment(rawValue: name)) {
            try SummaryReader.read(bytes)
        }
        #expect(error?.code == code, Comment(rawValue: name))
        #expect(error?.kind == .badInput)
    }

    @Test func depthAtTheLimitIsRead() {
        let bytes =
            Array(repeating: UInt8(ascii: "["), count: 64)
            + Array(repeating: UInt8(ascii: "]"), count: 64)
        let error = #expect(throws: FHIRError.self) { try SummaryReader.read(bytes) }
        #expect(error?.code == .notBundle)
    }

    @Test func tooManyValuesAreRefused() {
        let bytes =
            Array("[".utf8) + Array(repeatElement(Array("0,".utf8), count: 1_048_577).joined())
        let error = #expect(throws: FHIRError.self) { try SummaryReader.read(bytes) }
        #expect(error?.code == .overLimit)
    }

    @Test func manyEscapesTakeLinearTime() throws {
        let text = String(repeating: #"\n"#, count: 200_000)
        let bytes = Array(#"{"resourceType":"\#(text)"}"#.utf8)
        let error = #expect(throws: FHIRError.self) { try SummaryReader.read(bytes) }
        #expect(error?.code == .notBundle)
    }

    /// However an address is written, an item of another patient is not taken for this one's.
    @Test(arguments: [
        "Patient/q", "https://clinic.example/Patient/q", "Patient/q/_history/3",
        "https://clinic.example/r4//Patient//q/_history/3/",
        String(repeating: "a/", count: 2_000) + "Patient/q" + String(repeating: "/", count: 2_000),
    ])
    func addressesOfAnotherPatientAreResolved(_ address: String) throws {
        let composition =
            #"{"resourceType":"Composition","type":{"coding":[{"system":"http://loinc.org","#
            + #""code":"60591-5"}]},"subject":{"reference":"Patient/p"}}"#
        let allergy =
            #"{"resourceType":"AllergyIntolerance","patient":{"reference":"\#(address)"},"#
            + #""code":{"coding":[{"system":"http://snomed.info/sct","code":"91936005"}]}}"#
        let patients = ["p", "q"].map { #"{"resourceType":"Patient","id":"\#($0)"}"# }
        let entries = ([composition] + patients + [allergy]).map { #"{"resource":\#($0)}"# }
        let (_, account) = try SummaryReader.read(
            Array(
                #"{"resourceType":"Bundle","type":"document","entry":[\#(entries.joined(separator: ","))]}"#
                    .utf8))
        #expect(account.dropped(["AllergyIntolerance"]) == [.otherPerson: 1])
    }

    @Test func changedDocumentsNeverTrap() throws {
        var generator = SeededRandom(seed: 42)
        let original = try Fixture.bytes("sami.json")
        var read = 0
        for _ in 0..<250 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] =
                    Array("{}[]\",:0-9eaZ\\ \u{1}".utf8)
                    .randomElement(using: &generator) ?? 0
            }
            if let (summary, account) = try? SummaryReader.read(bytes) {
                read += 1
                #expect(account.entries.count <= 20)
                _ = SummaryWriter.write(summary, header: try Fixture.header())
            }
        }
        #expect(read > 0)
    }

    @Test func changedSupplementsNeverTrap() throws {
        var generator = SeededRandom(seed: 7)
        let original = try Fixture.demo("additions-izmir.json")
        for _ in 0..<400 {
            var bytes = original
            let index = Int.random(in: bytes.indices, using: &generator)
            bytes[index] = UInt8.random(in: 0...127, using: &generator)
            _ = try? SupplementReader.read(bytes)
        }
    }

    @Test func cutDocumentsAreRefused() throws {
        let original = try Fixture.bytes("sami.json")
        for count in stride(from: 0, to: original.count - 2, by: 97) {
            #expect(throws: FHIRError.self) {
                try SummaryReader.read(Array(original.prefix(count)))
            }
        }
    }
}
