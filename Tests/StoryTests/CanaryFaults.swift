/// Input that must be refused and is full of canaries.
struct CanaryFault: Sendable {
    let form: String
    let isSupplement: Bool
    var status: Int32 = 65
    /// Damage that only bytes can have.
    var change: @Sendable ([UInt8]) -> [UInt8] = { $0 }
}

enum CanaryFaults {
    static let all: [CanaryFault] = supplements + bundles

    private static func supplement(
        _ content: String, status: Int32 = 65,
        change: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }
    ) -> CanaryFault {
        CanaryFault(
            form: #"{"form": "care-passport-supplement/1", \#(content)}"#, isSupplement: true,
            status: status, change: change)
    }

    private static let supplements: [CanaryFault] = [
        CanaryFault(form: #"{"form": "@x.form"}"#, isSupplement: true),
        CanaryFault(form: #""@x.bare""#, isSupplement: true),
        CanaryFault(form: "@x.raw", isSupplement: true),
        supplement(#""@x.property": {"@x.inner": 1}"#),
        supplement(#""risk": {"@x.property": "@x.value"}"#),
        supplement(#""emergency": {"sex": "@x.word"}"#),
        supplement(#""emergency": {"birthYear": "@x.number"}"#),
        supplement(#""emergency": {"languages": ["@x.element"]}"#),
        supplement(#""emergency": {"languages": [{"tag": "@x.tag with spaces"}]}"#),
        supplement(#""emergency": {"pseudonym": "@x.first", "pseudonym": "@x.second"}"#),
        supplement(#""emergency": {"pseudonym": "\#(long("@x.long"))"}"#),
        supplement(#""emergency": {"pseudonym": "@x.control\u0007"}"#),
        supplement(#""emergency": {"pseudonym": "@x.escape\q"}"#),
        supplement(#""scores": {"scores": [{"instrument": "@x.instrument", "total": 1}]}"#),
        supplement(#""scores": {"scores": [{"instrument": "phq-9", "total": "@x.total"}]}"#),
        supplement(#""care": {"episodes": [{"country": "@x.country"}]}"#),
        supplement(#""care": {"episodes": [{"start": "@x.date"}]}"#),
        supplement(#""risk": {"safetyPlan": {"@x.step": "@x.text"}}"#),
        supplement(#""risk": {"safetyPlan": {"coping": "\#(long("@x.plan"))"}}"#),
        supplement(
            #""risk": {"safetyPlan": {"coping": "@x.torture about torture"}}"#, status: 77),
        supplement(
            #""diagnosis": {"diagnoses": [{"codes": [{"system": "urn:x", "code": "@x.code", "#
                + #""display": "@x.display rape"}]}]}"#, status: 77),
        supplement(#""care": {"deep": \#(nested("@x.deep"))}"#),
        supplement(#""emergency": {"pseudonym": "@x.cut"}"#) { Array($0.dropLast(3)) },
        supplement(#""emergency": {"pseudonym": "@x.utf"}"#) { bytes in
            Array(bytes.dropLast(3)) + [0xFF] + Array(bytes.suffix(3))
        },
        supplement(#""emergency": {"pseudonym": "@x.tail"}"#) { $0 + Array("qzqz".utf8) },
    ]

    private static let bundles: [CanaryFault] = [
        CanaryFault(form: #"{"resourceType": "@x.type"}"#, isSupplement: false),
        CanaryFault(
            form: #"{"resourceType": "Bundle", "type": "@x.kind"}"#, isSupplement: false),
        CanaryFault(
            form: #"{"resourceType": "Bundle", "type": "document", "entry": ["#
                + #"{"resource": {"resourceType": "@x.first"}}]}"#, isSupplement: false),
        CanaryFault(
            form: #"{"resourceType": "Bundle", "type": "document", "entry": ["#
                + #"{"resource": {"resourceType": "Composition", "type": {"coding": ["#
                + #"{"system": "http://loinc.org", "code": "@x.loinc"}]}}}]}"#,
            isSupplement: false),
        CanaryFault(form: CanaryInput.bundle, isSupplement: false) { Array($0.dropLast(200)) },
        CanaryFault(form: CanaryInput.bundle, isSupplement: false) { bytes in
            Array(bytes.prefix(bytes.count / 2))
        },
        CanaryFault(form: CanaryInput.bundle, isSupplement: true),
        CanaryFault(form: CanaryInput.supplement, isSupplement: false),
    ]

    private static func long(_ text: String) -> String {
        text + String(repeating: " a", count: 400)
    }

    private static func nested(_ text: String) -> String {
        String(repeating: "[", count: 80) + "\"\(text)\"" + String(repeating: "]", count: 80)
    }
}
