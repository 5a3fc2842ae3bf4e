import PassportCoding
import PassportCrypto
import PassportTrust

/// Where daemons are: addresses, invitations, services in manifests.
struct PlaceVectors {
    let shop: Workshop
    private let pin = Digest.sha256(of: Array("a TLS key".utf8))

    init(shop: Workshop) { self.shop = shop }

    func write() throws {
        addresses()
        invitations()
        try services()
    }

    private func addresses() {
        func add(_ scenario: String, _ verdict: Ruling, _ comment: String, _ text: String) {
            shop.add(
                .address, scenario, verdict, comment,
                ["text": .text(text), "pin": .hex(pin.bytes)])
        }
        add("host", .accept, "A host alone means port 443.", "https://daemon.example")
        add("port", .accept, "A host and a port.", "https://daemon.example:8443")
        add("numbers", .accept, "Hexadecimal digits and colons in brackets.", "https://[::1]:8443")
        add("socket", .accept, "A socket is named by the key behind it.", "unix:/run/carepassd/s")
        let label = String(repeating: "a", count: 63)
        add("label-at-limit", .accept, "A label has at most 63 characters.", "https://\(label)")
        let refused: [(String, String, String)] = [
            ("empty", "An address is there.", ""), ("not-secure", "Only TLS.", "http://a.example"),
            ("no-scheme", "The scheme is written.", "daemon.example"),
            ("scheme-upper-case", "One spelling.", "HTTPS://daemon.example"),
            ("host-upper-case", "One spelling.", "https://Daemon.example"),
            ("path", "No path.", "https://daemon.example/"),
            ("query", "No query.", "https://daemon.example?a"),
            ("fragment", "No fragment.", "https://daemon.example#a"),
            ("user", "No user.", "https://user@daemon.example"),
            ("port-443", "The usual port is left out.", "https://daemon.example:443"),
            ("port-zero", "A port is one.", "https://daemon.example:0"),
            ("port-past-limit", "A port has 16 bits.", "https://daemon.example:65536"),
            ("port-leading-zero", "One spelling.", "https://daemon.example:08443"),
            ("port-sign", "One spelling.", "https://daemon.example:+8443"),
            ("port-missing", "After a colon comes a port.", "https://daemon.example:"),
            ("no-host", "A host is there.", "https://"),
            ("dot-at-end", "One spelling.", "https://daemon.example."),
            ("two-dots", "A label is not empty.", "https://daemon..example"),
            ("hyphen-first", "A label begins with a letter or digit.", "https://-a.example"),
            ("underscore", "Letters, digits and hyphens.", "https://a_b.example"),
            ("not-ascii", "Names are written in ASCII.", "https://münchen.example"),
            ("space", "No white space.", "https://daemon.example "),
            ("bracket-open", "Brackets come in pairs.", "https://[::1"),
            ("zone", "No zone.", "https://[fe80::1%25eth0]"),
            ("socket-relative", "A socket's path begins at the root.", "unix:run/s"),
            ("socket-space", "No white space.", "unix:/run/a b"),
            (
                "socket-past-limit", "A socket's path has at most 107 bytes.",
                "unix:/" + String(repeating: "s", count: 107)
            ),
            ("label-past-limit", "A label has at most 63 characters.", "https://\(label)a"),
            (
                "past-limit", "An address has at most 256 bytes.",
                "https://" + String(repeating: "a.", count: 124) + "b"
            ),
        ]
        for (scenario, comment, text) in refused { add(scenario, .malformed, comment, text) }
    }

    private var invitation: [(Int, CBORItem?)] {
        [
            (1, .text("https://daemon.example:8443")), (2, pin.item),
            (3, .bytes(Array(Secrets.seed("invitation").prefix(16)))), (4, Moments.now.item),
        ]
    }

    private func invitations() {
        func line(_ fields: [(Int, CBORItem?)]) -> String {
            "carepass-invitation-1." + Base64URL.encode(CBORItem(fields: fields).encoded())
        }
        func add(_ scenario: String, _ verdict: Ruling, _ comment: String, _ text: String) {
            shop.add(.invitation, scenario, verdict, comment, ["text": .text(text)])
        }
        let good = line(invitation)
        func changed(_ index: Int, _ value: CBORItem?) -> String {
            var fields = invitation
            fields[index].1 = value
            return line(fields)
        }
        add("host", .accept, "Where, whose key, the secret, until when.", good)
        add(
            "socket", .accept, "A daemon of the same machine.",
            changed(0, .text("unix:/run/carepassd/s")))
        add("white-space", .accept, "White space around the line does not matter.", " \(good)\n")
        add("truncated", .malformed, "A line cut short is none.", String(good.dropLast()))
        add("longer", .malformed, "Nothing follows.", good + "A")
        add("padded", .malformed, "One spelling.", good + "=")
        add("two-words", .malformed, "An invitation is one word.", good + " " + good)
        add("upper-case", .malformed, "Case matters.", good.uppercased())
        add(
            "version-2", .malformed, "Another version is refused.",
            good.replacing("invitation-1", with: "invitation-2"))
        add("empty", .malformed, "An invitation is there.", "carepass-invitation-1.")
        for (index, name) in ["address", "pin", "secret", "expires"].enumerated() {
            add("without-\(name)", .malformed, "Every field must be there.", changed(index, nil))
        }
        add(
            "bad-address", .malformed, "The address is one.",
            changed(0, .text("https://Daemon.example")))
        add("short-secret", .malformed, "A secret has 16 bytes.", changed(2, .bytes([1])))
        add("short-pin", .malformed, "A pin has 32 bytes.", changed(1, .bytes([1])))
        add(
            "ignorable-part", .malformed, "Nothing in an invitation is ignored.",
            line(invitation + [(-1, .null)]))
        add(
            "past-limit", .malformed, "An invitation has at most 1024 characters.",
            good + String(repeating: "A", count: 1_025 - good.utf8.count))
    }

    private func service(_ number: Int) throws -> CBORItem {
        let key = try Secrets.signingKey("daemon \(number) log", .log)
        return .array([
            .text("https://d\(number).example"), pin.item,
            .bytes(key.verifyingKey.rawRepresentation),
        ])
    }

    private func services() throws {
        var plan = ManifestPlan(name: "Services")
        plan.roles = [try House.role("Services", .exchange)]
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ part: CBORItem
        ) throws {
            let payload = try Forge.fields(plan.payload()) { $0[CBORItem(-1)] = part }
            shop.add(
                .manifest, scenario, verdict, comment,
                ["manifests": .hexes([try ManifestPlan.sign(payload, by: plan.roots)])])
        }
        let all = try (0...Limits.services).map { try service($0) }
        try add("service", .accept, "Where the mailbox is.", .array([all[0]]))
        try add(
            "services-at-limit", .accept, "A manifest names at most \(Limits.services) daemons.",
            .array(Array(all.dropLast())))
        try add(
            "services-past-limit", .malformed,
            "A manifest names at most \(Limits.services) daemons.", .array(all))
        try add("services-empty", .malformed, "Without a daemon the key is absent.", .array([]))
        try add("services-null", .malformed, "Without a daemon the key is absent.", .null)
        try add(
            "services-out-of-order", .malformed, "Daemons have one order.",
            .array([all[1], all[0]])
        )
        try add("service-twice", .malformed, "An address stands once.", .array([all[0], all[0]]))
        guard case .array(let parts) = all[0] else { return }
        let short = CBORItem.bytes([1])
        let long = CBORItem.text(String(repeating: "a", count: Limits.addressBytes + 1))
        for (scenario, comment, service) in [
            ("service-without-key", "A daemon has three parts.", Array(parts.dropLast())),
            ("service-of-four", "A daemon has three parts.", parts + [.null]),
            ("service-short-pin", "A pin has 32 bytes.", [parts[0], short, parts[2]]),
            ("service-short-key", "A key has 32 bytes.", [parts[0], parts[1], short]),
            ("service-long-address", "An address has 256 bytes.", [long, parts[1], parts[2]]),
        ] {
            try add(scenario, .malformed, comment, .array([.array(service)]))
        }
    }
}
