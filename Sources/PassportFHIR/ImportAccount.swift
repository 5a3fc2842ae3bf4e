public import CarePassport

/// What became of every entry of a source, without a word of its content.
public struct ImportAccount: Hashable, Sendable, Codable {
    /// What became of one entry.
    public enum Outcome: Hashable, Sendable, Codable {
        /// It is in the summary, in a section of this kind.
        case taken(SectionKind)
        /// It was left out under this rule.
        case dropped(ImportRule)

        private enum CodingKeys: String, CodingKey { case taken, dropped }

        /// Reads `{"taken": kind}` or `{"dropped": rule}`, both by name.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let rule = try container.decodeIfPresent(ImportRule.self, forKey: .dropped) {
                self = .dropped(rule)
                return
            }
            let name = try container.decode(String.self, forKey: .taken)
            guard let kind = SectionKind(name: name) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .taken, in: container, debugDescription: "no kind of section")
            }
            self = .taken(kind)
        }

        /// Writes names, which stay the same where numbers would need a table.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .taken(let kind): try container.encode(kind.name, forKey: .taken)
            case .dropped(let rule): try container.encode(rule, forKey: .dropped)
            }
        }
    }

    /// One entry of the bundle, or one reference of the composition.
    public struct Line: Hashable, Sendable, Codable {
        /// Where it stands: `entry[12]`, or `entry[0].section[2].entry[1]` for a reference.
        public let position: String
        /// The resource type, limited to letters; `Reference` for a reference of the composition.
        public let type: String
        /// What became of it.
        public var outcome: Outcome
        /// What of it was left out although it was taken, each rule once, sorted by name.
        public var partial: [ImportRule]
        /// True when some coding in it had both a system and a code.
        public let isCoded: Bool
    }

    /// One line per entry, in order.
    public internal(set) var entries: [Line] = []
    /// One line per reference in the composition's sections, in order.
    public internal(set) var references: [Line] = []

    /// An empty account.
    public init() {}

    /// How many entries of some types were taken.
    public func taken(_ types: Set<String>? = nil) -> Int {
        lines(types).count { if case .taken = $0.outcome { true } else { false } }
    }

    /// How many entries of some types were dropped, by rule.
    public func dropped(_ types: Set<String>? = nil) -> [ImportRule: Int] {
        var sums: [ImportRule: Int] = [:]
        for line in lines(types) {
            if case .dropped(let rule) = line.outcome { sums[rule, default: 0] += 1 }
        }
        return sums
    }

    /// How often a part of a taken entry was left out, by rule.
    public var partial: [ImportRule: Int] {
        var sums: [ImportRule: Int] = [:]
        for rule in entries.flatMap(\.partial) { sums[rule, default: 0] += 1 }
        return sums
    }

    private func lines(_ types: Set<String>?) -> [Line] {
        entries.filter { types?.contains($0.type) ?? true }
    }
}
