import PassportCoding

/// Collects vectors. Each is judged by the reference implementation as it is made: its verdict
/// is written by hand, and an implementation that disagrees stops the writing.
final class Workshop {
    private(set) var vectors: [Vector] = []
    private(set) var problems: [String] = []
    private var paths: Set<String> = []
    let boxes: BoxStore

    init(boxes: BoxStore) { self.boxes = boxes }

    func add(
        _ area: Area, _ scenario: String, _ verdict: Ruling, _ comment: String,
        _ input: JSON, intermediate: JSON = .object([:])
    ) {
        do {
            let outcome = try Door.judge(area, input)
            if outcome.verdict != verdict {
                problems.append(
                    "\(area.rawValue)/\(scenario): \(verdict.rawValue) was wanted, and "
                        + "\(outcome.verdict.rawValue) came (\(outcome.code ?? "no code"))")
            }
            let vector = Vector(
                area: area, scenario: scenario, comment: comment, verdict: verdict,
                code: verdict.isPositive ? nil : outcome.code, input: input,
                intermediate: intermediate, expected: outcome.expected)
            if !paths.insert(vector.path).inserted {
                problems.append("\(vector.path): stands twice")
            }
            // Reading it back makes sure that the area's shape covers what was written.
            vectors.append(try Vector(vector.json))
        } catch {
            problems.append("\(area.rawValue)/\(scenario): \(error)")
        }
    }
}
