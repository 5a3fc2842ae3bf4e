import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Synchronization
import Testing

@testable import PassportServer

/// A ring is never lost, and a sleeper always wakes.
@Suite("The bell") struct BellTests {
    @Test("a ring before the sleep is kept, and wakes once")
    func kept() async {
        let bell = Bell()
        bell.ring()
        bell.ring()
        // Far longer than a test may last: only the ring can end it.
        await bell.wait(atMost: 1_000_000)
        await bell.wait(atMost: 0)
    }

    @Test("a ring during the sleep wakes it")
    func rung() async {
        let bell = Bell()
        async let sleeper: Void = bell.wait(atMost: 1_000_000)
        await Task.yield()
        bell.ring()
        await sleeper
    }

    @Test("a task that is cancelled sleeps no longer")
    func cancelled() async {
        let bell = Bell()
        let task = Task { await bell.wait(atMost: 1_000_000) }
        await Task.yield()
        task.cancel()
        await task.value
    }

    @Test("many rings from many sides")
    func many() async {
        let bell = Bell()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { bell.ring() } }
            group.addTask { for _ in 0..<50 { await bell.wait(atMost: 0) } }
        }
        bell.ring()
        await bell.wait(atMost: 1_000_000)
    }
}

/// Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/
@Suite("Metrics") struct MetricsTests {
    private func check(_ text: String) throws {
        let comment = try Regex(
            #"# (HELP [a-z_]+ [^\n]+\.|TYPE [a-z_]+ (counter|gauge))"#)
        let sample = try Regex(
            #"([a-z_]+)(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? (-?[0-9]+)"#)
        var typed: Set<Substring> = []
        var samples: Set<Substring> = []
        #expect(text.hasSuffix("\n"))
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("#") {
                #expect(line.wholeMatch(of: comment) != nil, "\(line)")
                guard line.hasPrefix("# TYPE") else { continue }
                let name = line.split(separator: " ")[2]
                #expect(typed.insert(name).inserted, "\(name) is typed twice")
                #expect(line.hasSuffix("counter") == name.hasSuffix("_total"), "\(line)")
            } else {
                #expect(line.wholeMatch(of: sample) != nil, "\(line)")
                let name = line.prefix { $0 != "{" && $0 != " " }
                #expect(typed.contains(name), "\(name) has no type")
                #expect(samples.insert(line.prefix { $0 != " " }).inserted, "\(line)")
            }
        }
    }

    @Test("every line has the form, every name one type, every series one line")
    func form() throws {
        let metrics = DaemonMetrics()
        try check(metrics.text(levels: []))
        for route in Route.all {
            metrics.answered(route.template, status: 200, microseconds: 3)
            metrics.answered(route.template, status: 404, microseconds: 4)
        }
        metrics.answered("none", status: 405, microseconds: 1)
        metrics.tried("delivered")
        metrics.received(bytes: 5)
        metrics.sent(bytes: 6)
        metrics.connected(1)
        metrics.turnedAway()
        let text = metrics.text(levels: [("hosted", "Mailboxes.", -1)])
        try check(text)
        #expect(text.contains("carepassd_received_bytes_total 5\n"))
        #expect(text.contains("carepassd_hosted -1\n"))
        #expect(text.contains("carepassd_deliveries_total{outcome=\"delivered\"} 1\n"))
    }

    @Test("the page of a working daemon names nobody")
    func page() async throws {
        let pair = try await Pair()
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await pair.world.run(for: 0)
        pair.world.lines.partition("north", "south")
        try await pair.izmir.send(envelope(2), to: pair.athens)
        try await pair.world.run(for: 120)
        let page = MetricsPage(daemon: try pair.north.daemon())
        func get(_ path: String) async throws -> (status: Int, text: String) {
            let context = BasicRequestContext(
                source: ApplicationRequestContextSource(
                    channel: NIOAsyncTestingChannel(), logger: silent))
            let request = Request(
                head: HTTPRequest(method: .get, scheme: nil, authority: nil, path: path),
                body: RequestBody(buffer: ByteBuffer()))
            let response = try await page.respond(to: request, context: context)
            let gathered = Gathered()
            try await response.body.write(BodyGatherer { gathered.add($0) })
            return (response.status.code, String(decoding: gathered.bytes, as: UTF8.self))
        }
        let metrics = try await get("/metrics")
        #expect(metrics.status == 200)
        try check(metrics.text)
        #expect(metrics.text.contains("carepassd_waiting_parcels 1\n"))
        #expect(metrics.text.contains("carepassd_oldest_waiting_seconds 120\n"))
        #expect(metrics.text.contains("carepassd_deliveries_total{outcome=\"delivered\"} 1\n"))
        for id in [pair.izmir.id, pair.athens.id] {
            #expect(!metrics.text.contains(id.text))
        }
        #expect(try await get("/health").text == "ok\n")
        #expect(try await get("/").status == 404)
        try pair.north.mailroom().close()
        await #expect(throws: (any Error).self) { try await get("/health") }
    }
}
