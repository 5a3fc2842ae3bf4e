import CarePassport
import PassportCoding

/// Section kinds as people write them.
enum SectionNames {
    /// Reads `emergency,medication` into kinds; there is no "all".
    static func kinds(_ texts: [String]) throws -> [Int] {
        let names = texts.flatMap { $0.split(separator: ",").map(String.init) }
        return try names.map { name in
            guard let kind = SectionKind(name: name) else {
                throw CommandError(
                    .badArgument, .badInput, Words.say("error.section", ViewText.clean(name)),
                    hint: Words.say("hint.sections"))
            }
            return kind.rawValue
        }
    }

    /// The name of a kind, or its number when this version has none.
    static func name(_ kind: Int) -> String { SectionKind(rawValue: kind)?.name ?? "\(kind)" }

    /// Several kinds in one text.
    static func names(_ kinds: [Int]) -> String { kinds.map(name).joined(separator: ", ") }
}
