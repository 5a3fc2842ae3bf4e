import CarePassport

/// Writes the subject. The profile asks for a name and a day of birth: what does not travel is
/// said to be masked, in FHIR's own way.
enum PatientWriter {
    static func write(_ content: EmergencyContent) -> JSON {
        let subject = content.subject
        let access = content.accessNeeds.map { need in
            JSON.members([
                ("url", .string(FHIRNames.extension("access-need"))),
                (
                    "extension",
                    .extensions([
                        .term("need", need.need), .term("difficulty", need.difficulty),
                    ])
                ),
            ])
        }
        let birth = subject.birthYear.map { JSON.string("\($0)") }
        let sex = subject.sex.map { JSON.string($0.word) }
        return .members([
            ("resourceType", .string("Patient")),
            ("name", .array([.absent("masked")])),
            ("birthDate", birth),
            ("_birthDate", birth == nil ? .absent("masked") : nil),
            ("gender", sex),
            (
                "identifier",
                subject.pseudonym.map {
                    .array([
                        .object([
                            "system": .string(FHIRNames.pseudonym), "value": .string($0),
                        ])
                    ])
                }
            ),
            (
                "communication",
                content.languages.isEmpty ? nil : .array(content.languages.map(language))
            ),
            (
                "extension",
                .extensions(
                    [
                        .term("age-band", subject.ageBand),
                        .term("interpreter", content.interpreter),
                    ] + access)
            ),
        ])
    }

    private static func language(_ language: SpokenLanguage) -> JSON {
        .members([
            (
                "language",
                .object(["coding": .array([.coding(FHIRNames.bcp47, language.tag)])])
            ),
            ("preferred", language.isPreferred ? .bool(true) : nil),
            ("extension", .extensions(language.uses.map { .term("language-use", $0) })),
        ])
    }
}
