import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTestSupport
import PassportTrust
import Testing

@Suite("Damaged input: refused or the same, never a crash")
struct ParserMutationTests {
    private static let rounds = UInt64(3_000)

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("a damaged Signature-Input is refused, or says what it said")
    func inputs() throws {
        let desk = try Desk()
        let good = desk.draft.signed(by: try House.izmir.key(.exchange))
        let original = try desk.verified()
        var accepted = 0
        for seed in 1...Self.rounds {
            var mutator = Mutator(seed: seed)
            let fields = SignatureFields(
                input: text(mutator.mutated(Array(good.input.utf8))), signature: good.signature)
            guard
                let verified = try? UnverifiedRequest(desk.draft.components, fields)
                    .verify(by: desk.identity, at: start)
            else { continue }
            #expect(verified == original)
            accepted += 1
        }
        // Spaces within a list mean nothing; hardly anything else does.
        #expect(accepted < 100)
    }

    @Test("a damaged Signature is refused, or is the same bytes")
    func signatures() throws {
        let desk = try Desk()
        let good = desk.draft.signed(by: try House.izmir.key(.exchange))
        let original = try desk.verified()
        for seed in 1...Self.rounds {
            var mutator = Mutator(seed: seed)
            let fields = SignatureFields(
                input: good.input, signature: text(mutator.mutated(Array(good.signature.utf8))))
            guard
                let verified = try? UnverifiedRequest(desk.draft.components, fields)
                    .verify(by: desk.identity, at: start)
            else { continue }
            #expect(verified == original)
        }
    }

    @Test("random text is no signature")
    func noise() throws {
        let components = try Desk().draft.components
        let letters = Array("carepass=(\"@method\" );:,?*%@-_.0123456789".utf8)
        var random = SeededRandom(seed: 11)
        for _ in 1...Self.rounds {
            func some() -> String {
                text(
                    (0..<random.number(in: 0...80)).compactMap { _ in random.element(of: letters) })
            }
            let fields = SignatureFields(input: some(), signature: some())
            #expect(refusal { try UnverifiedRequest(components, fields) } != nil)
        }
    }

    @Test("no damaged receipt verifies")
    func receipts() throws {
        let athens = try House.athens.identity()
        let terms = ReceiptTerms(
            event: .delivered, recipient: athens.organisation,
            sender: try House.izmir.identity().organisation, parcel: Digest.sha256(of: [1]),
            time: start)
        let good = try terms.signed(by: House.athens.key(.exchange))
        for seed in 1...Self.rounds {
            var mutator = Mutator(seed: seed)
            let bytes = mutator.mutated(good)
            #expect(
                refusal {
                    try UnverifiedReceipt(decoding: bytes).verify(by: athens, sender: terms.sender)
                } != nil)
        }
    }

    @Test("a damaged address is refused, or another address in its one spelling")
    func addresses() throws {
        for good in ["https://daemon.example:8443", "https://[2001:db8::1]:81", "unix:/run/socket"]
        {
            for seed in 1...Self.rounds / 2 {
                var mutator = Mutator(seed: seed)
                let other = text(mutator.mutated(Array(good.utf8)))
                guard let address = try? ServiceAddress(other) else { continue }
                #expect(address.description == other)
                guard case .machine(let host, let port) = address.place else { continue }
                #expect(!host.isEmpty && (1...65_535).contains(port))
                let end = port == 443 ? "" : ":\(port)"
                #expect(["https://\(host)\(end)", "https://[\(host)]\(end)"].contains(other))
            }
        }
    }

    @Test("damaged digests and heads of parcels")
    func small() {
        let good = ContentDigest.text(ContentDigest.empty)
        for seed in 1...Self.rounds {
            var mutator = Mutator(seed: seed)
            let other = text(mutator.mutated(Array(good.utf8)))
            if let digest = try? ContentDigest.parse(other) {
                #expect(ContentDigest.text(digest) == other)
            }
            let head = mutator.mutated([0xA4, 1, 1, 2, 1, 3, 0x59])
            if let kind = try? ParcelKind(head: head) {
                #expect(kind == .notice || head.starts(with: [0xA4, 1, 1, 2, 1]))
            }
        }
    }
}
