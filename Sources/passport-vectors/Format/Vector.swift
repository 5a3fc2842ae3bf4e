import PassportCoding

/// What a reader must do with the input of a vector.
enum Ruling: String, CaseIterable, Sendable {
    /// Take it, and find what `expected` says.
    case accept
    /// Take it, and say what is doubtful about it.
    case warn
    /// Refuse it: the bytes are not of the format. The command line exits with 65.
    case malformed
    /// Refuse it: well formed, and the rules say no. The command line exits with 77.
    case refused

    /// The verdict for a failure; nil for a fault of the program, which no vector may cause.
    init?(_ failure: any DescribedFailure) {
        switch failure.kind {
        case .badInput: self = .malformed
        case .refused, .noInput: self = .refused
        case .cannotWrite, .fault: return nil
        }
    }

    var isPositive: Bool { self == .accept || self == .warn }
}

/// One scenario.
struct Vector: Hashable, Sendable {
    static let formatVersion = 1

    var area: Area
    var scenario: String
    var comment: String
    var verdict: Ruling
    var code: String?
    var input: JSON
    var intermediate: JSON
    var expected: JSON

    var path: String { "\(area.rawValue)/\(scenario).json" }

    var json: JSON {
        .entries([
            "version": .int(Self.formatVersion), "area": .text(area.rawValue),
            "scenario": .text(scenario), "comment": .text(comment),
            "verdict": .text(verdict.rawValue), "code": code.map { .text($0) } ?? .null,
            "input": input, "intermediate": intermediate.entries.isEmpty ? .null : intermediate,
            "expected": expected,
        ])
    }

    init(
        area: Area, scenario: String, comment: String, verdict: Ruling, code: String?,
        input: JSON, intermediate: JSON, expected: JSON
    ) {
        self.area = area
        self.scenario = scenario
        self.comment = comment
        self.verdict = verdict
        self.code = code
        self.input = input
        self.intermediate = intermediate
        self.expected = expected
    }

    /// Reads a vector, and refuses a key, a type or a word that its area does not have.
    init(_ json: JSON) throws {
        guard let area = json["area"].string.flatMap(Area.init(rawValue:)) else {
            throw VectorProblem("an area that does not exist")
        }
        try area.vectorShape.check(json, at: area.rawValue)
        guard json["version"] == .int(Self.formatVersion), let scenario = json["scenario"].string,
            let comment = json["comment"].string,
            let verdict = json["verdict"].string.flatMap(Ruling.init(rawValue:))
        else { throw VectorProblem("version, scenario, comment or verdict is not one") }
        self.init(
            area: area, scenario: scenario, comment: comment, verdict: verdict,
            code: json["code"].string, input: json["input"],
            intermediate: json.entries["intermediate"] ?? .object([:]),
            expected: json["expected"])
    }
}

/// A vector that is not one, or does not do what it says.
struct VectorProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
