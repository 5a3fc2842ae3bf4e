import PassportCoding

/// Language tags and country codes, checked for form only.
public enum Tags {
    /// True for text in the form of a BCP-47 language tag.
    public static func isLanguage(_ text: String) -> Bool {
        guard (2...Limits.languageTagCharacters).contains(text.utf8.count) else { return false }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, (2...8).contains(first.utf8.count),
            first.utf8.allSatisfy(isLetter)
        else { return false }
        return parts.dropFirst().allSatisfy { part in
            (1...8).contains(part.utf8.count)
                && part.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
        }
    }

    /// True for two capital letters (ISO 3166-1 alpha-2).
    public static func isCountry(_ text: String) -> Bool {
        text.utf8.count == 2 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte & 0xDF) && byte >= 0x41
    }
}

extension ElementReader {
    mutating func language(_ key: Int, _ name: String) throws(CodingError) -> String? {
        guard let value = optional(key, name) else { return nil }
        let text = try value.careText(maximum: Limits.languageTagCharacters)
        guard Tags.isLanguage(text) else {
            throw CodingError(.unexpectedItem, "\(value.place): not a language tag")
        }
        return text
    }

    mutating func country(_ key: Int, _ name: String) throws(CodingError) -> String? {
        guard let value = optional(key, name) else { return nil }
        let text = try value.careText(maximum: 2)
        guard Tags.isCountry(text) else {
            throw CodingError(.unexpectedItem, "\(value.place): not a country code")
        }
        return text
    }
}
