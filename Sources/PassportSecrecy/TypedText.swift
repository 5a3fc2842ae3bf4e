/// What a person typed from a card or from the head.
enum TypedText {
    /// Its parts. What separates them is no part of it: white space, characters that are not
    /// seen, and dashes.
    ///
    /// A card is printed in four lines; editors begin a file with a byte order mark, end lines in
    /// two characters, and make long dashes of hyphens.
    static func parts(of text: String) -> [String] {
        text.unicodeScalars.split { scalar in
            switch scalar.properties.generalCategory {
            case .dashPunctuation, .format: true
            // The minus sign is no dash by category.
            default: scalar.properties.isWhitespace || scalar == "\u{2212}"
            }
        }.map { String($0) }
    }
}
