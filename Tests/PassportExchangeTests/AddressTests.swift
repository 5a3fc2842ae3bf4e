import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@Suite("Addresses: one spelling for one place")
struct AddressTests {
    private let pin = Digest.sha256(of: [1])

    @Test(
        "addresses that are taken, and where they lead",
        arguments: [
            ("https://daemon.example", "daemon.example", 443),
            ("https://daemon.example:8443", "daemon.example", 8_443),
            ("https://127.0.0.1:1", "127.0.0.1", 1), ("https://a:65535", "a", 65_535),
            ("https://xn--mnchen-3ya.example", "xn--mnchen-3ya.example", 443),
            ("https://[::1]:8443", "::1", 8_443), ("https://[2001:db8::1]", "2001:db8::1", 443),
        ])
    func machines(_ text: String, _ host: String, _ port: Int) throws {
        let address = try ServiceAddress(text)
        #expect(address.place == .machine(host: host, port: port))
        #expect(address.description == text && !address.isLocal)
        #expect(address.base(pin: pin) == text)
        #expect("https://" + address.authority(pin: pin) == text)
    }

    @Test(
        "addresses that are not taken",
        arguments: [
            "", "https://", "http://daemon.example", "HTTPS://daemon.example", "daemon.example",
            "https://Daemon.example", "https://daemon.example/", "https://daemon.example/v1",
            "https://daemon.example?a", "https://daemon.example#a", "https://user@daemon.example",
            "https://daemon.example:443", "https://daemon.example:0",
            "https://daemon.example:65536",
            "https://daemon.example:", "https://daemon.example:08443", "https://daemon.example:+80",
            "https://daemon.example:80:80", "https://daemon.example:٣", "https://daemon..example",
            "https://.example", "https://daemon.example.", "https://-a.example",
            "https://a-.example",
            "https://a_b.example", "https://münchen.example", "https://daemon.example ",
            " https://daemon.example", "https://daemon.example\n", "https://[::1", "https://[]",
            "https://[::1%25eth0]", "https://[::G]", "https://[::1]:443", "https://[::1]x",
            "https://::1", "https://%61.example", "unix:", "unix:relative", "unix:/with space",
            "unix:/\u{7F}", "unix://é", "UNIX:/run/socket", "file:/run/socket",
        ])
    func refused(_ text: String) {
        #expect(refusal { try ServiceAddress(text) } == .malformed)
    }

    @Test("lengths at their limits and one past them")
    func lengths() throws {
        let label = String(repeating: "a", count: 63)
        _ = try ServiceAddress("https://\(label).example")
        #expect(refusal { try ServiceAddress("https://\(label)a.example") } == .malformed)
        _ = try ServiceAddress("unix:/" + String(repeating: "s", count: 106))
        #expect(
            refusal { try ServiceAddress("unix:/" + String(repeating: "s", count: 107)) }
                == .malformed)
        let labels = [label, label, label].joined(separator: ".")
        for (rest, accepted) in [(56, true), (57, false)] {
            let text = "https://\(labels)." + String(repeating: "b", count: rest)
            #expect((text.utf8.count <= ServiceAddress.maximumBytes) == accepted)
            #expect((refusal { try ServiceAddress(text) } == nil) == accepted)
        }
    }

    @Test("a socket's name in the network follows from the key of whoever listens")
    func sockets() throws {
        let address = try ServiceAddress("unix:/run/carepassd/socket")
        #expect(address.isLocal && address.place == .socket(path: "/run/carepassd/socket"))
        let name = "\("\(pin)".prefix(32)).invalid"
        #expect(address.base(pin: pin) == "https://\(name)")
        #expect(address.authority(pin: pin) == name)
        let other = Endpoint(address: address, pin: Digest.sha256(of: [2]))
        let mine = Endpoint(address: address, pin: pin)
        #expect(mine.uri("/v1/pair") == "https://\(name)/v1/pair")
        #expect(mine.uri("/v1/pair") != other.uri("/v1/pair"))
    }

    @Test("a request that was signed for one daemon's socket is none for another's")
    func otherSocket() throws {
        let address = try ServiceAddress("unix:/run/carepassd/socket")
        let identity = try House.izmir.identity()
        func request(_ pin: Digest) -> RequestComponents {
            RequestComponents(
                method: "GET",
                targetURI: Endpoint(address: address, pin: pin).uri(
                    ExchangePath.inbox(identity.organisation)),
                contentDigest: ContentDigest.empty)
        }
        let fields = try request(pin).signed(
            for: identity.organisation, by: House.izmir.key(.exchange), at: start,
            randomness: .system)
        _ = try UnverifiedRequest(request(pin), fields).verify(by: identity, at: start)
        let other = request(Digest.sha256(of: [2]))
        #expect(
            refusal { try UnverifiedRequest(other, fields).verify(by: identity, at: start) }
                == .badSignature)
    }
}
