import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@Suite("Signed requests: what is covered")
struct RequestSignatureTests {
    private let upload = RequestComponents.Upload(offset: 65_536, length: 131_072)

    private func components(
        method: String = "PUT", target: String = "https://daemon.example/v1/a/inbox/b?after=3",
        digest: Digest = Digest.sha256(of: [1, 2, 3]), upload: RequestComponents.Upload? = nil
    ) -> RequestComponents {
        RequestComponents(
            method: method, targetURI: target, contentDigest: digest, upload: upload)
    }

    private func verify(
        _ received: RequestComponents, _ fields: SignatureFields, by identity: Identity
    ) throws -> VerifiedRequest {
        try UnverifiedRequest(received, fields).verify(by: identity, at: start)
    }

    @Test("what we sign is accepted, and says for whom, by which key, and until when")
    func roundTrip() throws {
        let identity = try House.izmir.identity()
        let key = try House.izmir.key(.exchange)
        for upload in [nil, upload] {
            let request = components(upload: upload)
            let fields = try request.signed(
                for: identity.organisation, by: key, at: start, randomness: .system)
            let verified = try verify(request, fields, by: identity)
            #expect(verified.components == request)
            #expect(verified.organisation == identity.organisation)
            #expect(verified.keyHash == key.verifyingKey.keyHash)
            #expect(verified.created == start)
            #expect(verified.expires == second(RequestRules.ownLifetime))
            #expect((16...64).contains(verified.nonce.utf8.count))
        }
    }

    @Test("two signatures of one request have different nonces")
    func nonces() throws {
        let identity = try House.izmir.identity()
        let key = try House.izmir.key(.exchange)
        var nonces: Set<String> = []
        for _ in 0..<50 {
            let fields = try components().signed(
                for: identity.organisation, by: key, at: start, randomness: .system)
            nonces.insert(try verify(components(), fields, by: identity).nonce)
        }
        #expect(nonces.count == 50)
    }

    /// Under another label the parser of structured fields reads it.
    @Test("our own form is read as the parser reads it, whatever byte of it is another")
    func ownForm() throws {
        let identity = try House.izmir.identity()
        let key = try House.izmir.key(.exchange)
        let request = components(upload: upload)
        let fields = try request.signed(
            for: identity.organisation, by: key, at: start, randomness: .system)
        func outcome(_ input: [UInt8], _ signature: [UInt8], _ label: String) -> String {
            func labelled(_ bytes: [UInt8]) -> String {
                label + "=" + String(decoding: bytes, as: UTF8.self)
            }
            do {
                let verified = try verify(
                    request,
                    SignatureFields(input: labelled(input), signature: labelled(signature)),
                    by: identity)
                return "\(verified.nonce) \(verified.created) \(verified.expires)"
            } catch let error as ExchangeError {
                return error.identifier
            } catch {
                return "\(error)"
            }
        }
        let input = Array(fields.input.utf8.dropFirst("carepass=".utf8.count))
        let signature = Array(fields.signature.utf8.dropFirst("carepass=".utf8.count))
        var accepted = 0
        func compare(_ input: [UInt8], _ signature: [UInt8]) {
            let own = outcome(input, signature, "carepass")
            #expect(own == outcome(input, signature, "other"), "\(own)")
            if !own.hasPrefix("exchange.") { accepted += 1 }
        }
        compare(input, signature)
        #expect(accepted == 1, "what is compared is accepted to begin with")
        for byte in Array("a0 ;\"\\=:(".utf8) {
            for place in input.indices where input[place] != byte {
                var changed = input
                changed[place] = byte
                compare(changed, signature)
                changed = input
                changed.insert(byte, at: place)
                compare(changed, signature)
            }
            for place in signature.indices where signature[place] != byte {
                var changed = signature
                changed[place] = byte
                compare(input, changed)
            }
        }
        for place in input.indices {
            compare(Array(input[..<place] + input[(place + 1)...]), signature)
        }
        // The Greek question mark, which Unicode holds to be a semicolon.
        let greek = input.flatMap { $0 == UInt8(ascii: ";") ? Array("\u{37E}".utf8) : [$0] }
        compare(greek, signature)
    }

    @Test("a signer that knows RFC 9421 and nothing of ours is accepted")
    func foreignSigner() throws {
        let desk = try Desk()
        #expect(try desk.verified().nonce == "0123456789abcdef")
        var other = desk
        other.draft.label = "sig-1"
        other.draft.covered.reverse()
        other.draft.parameters.reverse()
        #expect(try other.verified().components == desk.draft.components)
        other.draft.set("alg", nil)
        #expect(try other.verified().organisation == desk.identity.organisation)
    }

    @Test("a request of which any covered part differs is refused")
    func changed() throws {
        let identity = try House.izmir.identity()
        let request = components(upload: upload)
        let fields = try request.signed(
            for: identity.organisation, by: House.izmir.key(.exchange), at: start,
            randomness: .system)
        let others = [
            components(method: "GET", upload: upload),
            components(method: "put", upload: upload),
            components(target: "https://other.example/v1/a/inbox/b?after=3", upload: upload),
            components(target: "https://daemon.example/v1/a/inbox/c?after=3", upload: upload),
            components(target: "https://daemon.example/v1/a/inbox/b?after=4", upload: upload),
            components(target: "https://daemon.example/v1/a/inbox/b", upload: upload),
            components(target: "https://daemon.example:8443/v1/a/inbox/b?after=3", upload: upload),
            components(target: "http://daemon.example/v1/a/inbox/b?after=3", upload: upload),
            components(digest: Digest.sha256(of: [1, 2]), upload: upload),
            components(upload: .init(offset: 65_537, length: 131_072)),
            components(upload: .init(offset: 65_536, length: 131_073)),
        ]
        for other in others {
            #expect(refusal { try verify(other, fields, by: identity) } == .badSignature)
        }
        // Not covered at all is another matter than covered and different.
        #expect(refusal { try verify(components(), fields, by: identity) } == .unsigned)
    }

    @Test("a component that is missing, foreign, named twice or named with a parameter is refused")
    func coverage() throws {
        let desk = try Desk()
        for index in desk.draft.covered.indices {
            var other = desk
            other.draft.covered.remove(at: index)
            #expect(refusal { try other.verified() } == .unsigned)
        }
        for name in ["\"date\"", "\"@authority\"", "\"upload-offset\"", "\"@Method\""] {
            var other = desk
            other.draft.covered.append(name)
            #expect(refusal { try other.verified() } == .unsigned, "\(name)")
        }
        var twice = desk
        twice.draft.covered.append("\"@method\"")
        #expect(refusal { try twice.verified() } == .malformed)
        for name in ["\"@method\";req", "\"content-digest\";bs", "content-digest", "1"] {
            var other = desk
            other.draft.covered[2] = name
            #expect(refusal { try other.verified() } == .unsigned, "\(name)")
        }
        var none = desk
        none.draft.covered = []
        #expect(refusal { try none.verified() } == .unsigned)
    }

    @Test("an upload of which only one field is covered is refused")
    func halfUpload() throws {
        for name in ["\"upload-offset\"", "\"upload-length\""] {
            var desk = try Desk()
            desk.draft.upload = upload
            desk.draft.covered.append(name)
            #expect(refusal { try desk.verified() } == .unsigned)
        }
    }

    @Test("two signatures, another label, or a signature of another form are refused")
    func labels() throws {
        let desk = try Desk()
        let good = desk.draft.signed(by: try House.izmir.key(.exchange))
        let value = good.signature.dropFirst("carepass=".count)
        let list = desk.draft.list
        let short = Base64.encode([UInt8](repeating: 1, count: 63))
        let pairs = [
            ("carepass=\(list), other=\(list)", good.signature),
            (good.input, "\(good.signature), other=\(value)"),
            ("carepass=\(list), other=\(list)", "\(good.signature), other=\(value)"),
            (good.input, "other=\(value)"), ("other=\(list)", good.signature),
            ("", good.signature), (good.input, ""), (list, good.signature),
            (good.input, String(value)), ("carepass=\"text\"", good.signature),
            ("carepass", good.signature), (good.input, "carepass"),
            (good.input, "carepass=:\(short):"), (good.input, "carepass=::"),
            (good.input, "carepass=\"\(value)\""), (good.input, "\(good.signature);a=1"),
            (good.input, "carepass=(\(value))"), (good.input + ",", good.signature),
        ]
        for (input, signature) in pairs {
            let fields = SignatureFields(input: input, signature: signature)
            #expect(
                refusal { try UnverifiedRequest(desk.draft.components, fields) } == .malformed,
                "\(input.prefix(20)) \(signature.prefix(20))")
        }
    }

    @Test("fields longer than 4096 bytes are not read")
    func longFields() throws {
        let desk = try Desk()
        let good = desk.draft.signed(by: try House.izmir.key(.exchange))
        for fields in [
            SignatureFields(
                input: good.input + String(repeating: " ", count: 4_097), signature: good.signature),
            SignatureFields(
                input: good.input, signature: good.signature + String(repeating: " ", count: 4_097)),
        ] {
            #expect(
                refusal { try UnverifiedRequest(desk.draft.components, fields) } == .overLimit)
        }
        let most = good.input + String(repeating: " ", count: 4_096 - good.input.utf8.count)
        let fields = SignatureFields(input: most, signature: good.signature)
        _ = try verify(desk.draft.components, fields, by: desk.identity)
    }
}
