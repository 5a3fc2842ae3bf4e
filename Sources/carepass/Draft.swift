import CarePassport
import PassportCoding
import PassportCrypto
internal import PassportSecrecy
internal import PassportStore

/// A summary under work, as it stands in the vault: the sections that will be sealed.
struct Draft {
    var sections: [Section]

    init(sections: [Section]) { self.sections = sections }

    init(decoding bytes: [UInt8]) throws {
        sections = try CBORValue(CBORReader.item(from: bytes), "draft").array(0...64)
            .map { try Section(decoding: $0.bytes(1...Limits.sectionBytes)) }
    }

    func encoded() -> [UInt8] {
        CBORItem.array(sections.map { .bytes($0.encoded()) }).encoded()
    }

    var summary: CareSummary { CareSummary(sections) }

    /// The name under which the vault keeps a draft; a row moved to another name does not open.
    static func place(_ id: Identifier) -> String { "draft/\(id)" }

    /// Reads a draft of a home.
    static func load(_ text: String, from home: borrowing Home) throws -> (Identifier, Draft) {
        guard let bytes = try? Hexadecimal.decode(text.lowercased()),
            let id = Identifier(bytes: bytes)
        else {
            throw CommandError(
                .badArgument, .badInput, Words.say("error.draft-number"),
                hint: Words.say("hint.draft-number"))
        }
        let opened = try home.keys.vault().open(home.store.draft(id), place: place(id))
        return (id, try Draft(decoding: opened))
    }
}
