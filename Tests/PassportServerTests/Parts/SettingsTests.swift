import PassportCoding
import PassportExchange
import PassportStore
import Testing

@testable import PassportServer

/// The one configuration file.
@Suite("Settings") struct SettingsTests {
    private static let least = "data = d\nlisten = 127.0.0.1:8443\n"

    private func read(_ text: String) throws -> Settings {
        try Settings(parsing: text, relativeTo: "/etc/carepassd")
    }

    /// The message of the refusal, or nil when the text is taken.
    private func refusal(_ text: String) -> String? {
        do {
            _ = try read(text)
            return nil
        } catch let error as ServerError {
            return error.code == .badSettings ? error.message : "\(error)"
        } catch {
            return "\(error)"
        }
    }

    @Test("every setting is read")
    func everything() throws {
        let text = """
            # a comment, and an empty line

            data = /var/lib/carepassd   # where everything is
            \tlisten\t=\t[::]:8443\t
            address = https://mail.example:8443
            metrics = 127.0.0.1:9464
            log-level = warning
            connections = 64
            connections-per-address = 16
            bytes-per-sender = 100000000
            bytes-per-organisation = 200000000
            collect-seconds = 300
            """
        let settings = try read(text)
        var wanted = Settings(
            data: "/var/lib/carepassd", listen: .machine(host: "::", port: 8443),
            address: try ServiceAddress("https://mail.example:8443"))
        wanted.metrics = .machine(host: "127.0.0.1", port: 9464)
        wanted.logLevel = .warning
        wanted.connections = 64
        wanted.connectionsPerAddress = 16
        wanted.bytesPerSender = 100_000_000
        wanted.bytesPerOrganisation = 200_000_000
        wanted.collectSeconds = 300
        #expect(settings == wanted)
        for name in Settings.names { #expect(text.contains(name)) }
        #expect(settings.listen.description == "[::]:8443")
    }

    @Test("standard values, and paths relative to the file")
    func standards() throws {
        let settings = try read("listen = unix:run/socket\ndata = state")
        #expect(settings.data == "/etc/carepassd/state")
        #expect(settings.listen == .socket(path: "/etc/carepassd/run/socket"))
        #expect(settings.address == nil && settings.metrics == nil)
        #expect(settings.logLevel == .info && settings.collectSeconds == 60)
        #expect(try settings.ownAddress().description == "unix:/etc/carepassd/run/socket")
        let machine = try read(Self.least)
        #expect(try machine.ownAddress().description == "https://127.0.0.1:8443")
        #expect(try machine.ownAddress(port: 443).description == "https://127.0.0.1")
        #expect(machine.bytesPerOrganisation == 4 * machine.bytesPerSender)
        // A file from before the setting was there still counts.
        let generous = try read(Self.least + "bytes-per-sender = 68719476736")
        #expect(generous.bytesPerOrganisation == 4 * 68_719_476_736)
        #expect(generous.bounds.senderBytes == 68_719_476_736)
        let narrow = try read(Self.least + "bytes-per-organisation = 2147483648")
        #expect(narrow.bounds.ownerBytes == 2 * narrow.bytesPerSender)
        let named = try read(Self.least + "address = https://a.example")
        #expect(try named.ownAddress(port: 1).description == "https://a.example")
    }

    @Test("a file from another system, with carriage returns, says the same")
    func carriageReturns() throws {
        #expect(
            try read(Self.least.replacing("\n", with: "\r\n")) == read(Self.least))
    }

    @Test(
        "wrong lines are named by their number",
        arguments: [
            "address = http://a.example", "address = unix:/run/x", "address = https://A.example",
            "metrics = 0.0.0.0:9464", "metrics = unix:/run/x", "metrics = 9464",
            "metrics = 127.0.0.1:", "metrics = 127.evil.example:1", "metrics = 127.0.0.1:65536",
            "log-level = loud", "log-level = Info", "connections = 7", "connections = 65537",
            "connections = many", "connections = -1", "connections-per-address = 0",
            "bytes-per-organisation = 134217727", "bytes-per-organisation = 2147483647",
            "collect-seconds = 0", "collect-seconds = 86401", "collect-seconds = 1.5",
            "colour = blue", "Data = x", "data = twice", "listen = 1.2.3.4:1", "nonsense",
            "= value", "name =", "log-level = info = debug", "connections = 9223372036854775808",
        ])
    func wrongLines(_ line: String) throws {
        let message = try #require(refusal(Self.least + "# three\n" + line), "\(line)")
        #expect(message.contains("line 4"), "\(message)")
    }

    @Test("wrong places to listen", arguments: ["8443", ":8443", "[]:1", "a:b", "a:-1", "a:70000"])
    func wrongPlaces(_ place: String) throws {
        let message = try #require(refusal("data = d\nlisten = \(place)"))
        #expect(message.contains("line 2, 'listen'"))
    }

    @Test("what is missing is named, and a file without end is not read")
    func missing() throws {
        #expect(refusal("listen = 127.0.0.1:1")?.contains("'data'") == true)
        #expect(refusal("data = d")?.contains("'listen'") == true)
        #expect(refusal("") != nil)
        #expect(refusal(Self.least + String(repeating: "\n", count: 1_000)) != nil)
        #expect(refusal(Self.least + "#" + String(repeating: "x", count: 65_536)) != nil)
    }
}
