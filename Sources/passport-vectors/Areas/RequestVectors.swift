import PassportCoding
import PassportCrypto
import PassportTrust

/// Signed requests (RFC 9421), and what is done to them on the way.
struct RequestVectors {
    let shop: Workshop
    let izmir: House
    let athens: House

    init(shop: Workshop) throws {
        self.shop = shop
        izmir = try House("Izmir daemon", [.consent, .exchange])
        athens = try House("Athens daemon", [.consent, .exchange])
    }

    func write() throws {
        try accepted()
        try changed()
        try coverage()
        try members()
        try parameters()
        try times()
        try keys()
        try digests()
    }

    private func draft() throws -> RequestDraft {
        RequestDraft(for: izmir.id, key: try izmir.signingKey(.exchange).verifyingKey.keyHash)
    }

    private func upload() throws -> RequestDraft {
        var draft = try draft()
        draft.put([0xA4, 0x01, 0x01, 0x02, 0x01], offset: 0, length: 65_536)
        return draft
    }

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ draft: RequestDraft,
        now: Timestamp = Moments.now
    ) throws {
        shop.add(
            .request, scenario, verdict, comment,
            draft.input(by: try izmir.signingKey(.exchange), known: izmir, now: now),
            intermediate: verdict.isPositive ? ["base": .text(draft.base)] : .object([:]))
    }

    /// A request that was changed before it was signed.
    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String,
        _ change: (inout RequestDraft) -> Void
    ) throws {
        var draft = try draft()
        change(&draft)
        try add(scenario, verdict, comment, draft)
    }

    private func accepted() throws {
        try add("reading", .accept, "A request without a body has the digest of no bytes.") { _ in }
        try add("upload", .accept, "A part of a parcel, with its place signed.", upload())
        try add("any-order", .accept, "Order and label are the signer's; the algorithm is known.") {
            $0.label = "sig-1"
            $0.covered.reverse()
            $0.parameters.reverse()
            $0.set("alg", nil)
        }
    }

    /// Something differs from what was signed.
    private func changed() throws {
        let signed = try upload()
        let signature = signed.signature(by: try izmir.signingKey(.exchange))
        func add(
            _ scenario: String, _ comment: String, _ change: (inout RequestDraft) -> Void
        ) {
            var draft = signed
            change(&draft)
            shop.add(.request, scenario, .refused, comment, draft.input(signature, known: izmir))
        }
        add("method-changed", "The method is signed.") { $0.method = "GET" }
        for (name, target) in [
            ("host", "https://other.example:8443/v1/organisations/o/inbox/d"),
            ("port", "https://daemon.example/v1/organisations/o/inbox/d"),
            ("scheme", "http://daemon.example:8443/v1/organisations/o/inbox/d"),
            ("path", "https://daemon.example:8443/v1/organisations/o/inbox/e"),
            ("query", "https://daemon.example:8443/v1/organisations/o/inbox/d?after=1"),
            (
                "socket",
                "https://0123456789abcdef0123456789abcdef.invalid/v1/organisations/o/inbox/d"
            ),
        ] {
            add("target-\(name)-changed", "A request is for one daemon and one path.") {
                $0.target = target
            }
        }
        add("body-changed", "The body's digest is signed.") { $0.digest = RequestDraft.digest([1]) }
        add("offset-changed", "The place of a part is signed.") { $0.upload?.offset = 1 }
        add("length-changed", "The length of the whole is signed.") { $0.upload?.length += 1 }
        add("nonce-changed", "The nonce is signed.") {
            $0.set("nonce", "\"AnotherNonceOfTheThief\"")
        }
        add("expiry-changed", "The end is signed.") {
            $0.set("expires", "\(Moments.now.seconds + 121)")
        }
        var bytes = signature
        bytes[63] ^= 1
        shop.add(
            .request, "signature-bit", .refused, "A changed signature does not hold.",
            signed.input(bytes, known: izmir))
        shop.add(
            .request, "signature-short", .malformed, "A signature has 64 bytes.",
            signed.input(Array(signature.dropLast()), known: izmir))
    }

    private func coverage() throws {
        for (index, name) in ["method", "target", "digest"].enumerated() {
            try add(
                "\(name)-not-covered", .malformed, "What is not covered is a thief's to choose."
            ) { $0.covered.remove(at: index) }
        }
        var half = try upload()
        half.covered.removeLast()
        try add("length-not-covered", .malformed, "Both fields of an upload are signed.", half)
        try add("upload-only-covered", .malformed, "What is covered must be there.") {
            $0.covered += ["\"upload-offset\"", "\"upload-length\""]
        }
        var uncovered = try upload()
        uncovered.covered.removeLast(2)
        try add("upload-not-covered", .malformed, "The fields of an upload are signed.", uncovered)
        try add("component-added", .malformed, "Nothing is signed that nobody looks at.") {
            $0.covered.append("\"date\"")
        }
        try add("component-twice", .malformed, "A component stands once.") {
            $0.covered.append("\"@method\"")
        }
        try add("component-with-parameter", .malformed, "A component has no parameter.") {
            $0.covered[2] += ";bs"
        }
        try add("component-token", .malformed, "A component's name is a string.") {
            $0.covered[2] = "content-digest"
        }
        try add("nothing-covered", .malformed, "An empty signature signs nothing.") {
            $0.covered = []
        }
    }

    private func members() throws {
        let draft = try draft()
        let good = draft.input(by: try izmir.signingKey(.exchange), known: izmir)
        let input = good["signatureInput"].string ?? ""
        let signature = good["signature"].string ?? ""
        func add(_ scenario: String, _ comment: String, _ input: String, _ signature: String) {
            var changed = good.entries
            changed["signatureInput"] = .text(input)
            changed["signature"] = .text(signature)
            shop.add(.request, scenario, .malformed, comment, .object(changed))
        }
        let other = signature.dropFirst("carepass=".count)
        add(
            "two-inputs", "Of two, the reader would pick.", "\(input), other=\(draft.list)",
            signature
        )
        add(
            "two-signatures", "Of two, the reader would pick.", input,
            "\(signature), other=\(other)"
        )
        add("other-label", "Both fields name one label.", input, "other=\(other)")
        add("input-is-no-list", "The input is a list.", "carepass=\"@method\"", signature)
        add("signature-is-text", "A signature is bytes.", input, "carepass=\"abc\"")
        add("signature-with-parameter", "A signature is bytes alone.", input, signature + ";a")
        add("trailing-comma", "A field ends with its last member.", input + ",", signature)
        add(
            "input-past-limit", "A field has at most 4096 bytes.",
            input + String(repeating: " ", count: 4_097 - input.utf8.count), signature)
    }

    private func parameters() throws {
        for name in ["created", "expires", "nonce", "keyid", "tag"] {
            try add("without-\(name)", .malformed, "Every parameter but alg must be there.") {
                $0.set(name, nil)
            }
        }
        let changes: [(scenario: String, comment: String, name: String, value: String)] = [
            ("created-decimal", "A time is a whole number.", "created", "1771113600.5"),
            ("created-negative", "A time is not before 1970.", "created", "-1"),
            ("nonce-short", "A nonce has at least 16 characters.", "nonce", "\"0123456789abcde\""),
            ("nonce-token", "A nonce is a string.", "nonce", "abcdefghijklmnopqrst"),
            ("tag-of-another", "A signature for another protocol is none.", "tag", "\"other/1\""),
            ("other-algorithm", "One algorithm.", "alg", "\"rsa-pss-sha512\""),
            ("algorithm-token", "An algorithm is a string.", "alg", "ed25519"),
            ("parameter-unknown", "A parameter that nobody knows.", "session", "1"),
            ("keyid-of-one-part", "A keyid names organisation and key.", "keyid", "\"key\""),
        ]
        for change in changes {
            try add(change.scenario, .malformed, change.comment) {
                $0.set(change.name, change.value)
            }
        }
        let long = String(repeating: "n", count: 65)
        try add("nonce-long", .malformed, "A nonce has at most 64 characters.") {
            $0.set("nonce", "\"\(long)\"")
        }
        try add("nonce-longest", .accept, "A nonce has at most 64 characters.") {
            $0.set("nonce", "\"\(long.dropLast())\"")
        }
    }

    private func times() throws {
        for (name, seconds) in [("ahead", 120), ("behind", -120)] as [(String, Int64)] {
            let far = seconds + seconds.signum()
            try add("skew-\(name)", .accept, "Clocks may differ by 120 seconds.") {
                $0.times(created: Moments.now.adding(seconds: seconds), lasting: 300)
            }
            try add("skew-\(name)-past-limit", .refused, "Clocks differ by no more.") {
                $0.times(created: Moments.now.adding(seconds: far), lasting: 300)
            }
        }
        try add("lifetime-past-limit", .refused, "A signature lasts at most 300 seconds.") {
            $0.times(created: Moments.now, lasting: 301)
        }
        try add("ends-before-it-begins", .refused, "Time runs forward.") {
            $0.times(created: Moments.now, lasting: -1)
        }
        try add("last-second", .accept, "Its last second counts.") {
            $0.times(created: Moments.now.adding(seconds: -60), lasting: 60)
        }
        try add("expired", .refused, "What is over is over.") {
            $0.times(created: Moments.now.adding(seconds: -61), lasting: 60)
        }
    }

    private func keys() throws {
        let key = try izmir.signingKey(.exchange)
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ draft: RequestDraft,
            _ key: borrowing SigningKey, known: House
        ) {
            shop.add(.request, scenario, verdict, comment, draft.input(by: key, known: known))
        }
        let hash = key.verifyingKey.keyHash
        let signed = try draft()
        add(
            "signed-by-thief", .refused, "Naming a key does not make another's signature hold.",
            signed, try athens.signingKey(.exchange), known: izmir)
        add(
            "organisation-changed", .refused, "A key signs for those whose manifest lists it.",
            RequestDraft(for: athens.id, key: hash), key, known: athens)
        add(
            "organisation-not-known", .refused, "The organisation in keyid decides.",
            signed, key, known: athens)
        let consent = try izmir.signingKey(.consent)
        add(
            "key-of-other-purpose", .refused, "Only exchange keys sign requests.",
            RequestDraft(for: izmir.id, key: consent.verifyingKey.keyHash), consent, known: izmir)
        let later = Moments.now.adding(seconds: 60)
        for (scenario, house) in [
            ("key-compromised", try izmir.ending(.exchange, .compromised, since: Moments.made)),
            ("key-compromised-later", try izmir.ending(.exchange, .compromised, since: later)),
            (
                "key-not-yet",
                try izmir.limiting(.exchange, from: later, until: Moments.keyEnd)
            ),
            (
                "key-over",
                try izmir.limiting(.exchange, from: Moments.made, until: Moments.granted)
            ),
        ] {
            add(
                scenario, .refused, "A request proves no age: the key is in force now, or not.",
                signed, key, known: house)
        }
        add(
            "key-superseded-later", .accept, "Until its end a replaced key was in no other hands.",
            signed, key, known: try izmir.ending(.exchange, .superseded, since: later))
    }

    private func digests() throws {
        let good = RequestDraft.digest([])
        for (name, digest) in [
            ("other-algorithm", good.replacing("sha-256", with: "sha-512")),
            ("two", "\(good), unixsum=:AAA=:"), ("not-padded", good.replacing("=:", with: ":")),
            ("with-parameter", "\(good);a"), ("upper-case", good.replacing("sha", with: "SHA")),
            ("empty", ""),
        ] {
            try add("digest-\(name)", .malformed, "A digest has one spelling.") {
                $0.digest = digest
            }
        }
    }
}
