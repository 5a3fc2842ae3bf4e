import Foundation
import PassportTestSupport

/// One string that stands in one field of a test's input and nowhere else in the world.
struct Canary: Sendable {
    /// The section that holds it, or `never` for what an importer must drop.
    let section: String
    let field: String
    let text: String
    /// Every form in which it must not be found.
    let patterns: [[UInt8]]
}

/// Fills a form with canaries: `@section.field` becomes a random word, `@section.d1` a date.
///
/// Words have eight letters, so that a subtag of a language tag can be one too, and begin with
/// letters that no word on the do-not-travel list begins with.
struct CanaryForm {
    private(set) var text = ""
    private(set) var canaries: [Canary] = []

    init(_ form: String, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var day = 0
        var rest = form[...]
        while let match = rest.firstMatch(of: /@([a-z]+)\.([A-Za-z0-9-]+)/) {
            text += rest[..<match.range.lowerBound]
            let section = String(match.output.1)
            let field = String(match.output.2)
            let canary: Canary
            if field.wholeMatch(of: /d\d+/) != nil {
                day += 1
                canary = Self.date(section, field, day, seed)
            } else {
                canary = Self.word(section, field, &random)
            }
            text += canary.text
            canaries.append(canary)
            rest = rest[match.range.upperBound...]
        }
        text += rest
    }

    var bytes: [UInt8] { Array(text.utf8) }

    private static func word(
        _ section: String, _ field: String, _ random: inout SeededRandom
    ) -> Canary {
        let letters = Array("bcdfghjklmnpqrstvwxz")
        let text = "qz" + String((0..<6).compactMap { _ in random.element(of: letters) })
        return Canary(
            section: section, field: field, text: text, patterns: forms(of: Array(text.utf8)))
    }

    /// A day that nothing else has, and its number as sections hold it.
    private static func date(
        _ section: String, _ field: String, _ day: Int, _ seed: UInt64
    ) -> Canary {
        let year = 1951 + Int(seed % 2) * 20 + day / 28
        let (month, inMonth) = (11, day % 28 + 1)
        let text = "\(year)-\(month)-\(inMonth < 10 ? "0" : "")\(inMonth)"
        let number = year * 10_000 + month * 100 + inMonth
        let encoded = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        return Canary(
            section: section, field: field, text: text,
            patterns: forms(of: Array(text.utf8)) + forms(of: Array("\(number)".utf8))
                + [[0x1A] + encoded])
    }

    /// A string as UTF-8, both UTF-16, hexadecimal and Base64 at its three offsets.
    static func forms(of bytes: [UInt8]) -> [[UInt8]] {
        let hex = bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
        let base64 = (0..<3).map { offset -> [UInt8] in
            let padded = Data(Array(repeating: 0, count: offset) + bytes)
            let text = Array(padded.base64EncodedString().utf8)
            // Only the digits that hold nothing but bits of the string.
            let first = (offset * 8 + 5) / 6
            let end = (offset + bytes.count) * 8 / 6
            return Array(text[first..<end])
        }
        return [
            bytes, bytes.flatMap { [$0, 0] }, bytes.flatMap { [0, $0] }, Array(hex.utf8),
            Array(hex.uppercased().utf8),
        ] + base64
    }
}

/// Looks for many byte strings at once: thousands of patterns in megabytes, one pass for each
/// file.
struct CanarySearch {
    private struct Pattern {
        let canary: Int
        let bytes: [UInt8]
    }

    /// Shorter patterns would be found by chance.
    private static let keyLength = 5

    private let canaries: [Canary]
    private var patterns: [UInt64: [Pattern]] = [:]
    /// Whether any pattern begins with these two bytes: most places are left after one look.
    private var begins = [Bool](repeating: false, count: 65_536)

    init(_ canaries: [Canary]) {
        self.canaries = canaries
        for (index, canary) in canaries.enumerated() {
            for bytes in canary.patterns {
                precondition(bytes.count >= Self.keyLength, "a pattern too short to search for")
                patterns[Self.key(bytes[...]), default: []]
                    .append(Pattern(canary: index, bytes: bytes))
                begins[Int(bytes[0]) << 8 | Int(bytes[1])] = true
            }
        }
    }

    private static func key(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.prefix(keyLength).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The canaries of which any form stands in the bytes.
    func found(in bytes: [UInt8]) -> [Canary] {
        var indices: Set<Int> = []
        var position = 0
        while position + Self.keyLength <= bytes.count {
            defer { position += 1 }
            guard begins[Int(bytes[position]) << 8 | Int(bytes[position + 1])] else { continue }
            for pattern in patterns[Self.key(bytes[position...])] ?? []
            where bytes[position...].starts(with: pattern.bytes) {
                indices.insert(pattern.canary)
            }
        }
        return indices.sorted().map { canaries[$0] }
    }

    /// What stands where it may not, below a folder, hidden files and the database's included.
    func finds(below folder: String, allowed: (String, Canary) -> Bool) throws -> [String] {
        try FileTree.paths(below: folder).flatMap { path in
            found(in: [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(path)"))))
                .filter { !allowed(path, $0) }
                .map { "\($0.section).\($0.field) in \(path)" }
        }
    }
}
