/// A canonical prefix code (RFC 1951 §3.2.2) for writing.
struct PrefixEncoder {
    /// The code length of each symbol, zero where it has none.
    let lengths: [UInt8]
    /// The code of each symbol, first bit lowest as DEFLATE packs it.
    private let codes: [Int]

    /// The code that these lengths describe.
    init(lengths: [UInt8]) {
        self.lengths = lengths
        var codes = [Int](repeating: 0, count: lengths.count)
        var next = 0
        for length in 1...DeflateAlphabet.maximumCodeLength {
            next <<= 1
            for (symbol, own) in lengths.enumerated() where Int(own) == length {
                codes[symbol] = Self.reversed(next, bits: length)
                next += 1
            }
        }
        self.codes = codes
    }

    /// The code that needs the fewest bits for these frequencies.
    init(frequencies: [Int], maximumLength: Int) {
        self.init(lengths: Self.optimalLengths(frequencies, maximumLength: maximumLength))
    }

    /// Writes a symbol.
    func write(_ symbol: Int, to writer: inout BitWriter) {
        writer.write(codes[symbol], bits: Int(lengths[symbol]))
    }

    /// Bits that symbols of these frequencies take.
    func cost(_ frequencies: [Int]) -> Int {
        zip(frequencies, lengths).reduce(0) { $0 + $1.0 * Int($1.1) }
    }

    private static func reversed(_ code: Int, bits: Int) -> Int {
        var (rest, reversed) = (code, 0)
        for _ in 0..<bits {
            reversed = reversed << 1 | rest & 1
            rest >>= 1
        }
        return reversed
    }

    /// Package-merge (Larmore and Hirschberg 1990): optimal under a bound on the length.
    ///
    /// At least two symbols get a code even when fewer are used, as zlib does it, because some
    /// readers refuse a code of one.
    private static func optimalLengths(_ frequencies: [Int], maximumLength: Int) -> [UInt8] {
        var frequencies = frequencies
        for symbol in frequencies.indices where frequencies.count(where: { $0 > 0 }) < 2 {
            if frequencies[symbol] == 0 { frequencies[symbol] = 1 }
        }
        let leaves = frequencies.indices.filter { frequencies[$0] > 0 }
            .sorted { (frequencies[$0], $0) < (frequencies[$1], $1) }
        var weights = leaves.map { frequencies[$0] }
        // For each level, which of its entries are leaves; the others are packages of two
        // entries of the level before.
        var levels = [[Bool](repeating: true, count: leaves.count)]
        for _ in 1..<maximumLength {
            let packages = stride(from: 0, to: weights.count - 1, by: 2)
                .map { weights[$0] + weights[$0 + 1] }
            var merged: [Int] = []
            var isLeaf: [Bool] = []
            var (leaf, package) = (0, 0)
            while leaf < leaves.count || package < packages.count {
                let takesLeaf =
                    package == packages.count
                    || leaf < leaves.count && frequencies[leaves[leaf]] <= packages[package]
                merged.append(takesLeaf ? frequencies[leaves[leaf]] : packages[package])
                isLeaf.append(takesLeaf)
                if takesLeaf { leaf += 1 } else { package += 1 }
            }
            weights = merged
            levels.append(isLeaf)
        }
        var lengths = [UInt8](repeating: 0, count: frequencies.count)
        var taken = 2 * leaves.count - 2
        for level in levels.reversed() {
            let leafCount = level.prefix(taken).count { $0 }
            for symbol in leaves.prefix(leafCount) { lengths[symbol] += 1 }
            taken = 2 * (taken - leafCount)
        }
        return lengths
    }
}

/// Packs bits into bytes, lowest bit first.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var pending = 0
    private var count = 0

    /// Writes the lowest `bits` bits of a value, at most 32 of them.
    mutating func write(_ value: Int, bits: Int) {
        pending |= value << count
        count += bits
        while count >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            count -= 8
        }
    }

    /// Writes whole bytes, after zero bits up to the next byte.
    mutating func write(_ whole: some Sequence<UInt8>) {
        if count > 0 { write(0, bits: 8 - count) }
        bytes.append(contentsOf: whole)
    }
}
