public import PassportCoding
public import PassportExchange

/// What a daemon replied: what was asked for, or why not.
public enum ExchangeReply<Value: Sendable>: Sendable {
    /// What was asked for.
    case success(Value)
    /// The daemon's refusal, made safe to show.
    case problem(Problem)

    /// What was asked for.
    ///
    /// - Throws: `refused`, with the refusal's code and words.
    public func get() throws(ExchangeError) -> Value {
        switch self {
        case .success(let value): return value
        case .problem(let problem):
            throw ExchangeError(
                .refused, .refused, "the daemon says: \(problem.title)", hint: problem.detail,
                cause: problem.code ?? "status-\(problem.status)")
        }
    }

    /// The same reply about something made of the value.
    func map<Other: Sendable>(
        _ body: (Value) throws(ExchangeError) -> Other
    ) throws(ExchangeError) -> ExchangeReply<Other> {
        switch self {
        case .success(let value): .success(try body(value))
        case .problem(let problem): .problem(problem)
        }
    }
}

extension Problem {
    private static let detailCharacters = 300

    /// Reads the refusal in an answer. A peer wrote it, and it ends up in terminals and logs: of
    /// our own kinds only the code counts, other titles are dropped, and of the words nothing
    /// stays that could steer a terminal or reorder a line.
    init(_ answer: IncomingAnswer) {
        let type = answer.fields["content-type"] ?? ""
        let said =
            type.hasPrefix(Self.mediaType)
            ? try? WireJSON.decode(Problem.self, from: answer.body) : nil
        let kind = Kind.all.first { $0.code == said?.code && $0.status == answer.status }
        self.init(
            kind ?? .fault, said?.detail.map { Self.shown($0) }, skew: said?.skew,
            offset: said?.offset)
        guard kind == nil else { return }
        self.type = "about:blank"
        title = "status \(answer.status)"
        status = answer.status
    }

    private static func shown(_ text: String) -> String {
        let scalars = text.unicodeScalars.lazy.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
                .unassigned:
                false
            default: true
            }
        }
        return String(String.UnicodeScalarView(scalars.prefix(detailCharacters)))
    }
}
