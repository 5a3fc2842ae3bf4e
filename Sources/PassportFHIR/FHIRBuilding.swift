import CarePassport
import PassportCoding

/// Builds the FHIR values that several resources share; each is read back by its counterpart
/// in `FHIRValues.swift`.
extension JSON {
    static func text(_ text: String?) -> JSON? { text.map(JSON.string) }

    static func date(_ date: PartialDate?) -> JSON? { date.map { .string($0.text) } }

    static func decimal(_ number: DecimalNumber) -> JSON { .number(number.text) }

    static func coding(_ system: String, _ code: String, _ display: String? = nil) -> JSON {
        .members([
            ("system", .string(system)), ("code", .string(code)), ("display", text(display)),
        ])
    }

    static func coding(_ code: Code) -> JSON {
        let derived = Code.derivedStatus(code.system, code.code)
        let status = code.status == derived ? nil : code.status
        return .members([
            ("system", .string(code.system.uri)), ("code", .string(code.code)),
            ("display", text(code.display)),
            ("extension", extensions([.term("code-status", status)])),
        ])
    }

    static func concept(_ codes: [Code]) -> JSON? {
        codes.isEmpty ? nil : .object(["coding": .array(codes.map { coding($0) })])
    }

    static func concept(_ system: String, _ code: String) -> JSON {
        .object(["coding": .array([coding(system, code)])])
    }

    static func term<V>(concept term: Term<V>) -> JSON {
        concept(FHIRNames.system(V.name), term.word)
    }

    static func period(_ start: PartialDate?, _ end: PartialDate?) -> JSON? {
        guard start != nil || end != nil else { return nil }
        return .members([("start", date(start)), ("end", date(end))])
    }

    static func `extension`(_ name: String, _ type: String, _ value: JSON?) -> JSON? {
        value.map {
            .object(["url": .string(FHIRNames.extension(name)), "value\(type)": $0])
        }
    }

    static func term<V>(_ name: String, _ term: Term<V>?) -> JSON? {
        .extension(name, "Code", term.map { .string($0.word) })
    }

    /// A list of extensions; nil when none is left.
    static func extensions(_ list: [JSON?]) -> JSON? {
        let present = list.compactMap { $0 }
        return present.isEmpty ? nil : .array(present)
    }

    /// What stands where a profile asks for a value that there is not (`unknown`, `masked`).
    static func absent(_ reason: String) -> JSON {
        .object([
            "extension": .array([
                .object([
                    "url": .string(FHIRNames.dataAbsent), "valueCode": .string(reason),
                ])
            ])
        ])
    }

    /// This object with more members.
    func adding(_ pairs: [(String, JSON?)]) -> JSON {
        guard case .object(var members) = self else { return self }
        for (name, value) in pairs { if let value { members[name] = value } }
        return .object(members)
    }
}
