import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTestSupport
import Testing

@Suite("Invitations: one line of text")
struct InvitationTests {
    private let secret = [UInt8](1...16)

    private func invitation(_ address: String = "https://daemon.example:8443") throws -> Invitation
    {
        Invitation(
            endpoint: Endpoint(address: try ServiceAddress(address), pin: Digest.sha256(of: [9])),
            secret: secret, expires: second(86_400))
    }

    private func text(_ fields: [(Int, CBORItem?)]) -> String {
        "carepass-invitation-1." + Base64URL.encode(CBORItem(fields: fields).encoded())
    }

    private var fields: [(Int, CBORItem?)] {
        [
            (1, .text("https://daemon.example")), (2, Digest.sha256(of: [9]).item),
            (3, .bytes(secret)), (4, second(60).item),
        ]
    }

    @Test("the line says everything, with white space around it or not")
    func roundTrip() throws {
        for address in ["https://daemon.example:8443", "unix:/run/carepassd/socket"] {
            let invitation = try invitation(address)
            let text = invitation.text
            #expect(text.split(whereSeparator: \.isWhitespace).count == 1)
            for line in [text, "  \(text)\n", "\t\(text)\r\n"] {
                #expect(try Invitation(text: line) == invitation)
            }
        }
    }

    @Test("a line that is cut, joined, of another version or not strict is refused")
    func refused() throws {
        let text = try invitation().text
        for other in [
            "", "carepass-invitation-1.", String(text.dropLast()), text + "A", text + "=",
            text + " " + text, text.replacing("-1.", with: "-2."), String(text.dropFirst()),
            text.uppercased(), text + String(repeating: "A", count: 1_024),
        ] {
            #expect(refusal { try Invitation(text: other) } == .malformed, "\(other.prefix(40))")
        }
    }

    @Test("fields that are missing, foreign or of another form are refused")
    func forms() throws {
        #expect(refusal { try Invitation(text: text(fields)) } == nil)
        for index in fields.indices {
            var fewer = fields
            fewer.remove(at: index)
            #expect(refusal { try Invitation(text: text(fewer)) } == .malformed)
        }
        let changes: [(Int, CBORItem)] = [
            (0, .text("http://daemon.example")), (0, .text("")), (1, .bytes([1])),
            (2, .bytes([UInt8](repeating: 1, count: 15))),
            (2, .bytes([UInt8](repeating: 1, count: 17))), (3, .text("soon")), (3, CBORItem(-1)),
        ]
        for (index, value) in changes {
            var other = fields
            other[index].1 = value
            #expect(refusal { try Invitation(text: text(other)) } == .malformed)
        }
        for key in [5, -1] {
            #expect(
                refusal { try Invitation(text: text(fields + [(key, CBORItem(1))])) }
                    == .malformed)
        }
    }

    @Test("no damaged line is read as something that is written otherwise")
    func mutations() throws {
        let bytes = Array(try invitation().text.utf8)
        for seed in UInt64(1)...4_000 {
            var mutator = Mutator(seed: seed)
            let text = String(decoding: mutator.mutated(bytes), as: UTF8.self)
            guard let read = try? Invitation(text: text) else { continue }
            #expect(text.split(whereSeparator: \.isWhitespace).map(String.init) == [read.text])
        }
    }

    @Test("the secret travels in one field, in one spelling")
    func authorization() throws {
        let field = try invitation().authorization
        #expect(field == "Carepass-Invitation " + Base64URL.encode(secret))
        #expect(Invitation.secret(in: field) == secret)
        for other in [
            "", "Carepass-Invitation ", String(field.dropLast()), field + "=", field + "A",
            " " + field, field.lowercased(), field.replacing("Carepass-Invitation", with: "Bearer"),
            "Carepass-Invitation " + Base64URL.encode([1, 2, 3]),
        ] {
            #expect(Invitation.secret(in: other) == nil, "\(other)")
        }
    }

    @Test("what a daemon keeps of the secret is not the secret, nor its plain hash")
    func hash() {
        let hash = Invitation.hash(of: secret)
        #expect(hash != Digest.sha256(of: secret))
        #expect(hash != Invitation.hash(of: [UInt8](2...17)))
        let label = Array("care-passport/1 invitation".utf8) + [0]
        #expect(hash == Digest.sha256(of: label + secret))
    }
}
