import CarePassport
import PassportCoding

/// Takes the properties of one object of a supplement; what nobody took is refused, because a
/// misspelt property in a form filled by hand would otherwise be lost in silence.
struct SupplementObject {
    private var members: [String: JSON]
    private let path: String

    init(_ json: JSON, _ path: String) throws(FHIRError) {
        guard case .object(let members) = json else {
            throw Self.malformed(path, "not an object")
        }
        self.members = members
        self.path = path
    }

    private static func malformed(_ path: String, _ what: String) -> FHIRError {
        FHIRError(
            .malformedSupplement, "\(path): \(what)", hint: "see the supplement's form in the spec")
    }

    func malformed(_ name: String, _ what: String) -> FHIRError {
        Self.malformed("\(path).\(name)", what)
    }

    mutating func take(_ name: String) -> JSON? { members.removeValue(forKey: name) }

    func finish() throws(FHIRError) {
        guard members.isEmpty else {
            throw Self.malformed(
                path, "\(members.count) properties that the form does not have")
        }
    }

    mutating func object(_ name: String) throws(FHIRError) -> SupplementObject? {
        guard let json = take(name) else { return nil }
        return try SupplementObject(json, "\(path).\(name)")
    }

    mutating func objects(_ name: String) throws(FHIRError) -> [SupplementObject] {
        guard let json = take(name) else { return [] }
        guard case .array(let elements) = json else { throw malformed(name, "not a list") }
        var objects: [SupplementObject] = []
        for (index, element) in elements.enumerated() {
            objects.append(try SupplementObject(element, "\(path).\(name)[\(index)]"))
        }
        return objects
    }

    mutating func text(_ name: String) throws(FHIRError) -> String? {
        guard let json = take(name) else { return nil }
        guard let text = json.string else { throw malformed(name, "not text") }
        return text
    }

    mutating func bool(_ name: String) throws(FHIRError) -> Bool {
        guard let json = take(name) else { return false }
        guard let value = json.bool else { throw malformed(name, "not true or false") }
        return value
    }

    mutating func int(_ name: String) throws(FHIRError) -> Int? {
        guard let json = take(name) else { return nil }
        guard let value = json.int else { throw malformed(name, "not a whole number") }
        return value
    }

    mutating func decimal(_ name: String) throws(FHIRError) -> DecimalNumber? {
        guard let json = take(name) else { return nil }
        guard let value = json.decimal else { throw malformed(name, "not a number") }
        return value
    }

    mutating func date(_ name: String) throws(FHIRError) -> PartialDate? {
        guard let text = try text(name) else { return nil }
        guard let date = PartialDate(text) else { throw malformed(name, "not a date") }
        return date
    }

    mutating func term<V>(_ name: String) throws(FHIRError) -> Term<V>? {
        guard let text = try text(name) else { return nil }
        guard let term = Term<V>(text), term.isKnown else {
            throw malformed(name, "not a word of \(V.name)")
        }
        return term
    }

    mutating func terms<V>(_ name: String) throws(FHIRError) -> [Term<V>] {
        guard let json = take(name) else { return [] }
        guard case .array(let elements) = json else { throw malformed(name, "not a list") }
        var terms: [Term<V>] = []
        for element in elements {
            guard let term = element.string.flatMap({ Term<V>($0) }), term.isKnown else {
                throw malformed(name, "not a word of \(V.name)")
            }
            terms.append(term)
        }
        return terms
    }

    mutating func required<Value>(_ name: String, _ value: Value?) throws(FHIRError) -> Value {
        guard let value else { throw malformed(name, "is missing") }
        return value
    }

    /// Codes as `{"system", "code", "display"}`; what may not travel is refused here too.
    mutating func codes(_ name: String) throws(FHIRError) -> [Code] {
        var codes: [Code] = []
        for object in try objects(name) { codes.append(try object.code()) }
        return codes
    }

    mutating func code(_ name: String) throws(FHIRError) -> Code? {
        guard let object = try object(name) else { return nil }
        return try object.code()
    }

    private func code() throws(FHIRError) -> Code {
        var copy = self
        let system = try copy.required("system", try copy.text("system"))
        let code = try copy.required("code", try copy.text("code"))
        let display = try copy.text("display")
        try copy.finish()
        guard !DoNotTravel.blocks(system: system, code: code, display: display) else {
            throw FHIRError(
                .invalidContent, .refused, "\(path): a matter that does not travel",
                hint: "leave it out")
        }
        return Code(CodeSystem(system), code, display: display)
    }
}
