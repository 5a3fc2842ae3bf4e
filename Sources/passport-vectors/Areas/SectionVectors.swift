import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Sections: every kind, every limit of the content, and what later versions may add.
struct SectionVectors {
    let shop: Workshop

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8]
    ) { shop.add(.section, scenario, verdict, comment, ["bytes": .hex(bytes)]) }

    private func bytes(_ content: SectionContent) throws -> [UInt8] {
        Section(
            person: try Content.person("Lea"), provenance: try Content.provenance(),
            content: content
        ).encoded()
    }

    func write() throws {
        try kinds()
        try envelopeOfContent()
        try limits()
        try later()
    }

    private func kinds() throws {
        let sections = try Content.sections(
            "Lea", supersedes: Array(Secrets.seed("old").prefix(16)))
        for section in sections {
            guard let name = section.kind?.name else { continue }
            let bytes = section.encoded()
            add(name, .accept, "A section of the kind \(name).", bytes)
            add(
                "\(name)-truncated", .malformed, "A section cut short is none.",
                Array(bytes.dropLast()))
            add("\(name)-trailing-byte", .malformed, "Nothing follows a section.", bytes + [0])
            add(
                "\(name)-content-no-map", .malformed, "Content is a map.",
                try Forge.fields(bytes) { $0[CBORItem(4)] = .array([]) })
            add(
                "\(name)-short-person", .malformed, "A person reference has 16 bytes.",
                try Forge.fields(bytes) { $0[CBORItem(2)] = .bytes([1]) })
        }
    }

    private func envelopeOfContent() throws {
        let bytes = try bytes(.emergency(Content.summary("Lea").emergency ?? EmergencyContent()))
        func edit(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ key: Int,
            _ value: CBORItem?
        ) throws {
            add(scenario, verdict, comment, try Forge.fields(bytes) { $0[CBORItem(key)] = value })
        }
        for (name, key) in [("kind", 1), ("person", 2), ("provenance", 3), ("content", 4)] {
            try edit("without-\(name)", .malformed, "Every part must be there.", key, nil)
        }
        try edit("short-supersedes", .malformed, "A passport's id has 16 bytes.", 5, .bytes([1]))
        try edit("kind-0", .malformed, "Kinds start at 1.", 1, CBORItem(0))
        let date = CBORItem(fields: [(1, CBORItem(1)), (2, CBORItem(20_260_231)), (4, CBORItem(1))])
        try edit("no-such-day", .malformed, "A date is a day of the calendar.", 3, date)
        try edit(
            "empty-list", .malformed, "An empty list is left out: one encoding.", 4,
            CBORItem(fields: [(5, .array([]))]))
        try edit(
            "preferred-false", .malformed, "False is written by absence.", 4,
            CBORItem(fields: [
                (2, .array([CBORItem(fields: [(1, .text("ar")), (3, .bool(false))])]))
            ]))
        try edit(
            "control-character", .malformed, "Text has no control characters.", 4,
            CBORItem(fields: [(1, CBORItem(fields: [(1, .text("a\u{1B}[0m"))]))]))
    }

    /// Content at its limits; `more` passes one of them.
    private func full(_ more: String = "") throws -> EmergencyContent {
        func count(_ limit: Int, _ name: String) -> Int { limit + (more == name ? 1 : 0) }
        func text(_ limit: Int, _ name: String) -> String {
            String(repeating: "a", count: count(limit, name))
        }
        var content = EmergencyContent()
        content.subject.pseudonym = text(Limits.shortTextCharacters, "shortTextCharacters")
        content.languages = (0..<count(Limits.elementsPerInnerList, "elementsPerInnerList")).map {
            SpokenLanguage("ar-x-\($0)")
        }
        let tag = "ar" + String(repeating: "-aaaaaaaa", count: 3) + "-aaaaa"
        content.languages[0] = SpokenLanguage(tag + (more == "languageTagCharacters" ? "a" : ""))
        content.alerts = (0..<count(Limits.elementsPerList, "elementsPerList")).map {
            Alert(.allergy, codes: [Code(.snomed, "\($0)")])
        }
        content.alerts[0] = Alert(
            .allergy,
            codes: (0..<count(Limits.codesPerItem, "codesPerItem")).map { Code(.snomed, "\($0)") })
        content.alerts[1] = Alert(
            .allergy,
            codes: [
                Code(
                    CodeSystem(text(Limits.systemCharacters, "systemCharacters")),
                    text(Limits.codeCharacters, "codeCharacters"),
                    display: text(Limits.displayCharacters, "displayCharacters"))
            ])
        return content
    }

    private func limits() throws {
        add(
            "limits-of-emergency", .accept, "Content at all its limits at once.",
            try bytes(.emergency(full())))
        for name in [
            "shortTextCharacters", "elementsPerInnerList", "languageTagCharacters",
            "elementsPerList", "codesPerItem", "systemCharacters", "codeCharacters",
            "displayCharacters",
        ] {
            add(
                "past-\(name)", .malformed, "One past the limit \(name) is refused.",
                try bytes(.emergency(full(name))))
        }
        var plan = SafetyPlan()
        plan.texts = [1: String(repeating: "a", count: Limits.freeTextCharacters)]
        var risk = RiskContent()
        risk.plan = plan
        add("limits-of-risk", .accept, "Free text at its limit.", try bytes(.risk(risk)))
        risk.plan?.texts[1]?.append("a")
        add(
            "past-freeTextCharacters", .malformed, "Free text past its limit.",
            try bytes(.risk(risk)))
        var intervention = Intervention(try Content.term("trt"))
        var episode = CareEpisode()
        var care = CareContent()
        for sessions in [Limits.sessions, Limits.sessions + 1] {
            intervention.sessions = sessions
            intervention.session = 1
            episode.interventions = [intervention]
            care.episodes = [episode]
            let fits = sessions == Limits.sessions
            add(
                fits ? "limits-of-care" : "past-sessions", fits ? .accept : .malformed,
                "A course has at most \(Limits.sessions) sessions.", try bytes(.care(care)))
        }
        for count in [Limits.sectionBytes, Limits.sectionBytes + 1] {
            let fits = count == Limits.sectionBytes
            add(
                fits ? "size-at-limit" : "size-past-limit", fits ? .accept : .malformed,
                "A section has at most \(Limits.sectionBytes) bytes.",
                try Sized.bytes(count) { padding in
                    try Forge.fields(bytes(.risk(RiskContent()))) {
                        $0[CBORItem(1)] = CBORItem(200)
                        $0[CBORItem(4)] = CBORItem(fields: [(1, .bytes(padding))])
                    }
                })
        }
    }

    /// What a later version wrote is kept byte for byte and counted.
    private func later() throws {
        let emergency = try bytes(.emergency(full()))
        add(
            "unknown-kind", .accept, "A kind of a later version is kept as it is.",
            try Forge.fields(emergency) {
                $0[CBORItem(1)] = CBORItem(7)
                $0[CBORItem(4)] = CBORItem(fields: [(1, .text("later"))])
            })
        add(
            "unknown-elements", .accept, "Elements and terms of a later version are kept.",
            try Forge.fields(bytes(.emergency(EmergencyContent()))) {
                $0[CBORItem(9)] = .text("later")
                $0[CBORItem(4)] = CBORItem(fields: [
                    (1, CBORItem(fields: [(2, CBORItem(2009)), (99, .text("later"))])),
                    (3, CBORItem(60_000)), (50, .array([CBORItem(1)])),
                ])
            })
        add(
            "past-termNumber", .malformed, "A term's number has 16 bits.",
            try Forge.fields(bytes(.emergency(EmergencyContent()))) {
                $0[CBORItem(4)] = CBORItem(fields: [(3, CBORItem(65_536))])
            })
        add(
            "unknown-kind-no-map", .malformed, "Content of any kind is a map.",
            try Forge.fields(emergency) {
                $0[CBORItem(1)] = CBORItem(7)
                $0[CBORItem(4)] = .text("later")
            })
        for (name, mantissa, exponent) in [
            ("decimalDigits", 1_000_000_000_000_000, 0), ("decimalPlaces", 1, -10),
        ] {
            let total = CBORItem.tagged(4, .array([CBORItem(exponent), CBORItem(mantissa)]))
            let score = CBORItem(fields: [
                (1, CBORItem(fields: [(1, CBORItem(8)), (2, .text("phq-9"))])), (2, total),
            ])
            add(
                "past-\(name)", .malformed, "One past the limit \(name) is refused.",
                try Forge.fields(bytes(.scores(ScoresContent()))) {
                    $0[CBORItem(4)] = CBORItem(fields: [(1, .array([score]))])
                })
        }
    }
}
