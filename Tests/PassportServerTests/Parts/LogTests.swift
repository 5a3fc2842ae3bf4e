import Foundation
import Logging
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Synchronization
import Testing

@testable import PassportServer

/// One line of JSON for each event, whatever is in it.
@Suite("Log lines") struct LogTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private func logged(_ body: (inout Logger) -> Void) throws -> [[String: String]] {
        let lines = Lines()
        var logger = Logger(label: "carepassd") { label in
            JSONLogHandler(label: label) { lines.add($0) }
        }
        body(&logger)
        return try lines.all.map { line in
            #expect(line.hasSuffix("\n") && line.count { $0.isNewline } == 1, "\(line)")
            return try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        }
    }

    @Test("each is one line, and nothing in it makes a second one or another field")
    func form() throws {
        let nasty = "a\nb\r\nc\u{2028}\"},{\"event\":\"forged\u{0}\u{1B}[31m"
        let lines = try logged { logger in
            logger[metadataKey: "always"] = "here"
            logger.info("started")
            logger.error("\(nasty)", metadata: ["note": "\(nasty)", "list": ["x", "y\n"]])
            logger.debug("not at this level")
        }
        #expect(lines.map { $0["event"] } == ["started", nasty])
        #expect(lines.map { $0["level"] } == ["info", "error"])
        #expect(lines.allSatisfy { $0["always"] == "here" && $0["from"] == "carepassd" })
        #expect(lines.last?["note"] == nasty)
        #expect(lines.allSatisfy { $0["time"]?.contains("T") == true })
    }

    @Test("a request's line names the route and nobody: no organisation, parcel or query")
    func requests() async throws {
        let pair = try await Pair()
        let lines = Lines()
        var logger = Logger(label: "carepassd") { label in
            JSONLogHandler(label: label) { lines.add($0) }
        }
        logger.logLevel = .trace
        let dispatcher = Dispatcher(daemon: try pair.south.daemon(), logger: logger)
        let digest = Digest.sha256(of: envelope(1))
        let requests = [
            Handmade("PUT", ExchangePath.inbox(pair.athens.id, digest), body: envelope(1)),
            Handmade("GET", ExchangePath.inbox(pair.athens.id) + "?after=7"),
            Handmade("GET", "/nowhere/" + pair.athens.id.text),
        ]
        for request in requests {
            for house in [pair.izmir.house, pair.athens.house] {
                _ = try await dispatcher.paperAnswer(
                    request.made(for: pair.south, by: house).received())
            }
        }
        #expect(lines.all.count == 6)
        for line in lines.all {
            for secret in [pair.athens.id.text, pair.izmir.id.text, "\(digest)", "after=7", "?"] {
                #expect(!line.contains(secret))
            }
        }
        #expect(lines.all.first?.contains(#""status":201,"#) == true)
    }

    @Test("a request's line says how long it took, and how long of that it waited for its body")
    func waits() async throws {
        let pair = try await Pair()
        pair.south.setDeadlines { $0.body = 2 }
        try await pair.south.restart()
        let lines = Lines()
        let logger = Logger(label: "carepassd") { label in
            JSONLogHandler(label: label) { lines.add($0) }
        }
        let dispatcher = Dispatcher(daemon: try pair.south.daemon(), logger: logger)
        let house = pair.athens.house
        let request = Handmade(
            "PUT", ExchangePath.identity(house.id), body: house.identity.encoded())
        for (count, end) in [(nil, BodyEnd.cut), (100, .silence)] {
            let made = try request.made(for: pair.south, by: house)
            _ = try await dispatcher.paperAnswer(
                made.received(bodyEndsAfter: count, then: end))
        }
        struct Line: Decodable {
            let waited: Int
            let microseconds: Int
        }
        let times = try lines.all.map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(times.count == 2)
        #expect(times.allSatisfy { 0 <= $0.waited && $0.waited <= $0.microseconds })
        // Who says nothing for two seconds costs the daemon two seconds, and no work.
        #expect(times[1].waited >= 1_900_000 && times[0].waited < times[1].waited, "\(times)")
    }

    @Test("what is a number by its type is one; a text of digits stays a text")
    func numbers() throws {
        let lines = Lines()
        let logger = Logger(label: "carepassd") { label in
            JSONLogHandler(label: label) { lines.add($0) }
        }
        logger.info(
            "request",
            metadata: [
                "status": .stringConvertible(201), "code": "201", "left": .stringConvertible(-7),
                "half": .stringConvertible(Double.nan),
            ])
        let line = try #require(lines.all.first)
        #expect(line.contains(#""status":201,"#) && line.contains(#""left":-7,"#))
        #expect(line.contains(#""code":"201""#))
        // JSON has no word for it.
        #expect(line.contains(#""half":"nan""#))
    }
}
