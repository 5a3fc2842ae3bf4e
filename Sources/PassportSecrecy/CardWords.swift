public import PassportCoding
public import PassportCrypto

/// Words that a person keeps in the head instead of a card: eight, drawn and never chosen.
///
/// Each stands for 11 bits. 80 of the 88 bits are random; the last 8 check the others, so that
/// words in another order or with one mistaken are noticed. The card's secret is what Argon2id
/// makes of the 80 bits: each guess costs a tenth of a second and 64 MiB.
public struct CardWords: Sendable {
    /// A list of 2,048 words, or of their numbers.
    ///
    /// The lists are those of BIP-39 (MIT licence), which are made to be kept in the head: the
    /// words of a list differ in their first letters. There is none in Arabic, Persian or German;
    /// the numbers of the words are the same in every language.
    public enum List: String, CaseIterable, Sendable {
        /// English.
        case english = "en"
        /// French.
        case french = "fr"
        /// Turkish.
        case turkish = "tr"
        /// Four digits for each word, 0001 to 2048.
        case numbers

        private var file: [UInt8] {
            switch self {
            case .english: PackageResources.words_en_txt
            case .french: PackageResources.words_fr_txt
            case .turkish: PackageResources.words_tr_txt
            case .numbers: []
            }
        }

        /// The words in their order.
        var words: [String] {
            guard self != .numbers else {
                return (1...CardWords.listCount).map { number in
                    let text = String(number)
                    return String(repeating: "0", count: max(4 - text.count, 0)) + text
                }
            }
            return String(decoding: file, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    /// Words in a phrase.
    public static let count = 8
    static let listCount = 2_048
    private static let bitsPerWord = 11
    private static let randomBytes = 10

    /// Words that would say to an officer what the phrase is for are not drawn, in any list.
    private static let telling: Set<String> = [
        "abuse", "clinic", "dentist", "disease", "doctor", "dose", "exile", "health", "hospital",
        "illness", "injury", "insane", "nurse", "panic", "patient", "pill", "police", "prison",
        "sick", "symptom", "virus", "blessant", "docteur", "doseur", "exiler", "psychose",
        "refuge", "vaccin", "doktor", "ecza", "ilaç", "kanser",
    ]

    private static let tellingIndices = Set(
        List.allCases.flatMap { list in
            list.words.enumerated().filter { telling.contains($0.element) }.map(\.offset)
        })

    /// Numbers of the words, from 0.
    private let indices: [Int]

    /// Draws new words.
    public init(from randomness: Randomness) {
        while true {
            let drawn = Self.indices(randomness.bytes(Self.randomBytes))
            guard Self.tellingIndices.isDisjoint(with: drawn) else { continue }
            indices = drawn
            return
        }
    }

    /// Reads what a person wrote or said: words of one list, in any case and with or without
    /// accents, or their first letters, at least four, as long as only one word of the list
    /// begins so; or numbers, in Western, Arabic or Persian digits.
    ///
    /// - Throws: `mistypedWords`.
    public init(text: String) throws(SecrecyError) {
        let mistyped = SecrecyError(
            .mistypedWords, "these are not the words of a card",
            hint: "eight words in their order, each as it was given; see to every letter")
        guard text.utf8.count <= Limits.passphraseBytes else { throw mistyped }
        let given = Self.parts(of: text).map(Self.plain)
        guard given.count == Self.count else { throw mistyped }
        let readings = Set(List.allCases.compactMap { Self.indices(of: given, in: $0) })
        // Words that two lists share could be read in two ways: the checksum leaves one.
        guard let indices = readings.first, readings.count == 1 else { throw mistyped }
        self.indices = indices
    }

    /// True for several words, or several numbers: what was meant as the words of a card, however
    /// mistaken. A card that is typed with spaces has both letters and digits.
    public static func isLikely(_ text: String) -> Bool {
        let parts = parts(of: text)
        let digits = parts.joined().unicodeScalars.map { PIN.digit($0) != nil }
        return parts.count > 1 && (digits.allSatisfy(\.self) || !digits.contains(true))
    }

    private static func parts(of text: String) -> [String] {
        TypedText.parts(of: text).flatMap { $0.split(separator: ",") }.map { String($0) }
    }

    /// The words in a list. Whoever has them has the card.
    public func text(in list: List) -> String {
        let words = list.words
        return indices.map { words[$0] }.joined(separator: " ")
    }

    /// The secret of the card.
    func secret() throws(SecrecyError) -> SecretBytes {
        var bytes = Self.bytes(indices)
        bytes.removeLast(bytes.count - Self.randomBytes)
        let salt = Digest.sha256(label: "care-passport/1 words salt").bytes
        return try Passphrase(exactly: &bytes).stretched(
            salt: Array(salt.prefix(Passphrase.saltBytes)), count: CardSecret.byteCount)
    }

    // MARK: - Bits

    private static func check(_ random: [UInt8]) -> UInt8 {
        Digest.sha256(label: "care-passport/1 words", random).bytes[0]
    }

    private static func indices(_ random: [UInt8]) -> [Int] {
        let bits = (random + [check(random)]).flatMap { byte in
            (0..<8).map { Int(byte >> (7 - $0)) & 1 }
        }
        return stride(from: 0, to: bits.count, by: bitsPerWord).map { start in
            bits[start..<start + bitsPerWord].reduce(0) { $0 << 1 | $1 }
        }
    }

    private static func bytes(_ indices: [Int]) -> [UInt8] {
        let bits = indices.flatMap { index in
            (0..<bitsPerWord).map { index >> (bitsPerWord - 1 - $0) & 1 }
        }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            UInt8(bits[start..<start + 8].reduce(0) { $0 << 1 | $1 })
        }
    }

    /// The numbers of the words in a list whose checksum holds, or nil.
    private static func indices(of given: [String], in list: List) -> [Int]? {
        let words = list.words.map(plain)
        var indices: [Int] = []
        for word in given {
            guard let index = index(of: word, in: words, list) else { return nil }
            indices.append(index)
        }
        let bytes = bytes(indices)
        guard check(Array(bytes.prefix(randomBytes))) == bytes.last else { return nil }
        return indices
    }

    /// A word as it is compared: keyboards at hand lack the accents of the list, and capital I
    /// is that of two Turkish letters.
    private static func plain(_ word: String) -> String {
        let scalars = word.lowercased().unicodeScalars
            .filter { $0.properties.generalCategory != .nonspacingMark }
            .map { plainLetters[$0] ?? $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Letters with their accents in one; those with marks of their own lose the marks.
    private static let plainLetters: [Unicode.Scalar: Unicode.Scalar] = {
        let letters: [(Unicode.Scalar, String)] = [
            ("a", "àâä"), ("c", "ç"), ("e", "éèêë"), ("g", "ğ"), ("i", "ıîï"), ("o", "ôö"),
            ("s", "ş"), ("u", "ùûü"),
        ]
        let pairs = letters.flatMap { plain, accented in
            accented.unicodeScalars.map { ($0, plain) }
        }
        return Dictionary(pairs) { first, _ in first }
    }()

    private static func index(of word: String, in words: [String], _ list: List) -> Int? {
        if list == .numbers {
            let digits = word.unicodeScalars.map(PIN.digit)
            guard digits.count <= 4, !digits.contains(nil) else { return nil }
            let number = digits.compactMap(\.self).reduce(0) { $0 * 10 + Int($1) }
            return (1...listCount).contains(number) ? number - 1 : nil
        }
        if let whole = words.firstIndex(of: word) { return whole }
        let begun = words.indices.filter { words[$0].hasPrefix(word) }
        return word.count >= 4 && begun.count == 1 ? begun[0] : nil
    }
}
