public import CarePassport
import PassportCoding

/// Writes a summary as a FHIR R4 International Patient Summary document.
public struct SummaryWriter {
    /// What a document says about itself.
    public struct Header: Sendable {
        /// Sixteen random bytes: the document's identity, and the seed of its entries'.
        public var identifier: [UInt8]
        /// Seconds since 1970, UTC.
        public var seconds: Int64
        /// Who puts the document out.
        public var organisation: String
        /// The language of `words`.
        public var language: String
        /// The table for titles and narrative; a missing key shows as itself.
        public var words: [String: String]

        /// A header.
        public init(
            identifier: [UInt8], seconds: Int64, organisation: String, language: String,
            words: [String: String]
        ) {
            self.identifier = identifier
            self.seconds = seconds
            self.organisation = organisation
            self.language = language
            self.words = words
        }
    }

    /// Sections of the document in order: LOINC code, title's key, and whether it must be there.
    private static let sections: [(code: String, key: String, isRequired: Bool)] = [
        ("11450-4", "ips.problems", true), ("10160-0", "ips.medications", true),
        ("48765-2", "ips.allergies", true), ("104605-1", "ips.alerts", false),
        ("30954-2", "ips.results", false), ("47420-5", "ips.functional-status", false),
        ("18776-5", "ips.plan-of-care", false),
    ]

    private let header: Header
    private var entries: [JSON] = []
    private var references: [String: [JSON]] = [:]
    private var lines: [String: [SummaryLine]] = [:]

    /// The document's bytes. Equal summaries and headers give equal bytes.
    public static func write(_ summary: CareSummary, header: Header) -> [UInt8] {
        var writer = SummaryWriter(header: header)
        writer.add(summary)
        return JSONWriter.bytes(of: writer.bundle())
    }

    private init(header: Header) { self.header = header }

    private mutating func add(_ summary: CareSummary) {
        entries.append(
            entry(2, PatientWriter.write(summary.emergency ?? EmergencyContent())))
        entries.append(
            entry(
                3,
                .object([
                    "resourceType": .string("Organization"), "name": .string(header.organisation),
                ])))
        for content in summary.contents {
            for item in SummaryItem.items(of: content) { add(item) }
        }
    }

    private mutating func add(_ item: SummaryItem) {
        switch item {
        case .subject, .language, .interpreter, .access, .unknown: return
        case .alert(let alert) where alert.kind == .allergy:
            add(ClinicalWriter.allergy(alert), to: "48765-2", item)
        case .alert(let alert): add(CareWriter.alert(alert), to: "104605-1", item)
        case .statement(.allergies, let statement):
            add(ClinicalWriter.statement(statement, .allergies), to: "48765-2", item)
        case .statement(.medications, let statement):
            add(ClinicalWriter.statement(statement, .medications), to: "10160-0", item)
        case .statement(.problems, let statement):
            add(ClinicalWriter.statement(statement, .problems), to: "11450-4", item)
        case .followUp(let followUp): add(CareWriter.followUp(followUp), to: "18776-5", item)
        case .medicine(let medicine): add(ClinicalWriter.medicine(medicine), to: "10160-0", item)
        case .episode(let episode): add(CareWriter.episode(episode), to: "18776-5", item)
        case .complaint(let complaint):
            add(ClinicalWriter.complaint(complaint), to: "11450-4", item)
        case .score(let score): add(CareWriter.score(score), to: "30954-2", item)
        case .function(let function): add(CareWriter.function(function), to: "47420-5", item)
        case .diagnosis(let diagnosis):
            add(ClinicalWriter.diagnosis(diagnosis), to: "11450-4", item)
        case .risk(let risk): add(CareWriter.risk(risk), to: "104605-1", item)
        case .plan(let plan): add(CareWriter.plan(plan), to: "18776-5", item)
        }
    }

    private mutating func add(_ resource: JSON?, to section: String, _ item: SummaryItem) {
        guard let resource else { return }
        let isAllergy = resource.text("resourceType") == "AllergyIntolerance"
        let number = entries.count + 2
        let subject = [
            (isAllergy ? "patient" : "subject", Optional(reference(2)))
        ]
        entries.append(entry(number, resource.adding(subject)))
        references[section, default: []].append(reference(number))
        lines[section, default: []] += item.lines
    }

    private func bundle() -> JSON {
        var sections: [JSON] = []
        for section in Self.sections {
            let references = references[section.code] ?? []
            guard !references.isEmpty || section.isRequired else { continue }
            let title = header.words[section.key] ?? section.key
            sections.append(
                .members([
                    ("title", .string(title)),
                    ("code", .concept(CodeSystem.loinc.uri, section.code)),
                    ("text", narrative(title, lines[section.code] ?? [])),
                    ("entry", references.isEmpty ? nil : .array(references)),
                    (
                        "emptyReason",
                        references.isEmpty
                            ? .concept(FHIRNames.emptyReason, "unavailable") : nil
                    ),
                ]))
        }
        let title = header.words["ips.title"] ?? "ips.title"
        let composition = JSON.members([
            ("resourceType", .string("Composition")), ("status", .string("final")),
            ("type", .concept(CodeSystem.loinc.uri, "60591-5")), ("subject", reference(2)),
            ("date", .string(Self.instant(header.seconds))), ("author", .array([reference(3)])),
            ("title", .string(title)), ("language", .string(header.language)),
            ("meta", profile("Composition")), ("section", .array(sections)),
        ])
        return .members([
            ("resourceType", .string("Bundle")), ("type", .string("document")),
            ("meta", profile("Bundle")), ("timestamp", .string(Self.instant(header.seconds))),
            (
                "identifier",
                .object([
                    "system": .string("urn:ietf:rfc:3986"), "value": .string(url(0)),
                ])
            ),
            ("entry", .array([entry(1, composition)] + entries)),
        ])
    }

    private func profile(_ type: String) -> JSON {
        .object(["profile": .array([.string("\(FHIRNames.profile)\(type)-uv-ips")])])
    }

    private func narrative(_ title: String, _ lines: [SummaryLine]) -> JSON {
        var items = ""
        for line in lines {
            let text = Self.escaped(line.text(header.words))
            items += line.indent == 0 ? "<p><b>\(text)</b></p>" : "<p>\(text)</p>"
        }
        if items.isEmpty { items = "<p>\(Self.escaped(header.words["ips.empty"] ?? title))</p>" }
        let language = Self.escaped(header.language)
        return .object([
            "status": .string("generated"),
            "div": .string(
                "<div xmlns=\"\(FHIRNames.xhtml)\" lang=\"\(language)\""
                    + " xml:lang=\"\(language)\">\(items)</div>"),
        ])
    }

    private func entry(_ number: Int, _ resource: JSON) -> JSON {
        let id = String(url(number).dropFirst("urn:uuid:".count))
        return .object([
            "fullUrl": .string(url(number)), "resource": resource.adding([("id", .string(id))]),
        ])
    }

    private func reference(_ number: Int) -> JSON {
        .object(["reference": .string(url(number))])
    }

    /// A UUID for each entry: the identifier with the entry's number added to its last bytes.
    private func url(_ number: Int) -> String {
        var bytes = Array((header.identifier + repeatElement(0, count: 16)).prefix(16))
        var carry = number
        for index in bytes.indices.reversed().prefix(4) {
            carry += Int(bytes[index])
            bytes[index] = UInt8(truncatingIfNeeded: carry)
            carry >>= 8
        }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = "urn:uuid:"
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }

    /// Seconds since 1970 as a FHIR instant (civil date by counting from 1 March 0000).
    static func instant(_ seconds: Int64) -> String {
        let clamped = min(max(seconds, 0), 253_402_300_799)
        let days = clamped / 86_400 + 719_468
        let rest = clamped % 86_400
        let era = days / 146_097
        let ofEra = days % 146_097
        let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let index = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * index + 2) / 5 + 1
        let month = index < 10 ? index + 3 : index - 9
        let civil = year + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(civil)-\(two(month))-\(two(day))T\(two(rest / 3_600)):"
            + "\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
