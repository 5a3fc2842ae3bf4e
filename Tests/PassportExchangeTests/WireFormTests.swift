import Foundation
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@Suite("Wire forms: digests, kinds, problems, documents, paths")
struct WireFormTests {
    /// RFC 9530, appendix: the digest of a JSON document with its line feed.
    @Test("the digests of the RFC's own examples")
    func examples() throws {
        let digest = Digest.sha256(of: Array("{\"hello\": \"world\"}\n".utf8))
        let text = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        #expect(ContentDigest.text(digest) == text)
        #expect(try ContentDigest.parse(text) == digest)
        let empty = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
        #expect(ContentDigest.text(ContentDigest.empty) == empty)
    }

    @Test(
        "a digest has one spelling",
        arguments: [
            "", "sha-256", "sha-256=", "sha-256=::", "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF:",
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg:",
            "sha-256=:RK_0qy18MlBSVnWgjwz6lZEWjP_lF5HF9bvEF8FabDg=:",
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDh=:",
            "sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=",
            "SHA-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
            "sha-512=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
            " sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=: ",
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:;a",
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:, unixsum=:AAA=:",
        ])
    func strict(_ text: String) {
        #expect(refusal { try ContentDigest.parse(text) } == .malformed)
    }

    @Test("a kind shows in five bytes; paper and everything else is not carried")
    func kinds() throws {
        let head: [UInt8] = [0xA4, 1, 1, 2, 1]
        #expect(try ParcelKind(head: head) == .envelope)
        #expect(try ParcelKind(head: head + [3]) == .envelope)
        #expect(try ParcelKind(head: [0xD0, 0x83, 0x46, 0xA1, 0x01]) == .notice)
        #expect(refusal { try ParcelKind(head: [0xA4, 1, 1, 2, 2]) } == .refused)
        for other: [UInt8] in [
            [], [0xA4], [0xA4, 1, 1, 2], [0xA4, 1, 1, 2, 3], [0xA4, 1, 2, 2, 1], [0xD0],
            [0xD0, 0x84], [0xD2, 0x84, 0x43, 0xA1, 0x01], [0x7B, 0x22, 0x7D, 0, 0],
        ] {
            #expect(refusal { try ParcelKind(head: other) } == .malformed)
        }
        #expect(ParcelKind.envelope.mediaType == "application/vnd.carepass.envelope+cbor")
        #expect(ParcelKind.notice.mediaType == "application/vnd.carepass.notice+cbor")
    }

    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test("problems have one status each and come back as they went")
    func problems() throws {
        let kinds = Problem.Kind.all
        #expect(Set(kinds.map(\.code)).count == kinds.count && kinds.count == 20)
        for kind in kinds {
            #expect((400...599).contains(kind.status) && !kind.title.isEmpty)
            let problem = Problem(kind, "detail", skew: -3, offset: 4)
            #expect(problem.code == kind.code && problem.status == kind.status)
            let data = Data(try json(problem).utf8)
            #expect(try JSONDecoder().decode(Problem.self, from: data) == problem)
        }
        var foreign = Problem(.fault)
        foreign.type = "about:blank"
        #expect(foreign.code == nil)
        let text = """
            {"skew":7,"status":401,"title":"The clocks differ too much",\
            "type":"urn:carepass:problem:skewed"}
            """
        #expect(try json(Problem(.skewed, skew: 7)) == text)
    }

    @Test("documents have the keys of the specification")
    func documents() throws {
        let izmir = OrganisationID(Digest.sha256(of: [1]))
        let parcel = Digest.sha256(of: [2])
        let entry = ParcelEntry(
            parcel: parcel, sender: izmir, kind: .notice, length: 5, received: start)
        let expected = """
            {"parcels":[{"kind":"notice","length":5,"parcel":"\(parcel)",\
            "received":1772323200,"sender":"\(izmir.text)"}]}
            """
        #expect(try json(ParcelPage(parcels: [entry], next: nil)) == expected)
        #expect(
            try json(PeerPage(peers: [izmir.text], next: 100))
                == "{\"next\":100,\"peers\":[\"\(izmir.text)\"]}")
        let consignment = ConsignmentEntry(
            parcel: parcel, recipient: izmir, kind: .envelope, length: 5, state: .dead,
            accepted: start, attempts: 12, nextAttempt: nil, lastProblem: "unreachable",
            reason: .notCollected, receipt: [1, 2])
        let other = """
            {"next":9,"parcels":[{"accepted":1772323200,"attempts":12,"kind":"envelope",\
            "lastProblem":"unreachable","length":5,"parcel":"\(parcel)",\
            "reason":"notCollected","receipt":"AQI=","recipient":"\(izmir.text)",\
            "state":"dead"}]}
            """
        #expect(try json(ConsignmentPage(parcels: [consignment], next: 9)) == other)
        #expect(
            try json(UploadState(offset: 3, isComplete: false))
                == "{\"isComplete\":false,\"offset\":3}")
        let service = ServiceDocument(
            version: 1, exchangeKey: "e", logKey: "l", logOrigin: "o",
            address: "https://d.example", parcelBytes: 3)
        let parts = """
            {"address":"https://d.example","exchangeKey":"e","logKey":"l","logOrigin":"o",\
            "parcelBytes":3,"version":1}
            """
        #expect(try json(service) == parts)
    }

    @Test("paths are those of the specification")
    func paths() {
        let one = OrganisationID(Digest.sha256(of: [1]))
        let two = OrganisationID(Digest.sha256(of: [2]))
        let parcel = Digest.sha256(of: [3])
        let root = "/v1/organisations/\(one.text)"
        let pairs = [
            (ExchangePath.service, "/.well-known/carepass"),
            (ExchangePath.openAPI, "/openapi.json"),
            (ExchangePath.checkpoint, "/v1/log/checkpoint"), (ExchangePath.pair, "/v1/pair"),
            (ExchangePath.identity(one), "\(root)/identity"),
            (ExchangePath.statusList(one, 3), "\(root)/status-lists/3"),
            (ExchangePath.peer(one, two), "\(root)/peers/\(two.text)"),
            (ExchangePath.inbox(one), "\(root)/inbox"),
            (ExchangePath.inbox(one, parcel), "\(root)/inbox/\(parcel)"),
            (ExchangePath.outbox(one), "\(root)/outbox"),
            (ExchangePath.outbox(one, two), "\(root)/outbox/\(two.text)"),
            (ExchangePath.outbox(one, two, parcel), "\(root)/outbox/\(two.text)/\(parcel)"),
            (
                ExchangePath.outboxReceipt(one, two, parcel),
                "\(root)/outbox/\(two.text)/\(parcel)/receipt"
            ),
        ]
        for (path, expected) in pairs { #expect(path == expected) }
        #expect(Set(pairs.map(\.0)).count == pairs.count)
    }
}
