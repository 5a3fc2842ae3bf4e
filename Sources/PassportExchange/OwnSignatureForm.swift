internal import PassportCoding

/// Reads signatures in the one form that we write ourselves; everything else is the parser's.
///
/// Measured: the parser of structured fields took longer than the check of the signature, and
/// nearly every request is by one of us. What is read here is written again, and only the same
/// text counts: nothing is taken that the parser would read otherwise.
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
        let text = String(input.dropFirst(start.count))
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
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
            let bytes = try? Base64.decode(String(text.dropFirst(start.count).dropLast())),
            bytes.count == 64, "\(start)\(Base64.encode(bytes)):" == text
        else { return nil }
        return bytes
    }

    private static func components(_ list: Substring) -> [String]? {
        guard list.hasPrefix("("), list.hasSuffix(")") else { return nil }
        let names = list.dropFirst().dropLast().split(separator: " ")
            .map { String($0.dropFirst().dropLast()) }
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
        guard part.hasPrefix(name + "="), let seconds = Int64(part.dropFirst(name.count + 1)),
            seconds >= 0
        else { return nil }
        return Timestamp(clamping: seconds)
    }

    private static func quoted(_ part: Substring, _ name: String) -> String? {
        guard part.hasPrefix(name + "=\""), part.hasSuffix("\""), part.count > name.count + 2
        else { return nil }
        return String(part.dropFirst(name.count + 2).dropLast())
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
