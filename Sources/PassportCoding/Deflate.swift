extension Zlib {
    /// Deflates bytes into one zlib stream, the same bytes always into the same stream.
    ///
    /// Made for token status lists: long runs of zeros with single bits set. Written here for
    /// the same reason as `inflate`; on such lists it comes out a tenth larger than zlib at its
    /// highest level at worst, and mostly smaller.
    public static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        var best: [DeflateBlock] = []
        var bestCost = Int.max
        for parse in DeflateParse.allCases {
            let blocks = DeflateBlock.blocks(parse.tokens(bytes))
            let cost = blocks.reduce(0) { $0 + $1.cost }
            if cost < bestCost { (best, bestCost) = (blocks, cost) }
        }
        var writer = BitWriter()
        // Method 8, window 32 KiB, and the mark of the highest compression level.
        writer.write([0x78, 0xDA])
        for (index, block) in best.enumerated() {
            block.write(bytes, isLast: index == best.count - 1, to: &writer)
        }
        let checksum = adler32(bytes)
        writer.write((0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) })
        return writer.bytes
    }
}

/// Some tokens and the shortest way to write them.
private struct DeflateBlock {
    private enum Form {
        case stored
        case fixed
        case dynamic(DynamicCodes)
    }

    private static let tokensPerBlock = 16_384
    /// What a stored block's length field can say.
    private static let storedBytes = 65_535
    private static let fixedLiterals = PrefixEncoder(
        lengths: DeflateAlphabet.fixedLiteralLengths)
    private static let fixedDistances = PrefixEncoder(
        lengths: DeflateAlphabet.fixedDistanceLengths)

    private let tokens: ArraySlice<DeflateToken>
    /// Where the tokens' bytes stand in the input.
    private let range: Range<Int>
    private let form: Form
    /// Bits that the block takes, at most.
    let cost: Int

    /// Cuts tokens into blocks, at least one.
    static func blocks(_ tokens: [DeflateToken]) -> [DeflateBlock] {
        var blocks: [DeflateBlock] = []
        var start = 0
        var position = 0
        repeat {
            let end = min(start + tokensPerBlock, tokens.count)
            let slice = tokens[start..<end]
            let next = slice.reduce(position) { $0 + $1.byteCount }
            blocks.append(DeflateBlock(slice, position..<next))
            (start, position) = (end, next)
        } while start < tokens.count
        return blocks
    }

    private init(_ tokens: ArraySlice<DeflateToken>, _ range: Range<Int>) {
        self.tokens = tokens
        self.range = range
        var literals = [Int](repeating: 0, count: DeflateAlphabet.literalCount)
        var distances = [Int](repeating: 0, count: DeflateAlphabet.distanceCount)
        var extra = 0
        literals[DeflateAlphabet.endOfBlock] = 1
        for token in tokens {
            switch token {
            case .literal(let byte): literals[Int(byte)] += 1
            case .match(let length, let distance):
                let (lengthSymbol, distanceSymbol) = Self.symbols(length, distance)
                literals[DeflateAlphabet.firstLength + lengthSymbol] += 1
                distances[distanceSymbol] += 1
                extra += DeflateAlphabet.lengths[lengthSymbol].extra
                extra += DeflateAlphabet.distances[distanceSymbol].extra
            }
        }
        let codes = DynamicCodes(literals: literals, distances: distances)
        let dynamic = 3 + extra + codes.headerCost + codes.cost(literals, distances)
        let fixed =
            3 + extra + Self.fixedLiterals.cost(literals) + Self.fixedDistances.cost(distances)
        let pieces = max(1, (range.count + Self.storedBytes - 1) / Self.storedBytes)
        // Three bits, at most seven to the next byte, two lengths of 16.
        let stored = pieces * 42 + range.count * 8
        cost = min(dynamic, fixed, stored)
        form = cost == fixed ? .fixed : cost == dynamic ? .dynamic(codes) : .stored
    }

    /// The symbols of a match, counted from the first of their kind.
    private static func symbols(_ length: Int, _ distance: Int) -> (length: Int, distance: Int) {
        (lengthSymbols[length], distanceSymbol(distance))
    }

    private static let lengthSymbols = (0...DeflateAlphabet.longestMatch).map { length in
        DeflateAlphabet.lengths.lastIndex { $0.base <= length } ?? 0
    }

    /// Above four, each doubling of the distance has two symbols.
    private static func distanceSymbol(_ distance: Int) -> Int {
        let value = distance - 1
        guard value >= 4 else { return value }
        let extra = Int.bitWidth - 2 - value.leadingZeroBitCount
        return 2 * extra + (value >> extra)
    }

    func write(_ bytes: [UInt8], isLast: Bool, to writer: inout BitWriter) {
        switch form {
        case .stored: writeStored(bytes, isLast: isLast, to: &writer)
        case .fixed:
            writer.write((isLast ? 1 : 0) | 1 << 1, bits: 3)
            writeTokens(Self.fixedLiterals, Self.fixedDistances, to: &writer)
        case .dynamic(let codes):
            writer.write((isLast ? 1 : 0) | 2 << 1, bits: 3)
            codes.writeHeader(to: &writer)
            writeTokens(codes.literals, codes.distances, to: &writer)
        }
    }

    private func writeStored(_ bytes: [UInt8], isLast: Bool, to writer: inout BitWriter) {
        var start = range.lowerBound
        repeat {
            let end = min(start + Self.storedBytes, range.upperBound)
            writer.write(isLast && end == range.upperBound ? 1 : 0, bits: 3)
            let count = UInt16(truncatingIfNeeded: end - start)
            writer.write(
                [count, ~count].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
            writer.write(bytes[start..<end])
            start = end
        } while start < range.upperBound
    }

    private func writeTokens(
        _ literals: PrefixEncoder, _ distances: PrefixEncoder, to writer: inout BitWriter
    ) {
        for token in tokens {
            switch token {
            case .literal(let byte): literals.write(Int(byte), to: &writer)
            case .match(let length, let distance):
                let (lengthSymbol, distanceSymbol) = Self.symbols(length, distance)
                let (lengthBase, lengthExtra) = DeflateAlphabet.lengths[lengthSymbol]
                literals.write(DeflateAlphabet.firstLength + lengthSymbol, to: &writer)
                writer.write(length - lengthBase, bits: lengthExtra)
                let (distanceBase, distanceExtra) = DeflateAlphabet.distances[distanceSymbol]
                distances.write(distanceSymbol, to: &writer)
                writer.write(distance - distanceBase, bits: distanceExtra)
            }
        }
        literals.write(DeflateAlphabet.endOfBlock, to: &writer)
    }
}
