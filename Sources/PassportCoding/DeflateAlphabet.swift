/// The fixed numbers of RFC 1951, shared by reader and writer.
enum DeflateAlphabet {
    /// The literal/length symbol that ends a block.
    static let endOfBlock = 256
    /// The first literal/length symbol that is a length.
    static let firstLength = 257
    /// Literal/length symbols that may be used; the fixed code has two more that mean nothing.
    static let literalCount = 286
    /// Distance symbols that may be used; the fixed code has two more that mean nothing.
    static let distanceCount = 30
    /// The longest code of literals, lengths and distances, and of code lengths.
    static let (maximumCodeLength, maximumLengthCodeLength) = (15, 7)
    /// The shortest and the longest match, and how far back one may reach.
    static let (shortestMatch, longestMatch, window) = (3, 258, 32_768)

    /// The least match length of each length symbol, and how many further bits add to it.
    static let lengths: [(base: Int, extra: Int)] = [
        (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1),
        (15, 1), (17, 1), (19, 2), (23, 2), (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3),
        (67, 4), (83, 4), (99, 4), (115, 4), (131, 5), (163, 5), (195, 5), (227, 5), (258, 0),
    ]

    /// The least distance of each distance symbol, and how many further bits add to it.
    static let distances: [(base: Int, extra: Int)] = [
        (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (7, 1), (9, 2), (13, 2), (17, 3), (25, 3),
        (33, 4), (49, 4), (65, 5), (97, 5), (129, 6), (193, 6), (257, 7), (385, 7), (513, 8),
        (769, 8), (1025, 9), (1537, 9), (2049, 10), (3073, 10), (4097, 11), (6145, 11),
        (8193, 12), (12289, 12), (16385, 13), (24577, 13),
    ]

    /// The order in which a dynamic block gives the lengths of the code-length code.
    static let codeLengthOrder = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ]

    /// Code lengths of the fixed literal/length code.
    static let fixedLiteralLengths: [UInt8] =
        Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112)
        + Array(repeating: 7, count: 24) + Array(repeating: 8, count: 8)

    /// Code lengths of the fixed distance code.
    static let fixedDistanceLengths = [UInt8](repeating: 5, count: 32)
}

/// The checksum at the end of a zlib stream (RFC 1950 §8.2).
func adler32(_ bytes: [UInt8]) -> UInt32 {
    var low: UInt32 = 1
    var high: UInt32 = 0
    // 5552 is the largest number of bytes after which neither sum can have overflowed.
    var start = 0
    while start < bytes.count {
        let end = min(start + 5552, bytes.count)
        for byte in bytes[start..<end] {
            low &+= UInt32(byte)
            high &+= low
        }
        low %= 65_521
        high %= 65_521
        start = end
    }
    return high << 16 | low
}
