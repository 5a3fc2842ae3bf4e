/// Damages bytes the way accidents and attackers do, the same way for the same seed.
public struct Mutator: Sendable {
    /// One way to damage bytes.
    public enum Kind: CaseIterable, Sendable {
        /// One bit changes.
        case flipBit
        /// One byte becomes another.
        case replaceByte
        /// The end is missing.
        case truncate
        /// Bytes stand where there were none.
        case insert
        /// Bytes in the middle are missing.
        case remove
        /// A stretch stands twice.
        case duplicate
        /// A number of one, two, four or eight bytes becomes zero, huge, or off by one.
        case changeLength
    }

    private var random: SeededRandom

    /// Starts the sequence that belongs to a seed.
    public init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// The bytes with one to three damages. Never the bytes themselves.
    public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0..<random.number(in: 1...3) {
            guard let kind = random.element(of: Kind.allCases) else { continue }
            result = mutated(result, kind)
        }
        // Damages may undo each other; one more byte at the end is always a difference.
        return result == bytes ? bytes + [0] : result
    }

    /// The bytes with one damage of a kind; empty bytes can only grow.
    public mutating func mutated(_ bytes: [UInt8], _ kind: Kind) -> [UInt8] {
        guard !bytes.isEmpty else { return random.bytes(random.number(in: 1...4)) }
        var result = bytes
        let position = random.number(in: 0...bytes.count - 1)
        let end = random.number(in: position + 1...min(position + 16, bytes.count))
        switch kind {
        case .flipBit: result[position] ^= 1 << UInt8(random.number(in: 0...7))
        case .replaceByte: result[position] ^= UInt8(random.number(in: 1...255))
        case .truncate: result.removeSubrange(position...)
        case .insert:
            let inserted = random.bytes(random.number(in: 1...8))
            result.insert(contentsOf: inserted, at: position)
        case .remove: result.removeSubrange(position..<end)
        case .duplicate: result.insert(contentsOf: bytes[position..<end], at: position)
        case .changeLength: changeLength(&result, at: position)
        }
        return result
    }

    /// Formats write lengths in both byte orders, so the low byte of a number may be either end.
    private mutating func changeLength(_ bytes: inout [UInt8], at position: Int) {
        let width = min(1 << random.number(in: 0...3), bytes.count - position)
        let range = position..<position + width
        switch random.number(in: 0...4) {
        case 0: for index in range { bytes[index] = 0 }
        case 1: for index in range { bytes[index] = 0xFF }
        case 2: bytes[range.upperBound - 1] &+= 1
        case 3: bytes[range.upperBound - 1] &-= 1
        default: bytes[range.lowerBound] &+= 1
        }
    }
}
