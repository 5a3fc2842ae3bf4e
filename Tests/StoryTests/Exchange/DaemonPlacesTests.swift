import Foundation
import Testing

/// Configurations that can be read and could not run, or would run for nobody: said by
/// `check-config`, with the number of the line.
@Suite struct DaemonPlacesTests {
    /// A file, the line that is wrong in it, and what has to be said; nil for a right one.
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        var line = 0
        var says: String?
        var testDescription: String { text }
    }

    private static let long = String(repeating: "x", count: 108)

    private static let rows: [Row] = [
        Row(text: "listen = unix:/run/s"),
        Row(text: "listen = unix:/\(long.dropFirst(2))"),
        Row(text: "listen = unix:/\(long)", line: 2, says: "at most 107 bytes"),
        Row(text: "listen = unix:\(long)", line: 2, says: "at most 107 bytes"),
        Row(text: "listen = unix:", line: 2, says: "not 'number:port' or 'unix:/path'"),
        Row(text: "listen = unix:/run/a b", line: 2, says: "no spaces"),
        Row(
            text: "listen = unix:/run/s\naddress = https://a.example", line: 3,
            says: "while 'listen' is a socket file"),
        Row(text: "listen = 127.0.0.1:18461"), Row(text: "listen = [::1]:18461"),
        Row(text: "listen = 0.0.0.0:18461", line: 2, says: "'address' has to say"),
        Row(text: "listen = [::]:18461", line: 2, says: "'address' has to say"),
        Row(text: "listen = [0:0:0:0:0:0:0:0]:18461", line: 2, says: "'address' has to say"),
        Row(text: "listen = 0.0.0.0:18461\naddress = https://a.example"),
        Row(text: "listen = [::]:18461\naddress = https://a.example:18461"),
        Row(
            text: "listen = 0.0.0.0:18461\naddress = https://0.0.0.0:18461", line: 3,
            says: "no place that others reach"),
        Row(text: "listen = localhost:18461", line: 2, says: "but a name"),
        Row(text: "listen = 127.0.0.1:0", line: 2, says: "port 0"),
        Row(text: "listen = [::A]:18461", line: 2, says: "not an address"),
        Row(
            text: "listen = 127.0.0.1:18461\nmetrics = 127.0.0.1:18461", line: 3,
            says: "'listen' has this port"),
        Row(
            text: "listen = 0.0.0.0:18461\nmetrics = 127.0.0.1:18461\naddress = https://a.example",
            line: 3, says: "'listen' has this port"),
        Row(text: "listen = 127.0.0.1:18461\nmetrics = 127.0.0.1:18462"),
        Row(text: "listen = 127.0.0.1:18461\nmetrics = 127.0.0.2:18461"),
        Row(
            text: "listen = 127.0.0.1:18461\nmetrics = localhost:18462", line: 3,
            says: "but a name"),
        Row(
            text: "listen = unix:s\nconnections = 64\nconnections-per-address = 65", line: 4,
            says: "more than all 'connections', which are 64"),
        Row(text: "listen = unix:s\nconnections = 64\nconnections-per-address = 64"),
        Row(text: "listen = \"unix:s\"", line: 2, says: "without quotes"),
        Row(text: "listen = unix:s\nlog-level = 'info'", line: 3, says: "without quotes"),
    ]

    private static func check(_ text: String) throws -> Answer {
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "carepassd.conf")
        return try CarePassProcess(folder: folder.path).run(
            DaemonProcess.executable, ["check-config", "--config", file])
    }

    @Test("What cannot run is not called fine", arguments: rows)
    func whatCannotRunIsSaid(_ row: Row) throws {
        let answer = try Self.check("data = data\n\(row.text)\n")
        guard let says = row.says else {
            #expect(answer.status == 0, "\(answer.summary)")
            return
        }
        #expect(answer.status == 65, "\(answer.summary)")
        #expect(answer.complaints.hasPrefix("error: line \(row.line),"), "\(answer.complaints)")
        #expect(answer.complaints.contains(says), "\(answer.complaints)")
    }

    @Test("A quoted folder is not taken for one whose name has quotes")
    func quotes() throws {
        let answer = try Self.check("data = \"d\"\nlisten = unix:s\n")
        #expect(answer.status == 65 && answer.complaints.hasPrefix("error: line 1, 'data'"))
    }

    @Test("Few connections are not more from one address than all together")
    func fewConnections() throws {
        let answer = try Self.check("data = d\nlisten = unix:s\nconnections = 20\n")
        #expect(answer.status == 0 && answer.text.contains("20, 20 from one address"))
    }
}
