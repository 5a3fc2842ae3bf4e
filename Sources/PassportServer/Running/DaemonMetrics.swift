internal import Synchronization

/// Counts for the metrics page, in Prometheus' text format. Nothing in them names anybody.
final class DaemonMetrics: Sendable {
    private struct Answer: Hashable {
        let route: String
        let status: Int
    }

    private struct Counts {
        var answers: [Answer: Int] = [:]
        var microseconds: [String: Int] = [:]
        var received = 0
        var sent = 0
        var attempts: [String: Int] = [:]
        var connections = 0
        var turnedAway = 0
    }

    private let counts = Mutex(Counts())

    func answered(_ route: String, status: Int, microseconds: Int) {
        counts.withLock {
            $0.answers[Answer(route: route, status: status), default: 0] += 1
            $0.microseconds[route, default: 0] &+= microseconds
        }
    }

    func received(bytes: Int) { counts.withLock { $0.received &+= bytes } }

    func sent(bytes: Int) { counts.withLock { $0.sent &+= bytes } }

    func tried(_ outcome: String) { counts.withLock { $0.attempts[outcome, default: 0] += 1 } }

    func connected(_ change: Int) { counts.withLock { $0.connections += change } }

    func turnedAway() { counts.withLock { $0.turnedAway += 1 } }

    /// The lines of what is counted here; `levels` are read from the database.
    func text(levels: [(name: String, help: String, value: Int64)]) -> String {
        let counts = counts.withLock { $0 }
        var lines: [String] = []
        func begin(_ name: String, _ kind: String, _ help: String) {
            lines += ["# HELP carepassd_\(name) \(help)", "# TYPE carepassd_\(name) \(kind)"]
        }
        begin("requests_total", "counter", "Answers by route and status.")
        for (answer, count) in counts.answers.sorted(by: {
            ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status)
        }) {
            lines.append(
                "carepassd_requests_total{route=\"\(answer.route)\",status=\"\(answer.status)\"} \(count)"
            )
        }
        begin("request_microseconds_total", "counter", "Time of requests, their bodies included.")
        for (route, time) in counts.microseconds.sorted(by: { $0.key < $1.key }) {
            lines.append("carepassd_request_microseconds_total{route=\"\(route)\"} \(time)")
        }
        begin("deliveries_total", "counter", "Attempts to deliver or collect, by outcome.")
        for (outcome, count) in counts.attempts.sorted(by: { $0.key < $1.key }) {
            lines.append("carepassd_deliveries_total{outcome=\"\(outcome)\"} \(count)")
        }
        let own: [(String, String, String, Int64)] = [
            (
                "received_bytes_total", "counter", "Bytes of bodies received.",
                Int64(counts.received)
            ),
            ("sent_bytes_total", "counter", "Bytes of bodies sent.", Int64(counts.sent)),
            ("connections", "gauge", "Connections now.", Int64(counts.connections)),
            ("turned_away_total", "counter", "Connections refused.", Int64(counts.turnedAway)),
        ]
        for (name, kind, help, value) in own + levels.map({ ($0.name, "gauge", $0.help, $0.value) })
        {
            begin(name, kind, help)
            lines.append("carepassd_\(name) \(value)")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
