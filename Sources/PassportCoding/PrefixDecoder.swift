/// A canonical prefix code (RFC 1951 §3.2.2) for reading, one bit at a time.
///
/// It keeps no table indexed by code: a stream of many tiny blocks could make a reader spend
/// far more on filling such tables than the stream has bytes.
struct PrefixDecoder {
    /// What a set of code lengths may leave unused.
    enum Completeness {
        /// Nothing: the code of code lengths.
        case whole
        /// Half of the codes when there is one symbol only, or all when there is none.
        case mayHoldOne
    }

    /// How many codes there are of each length; index 0 is not used.
    private var counts: [Int]
    /// Symbols in the order of their codes.
    private var symbols: [Int]
    private let longest: Int

    /// Takes lengths that are known to describe a whole code.
    init(known lengths: [UInt8]) { self.init(lengths[...]) }

    /// Refuses lengths that describe more codes than there are, or too few.
    init(lengths: ArraySlice<UInt8>, _ completeness: Completeness) throws(CodingError) {
        self.init(lengths)
        var left = 1
        for count in counts.dropFirst() {
            left = left * 2 - count
            guard left >= 0 else {
                throw CodingError(.malformedZlib, "zlib: code lengths that are over-subscribed")
            }
        }
        guard left == 0 || completeness == .mayHoldOne && longest <= 1 else {
            throw CodingError(.malformedZlib, "zlib: code lengths that are incomplete")
        }
    }

    private init(_ lengths: ArraySlice<UInt8>) {
        counts = Array(repeating: 0, count: DeflateAlphabet.maximumCodeLength + 1)
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        longest = counts.lastIndex { $0 > 0 } ?? 0
        // Where the symbols of each length start.
        var next = [0]
        for count in counts { next.append((next.last ?? 0) + count) }
        symbols = Array(repeating: 0, count: next.last ?? 0)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            symbols[next[Int(length)]] = symbol
            next[Int(length)] += 1
        }
    }

    /// Reads one symbol from a source of bits.
    func symbol(
        _ bit: () throws(CodingError) -> Int
    ) throws(CodingError) -> Int {
        var code = 0
        var first = 0
        var index = 0
        var length = 0
        while length < longest {
            length += 1
            code = code * 2 + (try bit())
            first *= 2
            let count = counts[length]
            if code - first < count { return symbols[index + code - first] }
            index += count
            first += count
        }
        throw CodingError(.malformedZlib, "zlib: a code that stands for nothing")
    }
}
