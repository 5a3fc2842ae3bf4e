import PassportCoding

/// What text in care content may hold: no control characters and none that turn the reading
/// direction around, because they make a line read as what it is not.
public enum CareText {
    /// True for a character that care text never holds.
    public static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// Text with forbidden characters as spaces, runs of spaces as one, at most so many code
    /// points; nil when nothing is left. `cut` tells that something was left out at the end.
    public static func cleaned(
        _ text: String, maximum: Int
    ) -> (text: String, cut: Bool)? {
        var result = String.UnicodeScalarView()
        var count = 0
        var gap = false
        for scalar in text.unicodeScalars {
            if isForbidden(scalar) || scalar == " " {
                gap = count > 0
                continue
            }
            let needed = gap ? 2 : 1
            guard count + needed <= maximum else { return (String(result), true) }
            if gap { result.append(" ") }
            result.append(scalar)
            count += needed
            gap = false
        }
        return count == 0 ? nil : (String(result), false)
    }
}

extension CBORValue {
    /// Text of at most so many code points that holds nothing forbidden.
    func careText(maximum: Int) throws(CodingError) -> String {
        let text = try text(maximum: 4 * maximum)
        guard text.unicodeScalars.count <= maximum else {
            throw CodingError(.overLimit, "\(place): longer than \(maximum) characters")
        }
        guard !text.unicodeScalars.contains(where: CareText.isForbidden) else {
            throw CodingError(.unexpectedItem, "\(place): holds a control character")
        }
        return text
    }
}
