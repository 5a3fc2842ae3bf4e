internal import PassportCoding

/// Reads signatures in the one form that we write ourselves; everything else is the parser's.
///
/// Measured: the parser of structured fields took longer than the check of the signature, and
/// nearly every request is by one of us. What is read here is written again, and only the same
/// text counts: nothing is taken that the parser would read otherwise. All of it is ASCII, and
/// taken apart byte by byte: looking for whole characters took three times as long.
struct OwnSignatureForm {
    let parameters: SignatureParameters
    /// The value of `@signature-params`.
    let text: String

    static let label = "carepass"
    private static let longest = 1_024

    /// Reads `Signature-Input`; nil when it has another form.
    init?(input: String) {
        let start = Self.label + "="
        // Characters that are equal to others in Unicode are bytes that the parser refuses.
        guard input.utf8.count <= Self.longest, input.utf8.allSatisfy({ $0 < 0x80 }),
            input.hasPrefix(start)
        else { return nil }
        let text = String(Substring(input.utf8.dropFirst(start.utf8.count)))
        let parts = Self.split(text.utf8[...], at: UInt8(ascii: ";"))
        guard parts.count == 7, let components = Self.components(parts[0]),
            let created = Self.moment(parts[1], "created"),
            let expires = Self.moment(parts[2], "expires"),
            let nonce = Self.quoted(parts[3], "nonce"), Self.isNonce(nonce),
            let keyID = Self.quoted(parts[4], "keyid").flatMap({ try? RequestKeyID(text: $0) })
        else { return nil }
        parameters = SignatureParameters(
            components: components, created: created, expires: expires, nonce: nonce,
            keyID: keyID)
        // Tag and algorithm are among what has to be the same.
        guard parameters.text == text else { return nil }
        self.text = text
    }

    /// Reads `Signature`; nil when it has another form.
    static func signature(_ text: String) -> [UInt8]? {
        let start = Self.label + "=:"
        guard text.utf8.count <= Self.longest, text.utf8.allSatisfy({ $0 < 0x80 }),
            text.hasPrefix(start), text.hasSuffix(":"),
            let bytes = try? Base64.decode(
                String(Substring(text.utf8.dropFirst(start.utf8.count).dropLast()))),
            bytes.count == 64, "\(start)\(Base64.encode(bytes)):" == text
        else { return nil }
        return bytes
    }

    private static func split(_ text: Substring.UTF8View, at separator: UInt8) -> [Substring] {
        text.split(separator: separator, omittingEmptySubsequences: false).map { Substring($0) }
    }

    private static func components(_ list: Substring) -> [String]? {
        guard list.hasPrefix("("), list.hasSuffix(")") else { return nil }
        let names = split(list.utf8.dropFirst().dropLast(), at: UInt8(ascii: " "))
            .map { String(Substring($0.utf8.dropFirst().dropLast())) }
        guard Set(names).count == names.count, names.allSatisfy(isName) else { return nil }
        return names
    }

    /// A field's name as we write it, or a derived component's; nothing that a string would have
    /// to escape.
    private static func isName(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "@"): true
            default: false
            }
        }
    }

    private static func moment(_ part: Substring, _ name: String) -> Timestamp? {
        guard part.hasPrefix(name + "="),
            let seconds = Int64(Substring(part.utf8.dropFirst(name.utf8.count + 1))),
            seconds >= 0
        else { return nil }
        return Timestamp(clamping: seconds)
    }

    private static func quoted(_ part: Substring, _ name: String) -> String? {
        let count = name.utf8.count + 2
        guard part.hasPrefix(name + "=\""), part.utf8.last == UInt8(ascii: "\""),
            part.utf8.count > count
        else { return nil }
        return String(Substring(part.utf8.dropFirst(count).dropLast()))
    }

    /// Base64url has nothing in it that a string would have to escape.
    private static func isNonce(_ text: String) -> Bool {
        SignatureParameters.nonceCharacters.contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
