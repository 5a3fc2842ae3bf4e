public import PassportCoding

/// Frames as they come from sheets: of any set, in any order, some of them forged.
public struct FrameCollection: Sendable {
    /// What one set is told by. Frames that differ in any of it were not printed together.
    private struct Key: Hashable {
        let set: FrameSetID
        let layout: FrameLayout
    }

    /// What became of a frame.
    public enum Taken: Hashable, Sendable {
        /// It is new.
        case new
        /// It was here already.
        case again
        /// Another frame claims its place: one of the two is not what was printed.
        case disputed
        /// There is no more room for frames of other sets, or of the same place.
        case setAside
    }

    /// Sets that are kept apart, and frames that claim one place.
    ///
    /// Attack: a sheet full of codes that are all of different sets.
    static let mostSets = 16
    static let mostClaims = 4
    /// Choices of frames that are tried.
    ///
    /// Attack: forged frames, to keep the reader busy for ever.
    static let mostChoices = 512

    private var sets: [Key: [Int: [[UInt8]]]] = [:]

    /// Begins with nothing.
    public init() {}

    /// Takes in a frame.
    public mutating func take(_ frame: Frame) -> Taken {
        let key = Key(set: frame.set, layout: frame.layout)
        guard sets[key] != nil || sets.count < Self.mostSets else { return .setAside }
        var claims = sets[key]?[frame.index] ?? []
        guard !claims.contains(frame.shard) else { return .again }
        guard claims.count < Self.mostClaims else { return .setAside }
        claims.append(frame.shard)
        sets[key, default: [:]][frame.index] = claims
        return claims.count == 1 ? .new : .disputed
    }

    /// The one set of which enough is here, or the fullest where of none there is.
    ///
    /// - Parameter name: the first digits of its name, where there are several.
    /// - Throws: `incomplete` when there is nothing; `severalSets` when there is enough of more
    ///   than one: somebody else's sheet may lie in the pile, and only a person knows whose is
    ///   meant.
    public func only(named name: String = "") throws(PaperError) -> FrameSet {
        let sets = found.filter { $0.set.description.hasPrefix(name.lowercased()) }
        guard let fullest = sets.first else {
            throw PaperError(
                .incomplete, .noInput, "no code of a sheet was found in the pictures",
                hint: "photograph the sheet from straight above, in good light, and all of it")
        }
        let whole = sets.filter { $0.present.count >= $0.layout.needed }
        guard whole.count <= 1 else {
            let names = whole.map { String($0.set.description.prefix(4)) }
            throw PaperError(
                .severalSets,
                "the pictures show several whole sets: \(names.joined(separator: ", "))",
                hint: "name one with --set: the digits beside its three shapes")
        }
        return whole.first ?? fullest
    }

    /// The sets of which something is here, fullest first.
    public var found: [FrameSet] {
        sets.map { key, shards in
            FrameSet(set: key.set, layout: key.layout, claims: shards)
        }
        .sorted { one, other in
            (other.present.count, one.set.description) < (one.present.count, other.set.description)
        }
    }
}

/// What is here of one set.
public struct FrameSet: Sendable {
    /// Its name.
    public let set: FrameSetID
    /// How it is spread.
    public let layout: FrameLayout
    private let claims: [Int: [[UInt8]]]

    init(set: FrameSetID, layout: FrameLayout, claims: [Int: [[UInt8]]]) {
        self.set = set
        self.layout = layout
        self.claims = claims
    }

    /// Numbers of the frames that are here, in order.
    public var present: [Int] { claims.keys.sorted() }
    /// Numbers of those that are not.
    public var missing: [Int] { (0..<layout.count).filter { claims[$0] == nil } }

    /// The envelope. The digest decides which of the frames are the printed ones.
    ///
    /// - Throws: `incomplete` when there are too few frames; `damaged` when no choice that was
    ///   tried has the digest.
    public func envelope() throws(PaperError) -> [UInt8] {
        let needed = layout.needed
        guard present.count >= needed else {
            throw PaperError(
                .incomplete, .noInput,
                "\(present.count) of the \(needed) codes that are needed are here",
                hint: "photograph the codes that are missing once more")
        }
        guard let code = ReedSolomon(needed: needed, count: layout.count) else {
            throw PaperError(.malformed, "frame: numbers that no set has")
        }
        let frames = present.flatMap { index in
            (claims[index] ?? []).map { Claim(index: index, shard: $0) }
        }
        var choices = ChoiceQueue(frames, needed: needed)
        for _ in 0..<FrameCollection.mostChoices {
            guard let choice = choices.next() else { break }
            let shards = Dictionary(
                choice.map { (frames[$0].index, frames[$0].shard) }, uniquingKeysWith: { $1 })
            if let data = code.data(from: shards), let envelope = envelope(in: data) {
                return envelope
            }
        }
        throw PaperError(
            .damaged, "there are enough codes, and some of them are not what was printed",
            hint: "photograph them once more, one sheet at a time")
    }

    /// What stands in the data, when it has the digest.
    private func envelope(in data: [[UInt8]]) -> [UInt8]? {
        let bytes = Array(data.joined())
        guard bytes.count > FrameLayout.lengthBytes else { return nil }
        let length = bytes.prefix(FrameLayout.lengthBytes).reduce(0) { $0 << 8 | Int($1) }
        guard length > 0, length <= bytes.count - FrameLayout.lengthBytes else { return nil }
        let end = FrameLayout.lengthBytes + length
        let envelope = Array(bytes[FrameLayout.lengthBytes..<end])
        // One envelope has one form on paper.
        guard bytes[end...].allSatisfy({ $0 == 0 }), FrameSetID(of: envelope) == set else {
            return nil
        }
        return envelope
    }
}

/// A frame that claims a place in the set.
private struct Claim {
    let index: Int
    let shard: [UInt8]
}

/// Choices of as many frames as are needed: first all that come first, then without each of
/// them, then without each two, so that one forged frame costs few tries.
private struct ChoiceQueue {
    private let indices: [Int]
    private let needed: Int
    private var waiting: [Set<Int>] = [[]]
    private var place = 0
    private var seen: Set<[Int]> = []

    /// What may wait: more than will be tried is not kept.
    private static let mostWaiting = 8 * FrameCollection.mostChoices

    init(_ claims: [Claim], needed: Int) {
        indices = claims.map(\.index)
        self.needed = needed
    }

    /// The next choice that was not made before, as places in the list of claims; nil when there
    /// is none.
    mutating func next() -> [Int]? {
        while place < waiting.count {
            let excluded = waiting[place]
            place += 1
            var taken: Set<Int> = []
            let choice = indices.indices.filter { claim in
                taken.count < needed && !excluded.contains(claim)
                    && taken.insert(indices[claim]).inserted
            }
            guard choice.count == needed, seen.insert(choice).inserted else { continue }
            for claim in choice where waiting.count < Self.mostWaiting {
                waiting.append(excluded.union([claim]))
            }
            return choice
        }
        return nil
    }
}
