import Foundation
import Testing

/// `carepassd check-config`: every kind of wrong line, said with its number.
@Suite struct DaemonSettingsTests {
    private static let good = """
        # Everything that can stand here.
        data = data

        listen = 127.0.0.1:18443   # a comment behind a value
        address = https://mail.example:8443
        metrics = 127.0.0.1:9464
        log-level = warning
        connections = 100
        connections-per-address = 10
        bytes-per-sender = 67108864
        bytes-per-organisation = 134217728
        collect-seconds = 30
        """

    /// A line that takes the place of another, and what has to be said about it.
    struct Row: Sendable, CustomTestStringConvertible {
        let line: String
        let says: String
        var testDescription: String { line }
    }

    private static let rows: [Row] = [
        Row(line: "daat = data", says: "no setting of this name"),
        Row(line: "Log-Level = info", says: "no setting of this name"),
        Row(line: "data = elsewhere", says: "twice"),
        Row(line: "log-level", says: "not 'name = value'"),
        Row(line: "log-level =", says: "not 'name = value'"),
        Row(line: "= info", says: "not 'name = value'"),
        Row(line: "log-level = verbose", says: "not a level"),
        Row(line: "connections = 7", says: "not a number from 8 to 65536"),
        Row(line: "connections = 65537", says: "not a number from 8 to 65536"),
        Row(line: "connections = many", says: "not a number"),
        Row(line: "connections = 99999999999999999999", says: "not a number"),
        Row(line: "connections-per-address = 0", says: "not a number from 1 to 65536"),
        Row(line: "bytes-per-sender = 67108863", says: "not a number from 67108864"),
        Row(line: "bytes-per-organisation = 134217727", says: "not a number from 134217728"),
        Row(line: "collect-seconds = -1", says: "not a number from 1 to 86400"),
        Row(line: "collect-seconds = 0.5", says: "not a number"),
        Row(line: "metrics = 0.0.0.0:9464", says: "on this machine only"),
        Row(line: "metrics = unix:metrics", says: "on this machine only"),
        Row(line: "metrics = 9464", says: "not 'number:port'"),
        Row(line: "metrics = 127.0.0.1:65536", says: "not 'number:port'"),
        Row(line: "listen = 127.0.0.1", says: "not 'number:port'"),
        Row(line: "listen = :8443", says: "not 'number:port'"),
        Row(line: "listen = 127.0.0.1:-1", says: "not 'number:port'"),
        Row(line: "address = http://mail.example", says: "not an address"),
        Row(line: "address = https://mail.example/path", says: "not an address"),
        Row(line: "address = https://mail.example:443", says: "not an address"),
        Row(line: "address = https://MAIL.example", says: "not an address"),
        Row(line: "address = unix:/run/socket", says: "cannot reach a socket file"),
    ]

    private static func check(_ text: String) throws -> Answer {
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "carepassd.conf")
        return try CarePassProcess(folder: folder.path).run(
            DaemonProcess.executable, ["check-config", "--config", file])
    }

    @Test("A right file is explained, and nothing is made or changed")
    func aRightFileIsExplained() throws {
        let answer = try Self.check(Self.good)
        #expect(answer.status == 0 && answer.complaints.isEmpty, "\(answer.summary)")
        #expect(answer.text.contains("127.0.0.1:18443") && answer.text.contains("warning"))
        #expect(answer.text.hasSuffix("The configuration can be read.\n"))
    }

    @Test("A wrong line ends with 65 and its number", arguments: rows)
    func aWrongLineIsNamed(_ row: Row) throws {
        let name = String(row.line.prefix { $0 != "=" && $0 != " " })
        var lines = Self.good.components(separatedBy: "\n")
        let place: Int
        let known = lines.firstIndex { $0.hasPrefix("\(name) =") }
        if let known, name != "data", !name.isEmpty {
            lines[known] = row.line
            place = known + 1
        } else {
            lines.append(row.line)
            place = lines.count
        }
        let answer = try Self.check(lines.joined(separator: "\n"))
        #expect(answer.status == 65 && !answer.wasKilled, "\(answer.summary)")
        #expect(answer.complaints.hasPrefix("error: line \(place)"), "\(answer.complaints)")
        #expect(answer.complaints.contains(row.says), "\(answer.complaints)")
    }

    @Test("What is missing, and what is no text, is said too")
    func whatIsMissingIsSaid() throws {
        for (text, says) in [
            ("", "'data' is missing"), ("data = data\n", "'listen' is missing"),
            ("listen = unix:socket\n", "'data' is missing"),
            (String(repeating: "#\n", count: 1_001), "more than 1000 lines"),
            (String(repeating: "# long\n", count: 10_000), "longer than 65536 bytes"),
        ] {
            let answer = try Self.check(text)
            #expect(answer.status == 65, "\(answer.summary)")
            #expect(answer.complaints.contains(says), "\(answer.complaints)")
        }
    }
}
