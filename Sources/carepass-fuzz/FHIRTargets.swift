import CarePassport
import Foundation
import PassportCoding
import PassportFHIR

/// Documents of other systems.
enum FHIRTargets {
    static let all: [FuzzTarget] = [document, entry, supplement]

    private static let document = FuzzTarget(
        name: "fhir-summary", maximumLength: 20_480, words: words, files: ["json"],
        seeds: { [wrap(Array(#"{"resourceType":"Flag","status":"active"}"#.utf8))] },
        check: { read($0) })

    /// One resource inside a small document: most inputs stay JSON, and reach its reader.
    private static let entry = FuzzTarget(
        name: "fhir-entry", maximumLength: 2_048, words: words, files: ["json"],
        fromFile: { resources(of: $0) },
        seeds: { [Array(#"{"resourceType":"Flag","status":"active"}"#.utf8)] },
        check: { read(wrap($0)) })

    private static let supplement = FuzzTarget(
        name: "supplement", maximumLength: 4_096, words: words, files: ["json"],
        seeds: { [Array(#"{"form":"care-passport-supplement/1"}"#.utf8)] },
        check: { input in
            guard let summary = try? SupplementReader.read(input) else { return }
            _ = sections(of: summary)
            requireReadable(summary)
        })

    /// The account names every entry once, what was taken can be sealed, and what is written
    /// from it reads back as it is.
    private static func read(_ input: [UInt8]) {
        guard let (summary, account) = try? SummaryReader.read(input) else { return }
        let dropped = account.dropped().values.reduce(0, +)
        require(account.taken() + dropped == account.entries.count, "fhir: the account's sum")
        // Foundation's reader stands beside ours; where it refuses, there is nothing to compare.
        let root = try? JSONSerialization.jsonObject(with: Data(input)) as? [String: Any]
        if let entries = root?["entry"] as? [Any] {
            require(account.entries.count == entries.count, "fhir: an entry without account")
        }
        require(
            account.entries.enumerated().allSatisfy { $1.position == "entry[\($0)]" },
            "fhir: entries out of order")
        _ = sections(of: summary)
        requireReadable(summary)
    }

    /// Sections of a summary that was read must seal.
    static func sections(of summary: CareSummary) -> [Section] {
        mustHold("summary: cannot be sealed") {
            guard let day = PartialDate(year: 2026) else { throw Unusable(what: "no date") }
            return try summary.sections(
                person: PersonReference([UInt8](repeating: 7, count: 16)),
                provenance: Provenance(cadre: Term(number: 1), date: day))
        }
    }

    /// What is written as FHIR is read again, every entry accounted for, and read twice it is
    /// the same.
    static func requireReadable(_ summary: CareSummary) {
        let header = SummaryWriter.Header(
            identifier: [UInt8](repeating: 0xF0, count: 16), seconds: 1_773_489_600,
            organisation: "Clinic A & B", language: "en", words: [:])
        let written = SummaryWriter.write(summary, header: header)
        let (once, account) = mustHold("fhir: own document refused") {
            try SummaryReader.read(written)
        }
        require(
            account.taken() + account.dropped().values.reduce(0, +) == account.entries.count,
            "fhir: the account's sum")
        let again = mustHold("fhir: own document refused") {
            try SummaryReader.read(SummaryWriter.write(once, header: header)).0
        }
        require(again == once, "fhir: written and read twice, it differs")
    }

    private static func wrap(_ resource: [UInt8]) -> [UInt8] {
        let composition =
            #"{"resourceType":"Composition","type":{"coding":[{"system":"http://loinc.org","#
            + #""code":"60591-5"}]},"subject":{"reference":"Patient/p"},"section":[]}"#
        let head =
            #"{"resourceType":"Bundle","type":"document","entry":[{"resource":\#(composition)},"#
            + #"{"resource":{"resourceType":"Patient","id":"p"}},{"resource":"#
        return Array(head.utf8) + resource + Array("}]}".utf8)
    }

    private static func resources(of file: [UInt8]) -> [[UInt8]] {
        guard let root = try? JSONSerialization.jsonObject(with: Data(file)) as? [String: Any]
        else { return [] }
        let entries = (root["entry"] as? [[String: Any]] ?? []).compactMap { $0["resource"] }
        return (entries.isEmpty ? [root] : entries).compactMap {
            try? [UInt8](JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys]))
        }
    }

    /// Names and values that readers look for.
    private static let words: [[UInt8]] = [
        "\"resourceType\":\"", "Patient", "MedicationStatement", "MedicationRequest",
        "AllergyIntolerance", "Condition", "Observation", "CarePlan", "Flag", "Medication",
        "\"code\":{\"coding\":[{\"system\":\"", "\"status\":\"active\"", "\"subject\":",
        "\"reference\":\"Patient/p\"", "http://loinc.org", "http://snomed.info/sct",
        "http://www.whocc.no/atc", "http://hl7.org/fhir/sid/icd-10", "\"valueQuantity\":{",
        "\"value\":", "\"dosageInstruction\":[{", "\"dosage\":[{", "\"timing\":{\"repeat\":{",
        "\"extension\":[{\"url\":\"", "\"contained\":[", "\"effectiveDateTime\":\"2026-03-01\"",
        "\"clinicalStatus\":", "\"verificationStatus\":", "\"activity\":[{", "\"period\":{",
        "\"start\":\"2026\"", "\"text\":\"", "\\u0041", "\\ud83d\\ude00", "1e-9", "null",
        "\"form\":\"care-passport-supplement/1\"", "\"emergency\":{", "\"medication\":{",
        "\"care\":{\"episodes\":[{", "\"scores\":{", "\"diagnosis\":{", "\"risk\":{",
    ].map { Array($0.utf8) }
}
