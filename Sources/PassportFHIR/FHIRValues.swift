import CarePassport
import PassportCoding

/// Values that stand in many resources.
extension JSON {
    /// The day of a date or dateTime member; its time of day never travels.
    func date(_ name: String) -> PartialDate? {
        guard let text = text(name) else { return nil }
        return PartialDate(text.prefix { $0 != "T" })
    }

    /// The extension with one of this project's names.
    func extensionValue(_ name: String) -> JSON? {
        list("extension").first { $0.text("url") == FHIRNames.extension(name) }
    }

    /// All extensions with one of this project's names.
    func extensionValues(_ name: String) -> [JSON] {
        list("extension").filter { $0.text("url") == FHIRNames.extension(name) }
    }

    func extensionCode(_ name: String) -> String? { extensionValue(name)?.text("valueCode") }

    func extensionTerm<V>(_ name: String) -> Term<V>? {
        extensionCode(name).flatMap { Term($0) }
    }

    func extensionTerms<V>(_ name: String) -> [Term<V>] {
        extensionValues(name).compactMap { $0.text("valueCode").flatMap { Term($0) } }
            .prefixArray(Limits.elementsPerInnerList)
    }

    func extensionDate(_ name: String) -> PartialDate? {
        extensionValue(name)?.date("valueDate")
    }

    func extensionText(_ name: String, maximum: Int) -> String? {
        extensionValue(name)?.text("valueString")
            .flatMap { CareText.cleaned($0, maximum: maximum)?.text }
    }

    func extensionInt(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = extensionValue(name)?["valueInteger"]?.int, range.contains(value) else {
            return nil
        }
        return value
    }

    func extensionLanguage(_ name: String) -> String? {
        extensionCode(name).flatMap { Tags.isLanguage($0) ? $0 : nil }
    }

    /// A number without a fraction.
    var int: Int? { numberText.flatMap { Int($0) } }

    /// A number as exact decimal.
    var decimal: DecimalNumber? { numberText.flatMap { DecimalNumber($0) } }
}

extension Array {
    func prefixArray(_ count: Int) -> [Element] { Array(prefix(count)) }
}

/// Which members of a resource were read, and under which rule the others were left out.
enum Leftovers {
    private static let technical: Set<String> = [
        "resourceType", "id", "meta", "language", "contained", "status", "intent", "subject",
        "patient",
    ]

    private static let rules: [String: ImportRule] = [
        "text": .narrative, "note": .freeText, "identifier": .identifiers,
        "recorder": .administrative, "asserter": .administrative, "encounter": .administrative,
        "context": .administrative, "informationSource": .administrative,
        "requester": .administrative, "performer": .administrative, "basedOn": .administrative,
        "partOf": .administrative, "author": .administrative, "custodian": .administrative,
        "dispenseRequest": .administrative, "reportOrigin": .administrative,
        "name": .demographics, "telecom": .demographics, "address": .demographics,
        "photo": .demographics, "contact": .demographics, "generalPractitioner": .demographics,
        "managingOrganization": .demographics, "maritalStatus": .demographics,
        "multipleBirthBoolean": .demographics, "multipleBirthInteger": .demographics,
        "deceasedBoolean": .demographics, "deceasedDateTime": .demographics,
        "link": .demographics, "active": .administrative,
    ]

    /// The rules for what a reader of `resource` did not read.
    static func rules(of resource: JSON, read: Set<String>) -> Set<ImportRule> {
        guard case .object(let members) = resource else { return [] }
        var result: Set<ImportRule> = []
        for name in members.keys where !technical.contains(name) && !read.contains(name) {
            let plain = name.hasPrefix("_") ? String(name.dropFirst()) : name
            if name == "extension" {
                let foreign = resource.list("extension").contains {
                    !($0.text("url") ?? "").hasPrefix(FHIRNames.extension(""))
                }
                if foreign { result.insert(.notInDictionary) }
            } else if !read.contains(plain) {
                result.insert(rules[plain] ?? .notInDictionary)
            }
        }
        return result
    }
}
