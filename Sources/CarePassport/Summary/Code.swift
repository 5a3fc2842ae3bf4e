import PassportCoding

/// One code with its origin, its words and what stands behind it.
public struct Code: Element {
    static let elementName = "code"

    /// Where the code comes from.
    public var system: CodeSystem
    /// The code.
    public var code: String
    /// The code's words in some language, as the source had them.
    public var display: String?
    /// What stands behind the code.
    public var status: Term<CodeStatus>
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A code; its status is the one that this version's tables give it, unless told.
    public init(
        _ system: CodeSystem, _ code: String, display: String? = nil,
        status: Term<CodeStatus>? = nil
    ) {
        self.system = system
        self.code = code
        self.display = display
        self.status = status ?? Self.derivedStatus(system, code)
    }

    /// The status that this version's tables give a code.
    public static func derivedStatus(_ system: CodeSystem, _ code: String) -> Term<CodeStatus> {
        if VerifiedCodes.contains(system, code) { return .verified }
        return system.isLocal ? .local : .asImported
    }

    /// The words, or system and code where there are none.
    public var label: String { display ?? "\(system.uri) \(code)" }

    var members: [(Int, CBORItem?)] {
        [
            (1, system.item), (2, .text(code)), (3, display.map(CBORItem.text)), (4, status.item),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        system = try CodeSystem(try reader.take(1, "system"))
        reader.note(known: system.isKnown)
        code = try reader.text(2, "code", maximum: Limits.codeCharacters)
        display = try reader.optionalText(3, "display", maximum: Limits.displayCharacters)
        status = try reader.term(4, "status")
    }
}

extension Term where V == CodeStatus {
    /// Checked against a source that this project names.
    public static var verified: Self { Self(number: 1) }
    /// Made up by this project.
    public static var local: Self { Self(number: 2) }
    /// Known to be wrong; kept so that a reader sees what was meant.
    public static var withdrawn: Self { Self(number: 3) }
    /// As the source had it, unchecked.
    public static var asImported: Self { Self(number: 4) }
}
