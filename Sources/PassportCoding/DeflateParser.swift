/// One step of a compressed block.
enum DeflateToken {
    /// A byte as it is.
    case literal(UInt8)
    /// A repetition of bytes that stand `distance` back.
    case match(length: Int, distance: Int)

    /// How many bytes the token stands for.
    var byteCount: Int {
        switch self {
        case .literal: 1
        case .match(let length, _): length
        }
    }
}

/// Ways to cut bytes into tokens. Which one is shortest depends on how many status bits are
/// set, so the writer tries them all.
enum DeflateParse: CaseIterable {
    /// Literals only: best where many bits are set.
    case literals
    /// Repetitions of one byte: best for long runs of zeros and little else.
    case runs
    /// Any repetition, looked for in chains of positions that begin alike.
    case matches

    /// The tokens that stand for `bytes`.
    func tokens(_ bytes: [UInt8]) -> [DeflateToken] {
        switch self {
        case .literals: bytes.map { .literal($0) }
        case .runs: Self.runs(bytes)
        case .matches: Self.matches(bytes)
        }
    }

    private static func runs(_ bytes: [UInt8]) -> [DeflateToken] {
        var tokens: [DeflateToken] = []
        var position = 0
        while position < bytes.count {
            let length = matchLength(bytes, position, with: position - 1)
            if length >= DeflateAlphabet.shortestMatch {
                tokens.append(.match(length: length, distance: 1))
                position += length
            } else {
                tokens.append(.literal(bytes[position]))
                position += 1
            }
        }
        return tokens
    }

    private static func matches(_ bytes: [UInt8]) -> [DeflateToken] {
        var tokens: [DeflateToken] = []
        var chains = MatchChains(bytes)
        var position = 0
        // A match found at the position before, which is taken unless the next is longer.
        var waiting: (length: Int, distance: Int)?
        while position < bytes.count {
            let found = chains.longest(at: position, over: waiting?.length ?? 0)
            chains.insert(position)
            if let match = waiting, found == nil {
                tokens.append(.match(length: match.length, distance: match.distance))
                waiting = nil
                let end = position - 1 + match.length
                while position + 1 < end {
                    position += 1
                    chains.insert(position)
                }
                position = end
            } else {
                if waiting != nil { tokens.append(.literal(bytes[position - 1])) }
                if found == nil { tokens.append(.literal(bytes[position])) }
                waiting = found
                position += 1
            }
        }
        // Nothing waits here: a match is longer than the step to the position after it.
        return tokens
    }
}

/// How many bytes from `position` on repeat those from an earlier position on.
private func matchLength(_ bytes: [UInt8], _ position: Int, with earlier: Int) -> Int {
    guard earlier >= 0 else { return 0 }
    let most = min(DeflateAlphabet.longestMatch, bytes.count - position)
    var length = 0
    while length < most, bytes[earlier + length] == bytes[position + length] { length += 1 }
    return length
}

/// Earlier positions that begin with the same three bytes, latest first.
private struct MatchChains {
    private let bytes: [UInt8]
    private var heads = [Int](repeating: -1, count: 1 << 15)
    private var previous = [Int](repeating: -1, count: DeflateAlphabet.window)
    /// How many positions of a chain are tried. Chains of a status list are long and alike:
    /// a small list is worth as many tries as zlib makes at its highest level, and in a large
    /// one fewer keep the time in bounds and cost at most one byte in ten.
    private let tries: Int
    /// A match as short as the shortest costs more than literals when it reaches farther back.
    private static let farthestShortest = 4096

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        tries = min(max((1 << 25) / max(bytes.count, 1), 64), 4096)
    }

    private func hash(_ position: Int) -> Int? {
        guard position + 2 < bytes.count else { return nil }
        let (first, second, third) = (bytes[position], bytes[position + 1], bytes[position + 2])
        return (Int(first) << 10 ^ Int(second) << 5 ^ Int(third)) & (heads.count - 1)
    }

    mutating func insert(_ position: Int) {
        guard let hash = hash(position) else { return }
        previous[position % previous.count] = heads[hash]
        heads[hash] = position
    }

    /// The longest match at `position` that is longer than `least`, the nearest of them.
    func longest(at position: Int, over least: Int) -> (length: Int, distance: Int)? {
        guard let hash = hash(position) else { return nil }
        let most = min(DeflateAlphabet.longestMatch, bytes.count - position)
        var best = max(least, DeflateAlphabet.shortestMatch - 1)
        var match: (length: Int, distance: Int)?
        var candidate = heads[hash]
        for _ in 0..<tries {
            guard best < most, candidate >= 0, position - candidate <= DeflateAlphabet.window
            else { break }
            // Cheap first: a longer match has to agree in the byte after the best one.
            if bytes[candidate + best] == bytes[position + best] {
                let length = matchLength(bytes, position, with: candidate)
                let distance = position - candidate
                let isDear =
                    length == DeflateAlphabet.shortestMatch && distance > Self.farthestShortest
                if length > best, !isDear {
                    best = length
                    match = (length, distance)
                }
            }
            candidate = previous[candidate % previous.count]
        }
        return match
    }
}
