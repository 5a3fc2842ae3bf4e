import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportTestSupport
import Testing

/// What another implementation (pyca/cryptography) makes of the same inputs.
private enum ContentKnown {
    static let sealed = "77d62711de83c5a57a0e327b8bef700c47ca50b5518ecc2ba92e9a"
    static let slotKey = "03506cdc79a74b16b40900548f35ff709e8fecf8783ed5cb739fcdad3c2d0c30"
    static let slotCommitment = "f09f5b8ef141748436f6f7017ed2fb812112814760b7f649c3bbfa6311275f2e"
}

@Suite("Content keys, slots and the vault")
struct ContentKeyTests {
    private let plaintext = Array("one section".utf8)
    private let data = Array("its place".utf8)

    private func key(_ number: UInt8) throws -> ContentKey {
        try ContentKey(secret([UInt8](repeating: number, count: 32)))
    }

    @Test("what was sealed opens under the same key and data, and under no other")
    func roundTrip() throws {
        let sealed = try key(1).seal(plaintext, authenticating: data)
        #expect(sealed.count == plaintext.count + ContentKey.overhead)
        #expect(try key(1).open(sealed, authenticating: data) == plaintext)
        #expect(refusal { try key(2).open(sealed, authenticating: data) } == .cannotOpen)
        #expect(refusal { try key(1).open(sealed, authenticating: []) } == .cannotOpen)
        #expect(refusal { try key(1).open(sealed, authenticating: data + [0]) } == .cannotOpen)
        let empty = try key(1).seal([], authenticating: [])
        #expect(try key(1).open(empty, authenticating: []).isEmpty)
    }

    @Test("RFC 8439's cipher under nonce zero, worked out by another implementation")
    func knownAnswer() throws {
        let key = try ContentKey(secret(Array(0..<32)))
        let sealed = Hexadecimal.encode(key.seal(plaintext, authenticating: data))
        #expect(sealed == ContentKnown.sealed)
    }

    @Test("every changed bit and every cut is refused with one code and one message")
    func damaged() throws {
        let sealed = try key(1).seal(plaintext, authenticating: data)
        var messages: Set<String> = []
        func refuse(_ bytes: [UInt8]) throws {
            do {
                _ = try key(1).open(bytes, authenticating: data)
                Issue.record("opened")
            } catch let error as SecrecyError {
                messages.insert("\(error) \(error.kind) \(error.cause ?? "")")
            }
        }
        for index in sealed.indices {
            try refuse(Array(sealed[..<index]))
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                try refuse(changed)
            }
        }
        try refuse(sealed + [0])
        #expect(messages.count == 1)
    }

    @Test("a key of another length is none")
    func lengths() {
        for count in [0, 16, 31, 33] {
            let code = refusal { try ContentKey(secret([UInt8](repeating: 1, count: count))) }
            #expect(code == .wrongKey)
            let slot = refusal { try SlotSecret(secret([UInt8](repeating: 1, count: count))) }
            #expect(slot == .wrongKey)
        }
    }

    @Test("fresh keys differ, and the copy for boxes opens what the key sealed")
    func fresh() throws {
        let key = try ContentKey(from: .system)
        let copy = try key.bytesForBoxes()
        let sealed = key.seal(plaintext, authenticating: data)
        #expect(try ContentKey(copy).open(sealed, authenticating: data) == plaintext)
        let other = try ContentKey(from: .system)
        #expect(refusal { try other.open(sealed, authenticating: data) } == .cannotOpen)
    }

    @Test("a slot's key and commitment are those of HKDF under its two labels")
    func slot() throws {
        let slot = try SlotSecret(secret(Array(0..<32)))
        #expect(try slot.commitment().description == ContentKnown.slotCommitment)
        let key = try contents(slot.contentKey().bytesForBoxes())
        #expect(Hexadecimal.encode(key) == ContentKnown.slotKey)
        #expect(try Hexadecimal.encode(key) != slot.commitment().description)
        var ring: [UInt8] = [0xFF]
        slot.append(to: &ring)
        #expect(ring == [0xFF] + Array(0..<32))
        let fresh = try (
            SlotSecret(from: .system).commitment(), SlotSecret(from: .system).commitment()
        )
        #expect(fresh.0 != fresh.1)
    }

    @Test("a slot opens under the secret that was committed to, and says when it was another")
    func slotCommitment() throws {
        let slot = try SlotSecret(secret(Array(0..<32)))
        let sealed = try slot.seal(plaintext, authenticating: data)
        #expect(sealed.commitment.description == ContentKnown.slotCommitment)
        #expect(sealed.commitment == (try slot.commitment()))
        let key = try slot.contentKey()
        #expect(try key.open(sealed.ciphertext, authenticating: data) == plaintext)
        func open(_ secret: borrowing SlotSecret, _ committed: Digest) throws -> [UInt8]? {
            try secret.open(sealed.ciphertext, committed: committed, authenticating: data)
        }
        #expect(try open(slot, sealed.commitment) == plaintext)
        #expect(try open(slot, Digest.sha256(of: [])) == nil)
        let other = try SlotSecret(secret(Array(1..<33)))
        #expect(try open(other, sealed.commitment) == nil)
        // Whoever signs a commitment to the wrong secret still has no second text.
        #expect(refusal { _ = try open(other, other.commitment()) } == .cannotOpen)
    }

    private func vault(_ number: UInt8 = 1) throws -> Vault {
        try KeyFile(generating: [.vault], from: repeatable(number)).vault()
    }

    @Test("the vault opens its rows at their places only: rows cannot be swapped")
    func vaultPlaces() throws {
        let vault = try vault()
        let sealed = vault.seal(plaintext, place: "ring/1", randomness: .system)
        #expect(try vault.open(sealed, place: "ring/1") == plaintext)
        for place in ["ring/2", "ring/", "", "draft/1", "ring/1 "] {
            #expect(refusal { try vault.open(sealed, place: place) } == .cannotOpen)
        }
        let foreign = try self.vault(2)
        #expect(refusal { try foreign.open(sealed, place: "ring/1") } == .cannotOpen)
    }

    @Test("a place is its bytes: one that only means the same characters is another")
    func vaultPlaceBytes() throws {
        let vault = try vault()
        let sealed = vault.seal(plaintext, place: "\u{E9}", randomness: .system)
        #expect("\u{E9}" == "e\u{301}")
        #expect(refusal { try vault.open(sealed, place: "e\u{301}") } == .cannotOpen)
    }

    @Test("the vault seals one row twice into different bytes, and refuses every damage")
    func vaultDamage() throws {
        let vault = try vault()
        let sealed = vault.seal(plaintext, place: "row", randomness: .system)
        let again = vault.seal(plaintext, place: "row", randomness: .system)
        #expect(sealed != again)
        #expect(sealed.prefix(24) != again.prefix(24))
        for index in sealed.indices {
            let cut = refusal { try vault.open(Array(sealed[..<index]), place: "row") }
            #expect(cut == .cannotOpen)
            var changed = sealed
            changed[index] ^= 0x10
            #expect(refusal { try vault.open(changed, place: "row") } == .cannotOpen)
        }
        let mixed = Array(sealed.prefix(24)) + Array(again.dropFirst(24))
        #expect(refusal { try vault.open(mixed, place: "row") } == .cannotOpen)
    }
}
