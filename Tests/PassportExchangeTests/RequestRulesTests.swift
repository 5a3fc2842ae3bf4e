import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@Suite("Signed requests: parameters, time and keys")
struct RequestRulesTests {
    private func refusal(
        at now: Timestamp = start, _ change: (inout Draft) -> Void
    ) throws -> ExchangeError.Code? {
        var desk = try Desk()
        change(&desk.draft)
        return PassportExchangeTests.refusal { try desk.verified(at: now) }
    }

    @Test(
        "every parameter but the algorithm has to be there, in its form",
        arguments: [
            "created", "expires", "nonce", "keyid", "tag",
        ])
    func missing(_ name: String) throws {
        for value in [nil, "?1", "token", "1.5", ":AAAA:", "-1"] as [String?] {
            #expect(try refusal { $0.set(name, value) } == .unsigned, "\(value ?? "missing")")
        }
    }

    @Test("a signature for another protocol, by another algorithm, or with more in it is refused")
    func foreign() throws {
        for tag in ["\"\"", "\"care-passport/2\"", "\"care-passport/1 \"", "\"web-bot-auth\""] {
            #expect(try refusal { $0.set("tag", tag) } == .unsigned)
        }
        for algorithm in ["\"rsa-pss-sha512\"", "\"hmac-sha256\"", "ed25519", "\"Ed25519\""] {
            #expect(try refusal { $0.set("alg", algorithm) } == .unsigned)
        }
        #expect(try refusal { $0.set("session", "1") } == .unsigned)
    }

    @Test("a nonce has 16 to 64 characters")
    func nonces() throws {
        for count in [0, 15, 65, 300] {
            let nonce = String(repeating: "n", count: count)
            #expect(try refusal { $0.set("nonce", "\"\(nonce)\"") } == .unsigned)
        }
        for count in [16, 64] {
            let nonce = String(repeating: "n", count: count)
            #expect(try refusal { $0.set("nonce", "\"\(nonce)\"") } == nil)
        }
    }

    @Test("a keyid is an organisation and a key in their one spelling")
    func keyIDs() throws {
        let desk = try Desk()
        let organisation = desk.identity.organisation.text
        let key = Base64URL.encode(try House.izmir.key(.exchange).verifyingKey.keyHash.bytes)
        for text in [
            "", organisation, "\(organisation).", ".\(key)", "\(organisation).\(key).",
            "\(organisation)/\(key)", "\(organisation).\(key)=",
            "\(organisation).\(key.dropLast())",
            "\(organisation).\(key)A",
        ] {
            #expect(try refusal { $0.set("keyid", "\"\(text)\"") } == .malformed, "\(text)")
        }
    }

    @Test("clocks may differ by 120 seconds either way, and not by 121")
    func skew() throws {
        for (seconds, accepted) in [(120, true), (121, false), (-120, true), (-121, false)] {
            let created = second(Int64(seconds))
            let code = try refusal {
                $0.set("created", created.text)
                $0.set("expires", created.adding(seconds: 300).text)
            }
            #expect(code == (accepted ? nil : .skewed), "\(seconds)")
        }
        let far = try refusal {
            $0.set("created", "999999999999999")
            $0.set("expires", "999999999999999")
        }
        #expect(far == .skewed)
    }

    @Test("the answer can state the difference, with its sign")
    func statedSkew() throws {
        let desk = try Desk(at: second(500))
        let fields = desk.draft.signed(by: try House.izmir.key(.exchange))
        let request = try UnverifiedRequest(desk.draft.components, fields)
        #expect(request.skew(at: start) == 500)
        #expect(request.skew(at: second(700)) == -200)
        do {
            _ = try request.verify(by: desk.identity, at: start)
            Issue.record("accepted")
        } catch {
            #expect(error.message.contains("500 seconds in the future"))
        }
    }

    @Test("a signature lasts at most 300 seconds, and ends")
    func lifetime() throws {
        #expect(try refusal { $0.set("expires", second(300).text) } == nil)
        #expect(try refusal { $0.set("expires", second(301).text) } == .skewed)
        #expect(try refusal { $0.set("expires", second(-1).text) } == .skewed)
        #expect(try refusal { $0.set("expires", second(0).text) } == nil)
        #expect(try refusal(at: second(60)) { _ in } == nil)
        #expect(try refusal(at: second(61)) { _ in } == .skewed)
    }

    @Test("nobody signs for an organisation with a key that its manifest does not list")
    func otherOrganisation() throws {
        let athens = try House.athens.identity()
        let izmirKey = try House.izmir.key(.exchange)
        // Athens' name, Izmir's key; and the other way round, verified as what it claims.
        let draft = Draft(athens, izmirKey.verifyingKey.keyHash)
        let request = try UnverifiedRequest(draft.components, draft.signed(by: izmirKey))
        #expect(request.organisation == athens.organisation)
        for identity in [athens, try House.izmir.identity()] {
            #expect(
                PassportExchangeTests.refusal { try request.verify(by: identity, at: start) }
                    == .unknownKey)
        }
    }

    @Test("a key that only names itself as another's is refused")
    func otherKey() throws {
        let athens = try House.athens.identity()
        let draft = Draft(athens, try House.athens.key(.exchange).verifyingKey.keyHash)
        let fields = draft.signed(by: try House.izmir.key(.exchange))
        let request = try UnverifiedRequest(draft.components, fields)
        #expect(
            PassportExchangeTests.refusal { try request.verify(by: athens, at: start) }
                == .badSignature)
    }

    @Test("keys outside their window, revoked, or of another purpose sign no requests")
    func keys() throws {
        let revoked = RoleKey.Revocation(reason: .compromised, since: second(-10))
        let later = RoleKey.Revocation(reason: .compromised, since: second(10))
        let superseded = RoleKey.Revocation(reason: .superseded, since: second(10))
        let cases: [(Listed, ExchangeError.Code?)] = [
            (Listed(purpose: .exchange), nil),
            (Listed(purpose: .exchange, from: second(1)), .unknownKey),
            (Listed(purpose: .exchange, to: second(-1)), .unknownKey),
            (Listed(purpose: .exchange, revocation: revoked), .unknownKey),
            // A thief writes any time; a request proves no age.
            (Listed(purpose: .exchange, revocation: later), .unknownKey),
            (Listed(purpose: .exchange, revocation: superseded), nil),
            (Listed(purpose: .consent), .unknownKey), (Listed(purpose: .log), .unknownKey),
        ]
        for (listed, code) in cases {
            let identity = try House.izmir.identity([listed])
            let key = try House.izmir.key(listed.purpose)
            let draft = Draft(identity, key.verifyingKey.keyHash)
            let request = try UnverifiedRequest(draft.components, draft.signed(by: key))
            #expect(
                PassportExchangeTests.refusal { try request.verify(by: identity, at: start) }
                    == code)
        }
    }

    @Test("our signer takes only exchange keys")
    func purposes() throws {
        let identity = try House.izmir.identity()
        let request = Draft(identity, identity.organisation.digest).components
        for purpose in [KeyPurpose.consent, .issue, .log, .root] {
            let key = try House.izmir.key(purpose)
            #expect(
                PassportExchangeTests.refusal {
                    try request.signed(
                        for: identity.organisation, by: key, at: start, randomness: .system)
                } == .unknownKey)
        }
    }
}
