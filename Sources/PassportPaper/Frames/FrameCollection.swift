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

    /// Frames that are kept, of whatever sets, and frames that claim one place.
    ///
    /// Attack: a sheet full of codes that are all of different sets, or all of one place.
    static let mostFrames = 65_536
    static let mostClaims = 16
    /// Choices of frames that are tried for one set, and sets that are tried.
    ///
    /// Attack: forged frames, to keep the reader busy for ever.
    static let mostChoices = 512
    static let mostTried = 16

    private var count = 0
    private var sets: [Key: [Int: [[UInt8]]]] = [:]

    /// Begins with nothing.
    public init() {}

    /// Takes in a frame.
    public mutating func take(_ frame: Frame) -> Taken {
        let key = Key(set: frame.set, layout: frame.layout)
        var claims = sets[key]?[frame.index] ?? []
        guard !claims.contains(frame.shard) else { return .again }
        guard claims.count < Self.mostClaims, count < Self.mostFrames else { return .setAside }
        claims.append(frame.shard)
        count += 1
        sets[key, default: [:]][frame.index] = claims
        return claims.count == 1 ? .new : .disputed
    }

    /// The one envelope that is here.
    ///
    /// Attacks: junk under the name of an honest set, or a whole set of somebody else's in the
    /// pile. A set counts when its digest holds; which of two envelopes is meant, only a person
    /// knows.
    ///
    /// - Parameter name: the first digits of its set's name, where there are several.
    /// - Throws: `severalSets` when there is more than one; else why the fullest set gives none:
    ///   `incomplete` or `damaged`.
    public func rebuilt(
        named name: String = ""
    ) throws(PaperError) -> (set: FrameSet, envelope: [UInt8]) {
        let sets = found(named: name)
        var whole: [(set: FrameSet, envelope: [UInt8])] = []
        var failure: PaperError?
        // Attack: junk sets of many frames, none of which are enough, before an honest one.
        let enough = sets.filter { $0.present.count >= $0.layout.needed }
        for set in enough.isEmpty ? sets.prefix(1) : enough.prefix(Self.mostTried) {
            do {
                let envelope = try set.envelope()
                // Printed twice, in two layouts, it is one envelope all the same.
                if !whole.contains(where: { $0.envelope == envelope }) {
                    whole.append((set, envelope))
                }
            } catch {
                failure = failure ?? error
            }
        }
        guard let only = whole.first else {
            throw failure
                ?? PaperError(
                    .incomplete, .noInput, "no code of a sheet was found in the pictures",
                    hint: "photograph the sheet from straight above, in good light, and all of it")
        }
        guard whole.count == 1 else {
            throw PaperError(
                .severalSets,
                "the pictures show several whole sets: \(Self.names(of: whole.map(\.set)))",
                hint: "name one with --set: the digits beside its three shapes, or all of these")
        }
        return only
    }

    /// Names that are as long as they must be to tell one set from another, four digits at least.
    private static func names(of sets: [FrameSet]) -> String {
        let names = sets.map(\.set.description)
        let length = (4...16).first { length in
            Set(names.map { $0.prefix(length) }).count == names.count
        }
        return names.map { $0.prefix(length ?? 16) }.joined(separator: ", ")
    }

    /// The sets whose names begin with some digits, fullest first.
    public func found(named name: String) -> [FrameSet] {
        found.filter { $0.set.description.hasPrefix(name.lowercased()) }
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
        // Attack: forged frames beside printed ones. Places that nobody disputes come first, so
        // that those are needed only where too little else is left.
        let places = present.sorted { one, other in
            (claims[one]?.count ?? 0, one) < (claims[other]?.count ?? 0, other)
        }
        let frames = places.flatMap { index in
            (claims[index] ?? []).map { (index: index, shard: $0) }
        }
        var choices = FrameChoices(frames.map(\.index), needed: needed)
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
        guard FrameSetID(of: envelope) == set,
            bytes[end...].elementsEqual(set.fill(bytes.count - end))
        else {
            return nil
        }
        return envelope
    }
}
