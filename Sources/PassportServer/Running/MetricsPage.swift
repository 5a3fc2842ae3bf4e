internal import HTTPTypes
internal import Hummingbird
internal import PassportCoding
internal import PassportStore

/// `/metrics` in Prometheus' text format, and `/health`.
struct MetricsPage: HTTPResponder {
    typealias Context = BasicRequestContext

    let daemon: Daemon

    func respond(to request: Request, context: Context) async throws -> Response {
        switch request.uri.path {
        case "/metrics":
            let counts = try await daemon.mailroom.counts()
            let age = counts.oldestWaiting.map { max(daemon.now().seconds - $0.seconds, 0) } ?? 0
            let levels: [(String, String, Int64)] = [
                ("hosted", "Organisations with a mailbox here.", Int64(counts.hosted)),
                ("inbox_parcels", "Parcels not fetched yet.", Int64(counts.inbox)),
                ("waiting_parcels", "Parcels that wait to be sent.", Int64(counts.waiting)),
                ("dead_parcels", "Parcels that were given up.", Int64(counts.dead)),
                ("oldest_waiting_seconds", "Age of the oldest that waits.", age),
                ("partial_uploads", "Uploads that were cut.", Int64(counts.partials)),
                ("log_entries", "Entries of the log.", Int64(clamping: counts.logSize)),
            ]
            let text = daemon.metrics.text(levels: levels)
            return .bytes(Array(text.utf8), "text/plain; version=0.0.4; charset=utf-8")
        case "/health":
            _ = try await daemon.mailroom.logSize()
            return .bytes(Array("ok\n".utf8), "text/plain; charset=utf-8")
        default: return .empty(404)
        }
    }
}
