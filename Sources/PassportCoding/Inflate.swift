/// zlib streams (RFC 1950) of DEFLATE blocks (RFC 1951), which token status lists use.
///
/// Written here because this library links no C beyond libsodium and SQLite: a reader of
/// hostile input in a language that checks every index is worth more to it than the last
/// factor of speed.
public enum Zlib {
    /// Inflates one whole stream and checks its checksum.
    ///
    /// Nothing in the stream decides how much memory is used: output grows as it is made, and
    /// one byte past `maximum` the stream is refused. Code sets are accepted and refused as
    /// zlib does; bytes after the end are refused.
    public static func inflate(
        _ bytes: [UInt8], maximum: Int
    ) throws(CodingError) -> [UInt8] {
        var inflater = Inflater(bytes, maximum: maximum)
        return try inflater.run()
    }
}

/// One run over one stream.
private struct Inflater {
    // Made once: a fixed block may be ten bits long.
    private static let fixedLiterals = PrefixDecoder(
        known: DeflateAlphabet.fixedLiteralLengths)
    private static let fixedDistances = PrefixDecoder(
        known: DeflateAlphabet.fixedDistanceLengths)

    private let input: [UInt8]
    private let maximum: Int
    private var offset = 0
    /// Bits of the byte before `offset` that were not used yet, lowest first.
    private var pending = 0
    private var available = 0
    private var output: [UInt8] = []

    init(_ input: [UInt8], maximum: Int) {
        self.input = input
        self.maximum = maximum
    }

    mutating func run() throws(CodingError) -> [UInt8] {
        try header()
        var isLast = false
        while !isLast {
            isLast = try bits(1) == 1
            switch try bits(2) {
            case 0: try stored()
            case 1: try fixed()
            case 2: try dynamic()
            default: throw malformed("a block of an unknown type")
            }
        }
        dropRestOfByte()
        var checksum: UInt32 = 0
        for _ in 0..<4 { checksum = checksum << 8 | UInt32(try byte()) }
        guard checksum == adler32(output) else { throw malformed("a wrong checksum") }
        guard offset == input.count else {
            throw CodingError(.trailingBytes, "zlib: bytes after the end of the stream")
        }
        return output
    }

    private mutating func header() throws(CodingError) {
        let method = Int(try byte())
        let flags = Int(try byte())
        guard method & 0xF == 8, method >> 4 <= 7, (method << 8 | flags).isMultiple(of: 31) else {
            throw malformed("not a zlib header")
        }
        guard flags & 0x20 == 0 else { throw malformed("a preset dictionary") }
    }

    private mutating func stored() throws(CodingError) {
        dropRestOfByte()
        let count = try bits(16)
        let complement = try bits(16)
        guard count ^ complement == 0xFFFF else { throw malformed("a stored length in doubt") }
        guard count <= input.count - offset else { throw truncated() }
        try makeRoom(for: count)
        output.append(contentsOf: input[offset..<offset + count])
        offset += count
    }

    private mutating func fixed() throws(CodingError) {
        try compressed(literals: Self.fixedLiterals, distances: Self.fixedDistances)
    }

    private mutating func dynamic() throws(CodingError) {
        let literalCount = try bits(5) + 257
        let distanceCount = try bits(5) + 1
        let codeCount = try bits(4) + 4
        guard literalCount <= DeflateAlphabet.literalCount,
            distanceCount <= DeflateAlphabet.distanceCount
        else { throw malformed("more symbols than there are") }
        var codeLengths = [UInt8](repeating: 0, count: DeflateAlphabet.codeLengthOrder.count)
        for symbol in DeflateAlphabet.codeLengthOrder.prefix(codeCount) {
            codeLengths[symbol] = UInt8(try bits(3))
        }
        let code = try PrefixDecoder(lengths: codeLengths[...], .whole)
        let lengths = try lengths(literalCount + distanceCount, code)
        guard lengths[DeflateAlphabet.endOfBlock] > 0 else {
            throw malformed("a block without an end")
        }
        try compressed(
            literals: try PrefixDecoder(lengths: lengths[..<literalCount], .mayHoldOne),
            distances: try PrefixDecoder(lengths: lengths[literalCount...], .mayHoldOne))
    }

    private mutating func lengths(
        _ count: Int, _ code: PrefixDecoder
    ) throws(CodingError) -> [UInt8] {
        var lengths: [UInt8] = []
        while lengths.count < count {
            let symbol = try symbol(code)
            let value: UInt8
            let times: Int
            switch symbol {
            case 16:
                guard let last = lengths.last else { throw malformed("a repeat of nothing") }
                value = last
                times = try bits(2) + 3
            case 17:
                value = 0
                times = try bits(3) + 3
            case 18:
                value = 0
                times = try bits(7) + 11
            default:
                value = UInt8(symbol)
                times = 1
            }
            guard times <= count - lengths.count else {
                throw malformed("more code lengths than announced")
            }
            lengths.append(contentsOf: repeatElement(value, count: times))
        }
        return lengths
    }

    private mutating func compressed(
        literals: PrefixDecoder, distances: PrefixDecoder
    ) throws(CodingError) {
        while true {
            let symbol = try symbol(literals)
            if let literal = UInt8(exactly: symbol) {
                try makeRoom(for: 1)
                output.append(literal)
                continue
            }
            if symbol == DeflateAlphabet.endOfBlock { return }
            let length = try value(symbol - DeflateAlphabet.firstLength, DeflateAlphabet.lengths)
            let distance = try value(try self.symbol(distances), DeflateAlphabet.distances)
            try copy(length, from: distance)
        }
    }

    /// The number that a symbol and its further bits stand for.
    private mutating func value(
        _ symbol: Int, _ table: [(base: Int, extra: Int)]
    ) throws(CodingError) -> Int {
        guard table.indices.contains(symbol) else { throw malformed("a symbol without meaning") }
        let (base, extra) = table[symbol]
        return base + (try bits(extra))
    }

    private mutating func copy(_ length: Int, from distance: Int) throws(CodingError) {
        guard distance <= output.count else { throw malformed("a match before the beginning") }
        try makeRoom(for: length)
        // A run of one byte, of which lists of bits mostly consist.
        if distance == 1, let byte = output.last {
            output.append(contentsOf: repeatElement(byte, count: length))
            return
        }
        // One by one, since a match may overlap what it makes. (A slice would keep the whole
        // output alive and have it copied for each match: time squared for a hostile stream.)
        for _ in 0..<length { output.append(output[output.count - distance]) }
    }

    private func makeRoom(for count: Int) throws(CodingError) {
        guard output.count <= maximum, count <= maximum - output.count else {
            throw CodingError(.overLimit, "zlib: more than \(maximum) bytes when inflated")
        }
    }

    private mutating func symbol(_ code: PrefixDecoder) throws(CodingError) -> Int {
        try code.symbol { () throws(CodingError) in try bits(1) }
    }

    /// Up to 16 bits, the first one lowest.
    private mutating func bits(_ count: Int) throws(CodingError) -> Int {
        while available < count {
            pending |= Int(try byte()) << available
            available += 8
        }
        let value = pending & (1 << count - 1)
        pending >>= count
        available -= count
        return value
    }

    /// Bits are taken a byte at a time and only when needed, so what is left is of one byte.
    private mutating func dropRestOfByte() {
        pending = 0
        available = 0
    }

    private mutating func byte() throws(CodingError) -> UInt8 {
        guard offset < input.count else { throw truncated() }
        defer { offset += 1 }
        return input[offset]
    }

    private func truncated() -> CodingError {
        CodingError(.truncated, "zlib: the input ends inside the stream")
    }

    private func malformed(_ what: String) -> CodingError {
        CodingError(.malformedZlib, "zlib: \(what) before \(offset)")
    }
}
