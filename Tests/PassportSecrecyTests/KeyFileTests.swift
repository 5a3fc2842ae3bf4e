import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportSecrecy

/// Argon2id takes its time on purpose; these tests call it some thirty times.
@Suite("Key files and passphrases")
struct KeyFileTests {
    private let purposes: [KeyPurpose] = [.issue, .consent, .sealNet, .sealPaper, .vault]

    private func file(_ purposes: [KeyPurpose]) throws -> KeyFile {
        try KeyFile(generating: purposes, from: repeatable(1))
    }

    /// A file put together by hand around any plaintext.
    private func forged(_ plaintext: [UInt8], _ salt: [UInt8], _ words: String) throws -> [UInt8] {
        let ciphertext = try passphrase(words).key(salt: salt).seal(
            plaintext, authenticating: Array("care-passport/1 key file".utf8))
        return CBORItem(fields: [
            (1, CBORItem(1)), (2, .bytes(salt)), (3, .bytes(ciphertext)),
        ]).encoded()
    }

    @Test("Argon2id at our fixed cost gives what the reference implementation gives")
    func argon2() throws {
        #expect(Passphrase.passes == 3 && Passphrase.memoryBytes == 64 << 20)
        // argon2-cffi: hash_secret_raw(…, time_cost=3, memory_cost=65536, parallelism=1)
        let known = [
            (
                "correct horse battery staple", Array(0..<16) as [UInt8],
                "0d1a3c6523c8f06e4e0af9c515aa5b5448cfebd6838f2d52c3d8b6ef8ddc3c2e"
            ),
            (
                "كلمة مرور", [UInt8](repeating: 0xFF, count: 16),
                "f05a68ba7b76df73b65c217dc9cf46c6f868beb0471c1cb710a8e953368a483c"
            ),
        ]
        for (words, salt, expected) in known {
            let key = try contents(passphrase(words).key(salt: salt).bytesForBoxes())
            #expect(Hexadecimal.encode(key) == expected)
        }
    }

    @Test("a passphrase is its bytes without the line's end, and leaves zeros where it was")
    func passphrases() throws {
        var typed = Array("open sesame\r\n".utf8)
        let one = try Passphrase(consuming: &typed)
        #expect(typed.allSatisfy { $0 == 0 })
        let salt = [UInt8](repeating: 1, count: 16)
        let keys = try (
            contents(one.key(salt: salt).bytesForBoxes()),
            contents(passphrase("open sesame").key(salt: salt).bytesForBoxes()),
            contents(passphrase("open sesame ").key(salt: salt).bytesForBoxes())
        )
        #expect(keys.0 == keys.1 && keys.0 != keys.2)
        #expect(refusal { try one.key(salt: [1, 2, 3]) } == .malformedKeyFile)
    }

    @Test("an empty or overlong passphrase is refused, and wiped all the same")
    func passphraseLimits() throws {
        for words in ["", "\n", "\r\n\n"] {
            #expect(refusal { try passphrase(words) } == .wrongPassphrase)
        }
        var long = [UInt8](repeating: 0x61, count: Limits.passphraseBytes)
        _ = try Passphrase(consuming: &long)
        var longer = [UInt8](repeating: 0x61, count: Limits.passphraseBytes + 1)
        #expect(refusal { try Passphrase(consuming: &longer) } == .wrongPassphrase)
        #expect(longer.allSatisfy { $0 == 0 })
    }

    @Test("a file opens under its passphrase with the same keys, and under no other")
    func roundTrip() throws {
        let file = try file(purposes)
        let bytes = try file.encoded(passphrase: passphrase("right"), randomness: .system)
        let read = try KeyFile(decoding: bytes, passphrase: passphrase("right"))
        #expect(read.purposes == purposes)
        let issue = try (file.signingKey(.issue).verifyingKey, read.signingKey(.issue).verifyingKey)
        #expect(issue.0 == issue.1)
        let net = try (file.openingKey(.sealNet).publicKey, read.openingKey(.sealNet).publicKey)
        #expect(net.0 == net.1)
        let row = try file.vault().seal([1, 2, 3], place: "row", randomness: .system)
        #expect(try read.vault().open(row, place: "row") == [1, 2, 3])
        for words in ["wrong", "Right", "right "] {
            let code = refusal { try KeyFile(decoding: bytes, passphrase: passphrase(words)) }
            #expect(code == .wrongPassphrase)
        }
    }

    @Test("no seed stands in the file, and saving twice gives two unlike files")
    func noSeeds() throws {
        let file = try file(purposes)
        // The same source gives the same seeds again.
        let source = repeatable(1)
        let seeds = try purposes.map { _ in try contents(SecretBytes(random: 32, from: source)) }
        let words = try passphrase("right")
        let one = try file.encoded(passphrase: words, randomness: .system)
        let other = try file.encoded(passphrase: words, randomness: .system)
        #expect(one != other && one.count == other.count)
        let issue = try file.signingKey(.issue).verifyingKey
        let expected = try SigningKey(seed: secret(seeds[0]), purpose: .issue).verifyingKey
        #expect(issue == expected)
        for seed in seeds {
            for start in 0...one.count - 8 {
                #expect(!one[start...].starts(with: seed.prefix(8)))
            }
        }
    }

    @Test("keys are drawn one by one: none equals another")
    func unlike() throws {
        let file = try KeyFile(
            generating: KeyPurpose.allCases.filter(\.isSigning), from: .system)
        var hashes: Set<Digest> = []
        for purpose in file.purposes {
            hashes.insert(try file.signingKey(purpose).verifyingKey.keyHash)
        }
        #expect(hashes.count == file.purposes.count)
    }

    @Test("a purpose that the file lacks is missing; one used for another act is refused")
    func missing() throws {
        let file = try file([.issue])
        #expect(refusal { try file.signingKey(.consent) } == .missingKey)
        #expect(refusal { try file.openingKey(.sealNet) } == .missingKey)
        #expect(refusal { try file.vault() } == .missingKey)
        #expect(refusal { try file.openingKey(.issue) } == .wrongKey)
        let vault = try self.file([.vault])
        #expect(refusal { try vault.signingKey(.vault) } != nil)
    }

    @Test("of two keys of one purpose the later one is used")
    func newest() throws {
        let file = try file([.issue, .consent, .issue])
        let source = repeatable(1)
        let seeds = try (0..<3).map { _ in try contents(SecretBytes(random: 32, from: source)) }
        let newest = try SigningKey(seed: secret(seeds[2]), purpose: .issue).verifyingKey
        let used = try file.signingKey(.issue).verifyingKey
        #expect(used == newest)
    }

    @Test("a key of a purpose that only a later version knows refuses the file, not mixes it up")
    func laterVersion() throws {
        let salt = [UInt8](repeating: 3, count: 16)
        let seed = [UInt8](repeating: 9, count: 32)
        let records: [[UInt8]] = [
            [13] + seed + [1] + seed, [0] + seed, [255] + seed, [1] + seed.dropLast(),
            [1] + seed + [2], [],
        ]
        for plaintext in records {
            let bytes = try forged(plaintext, salt, "right")
            let code = refusal { try KeyFile(decoding: bytes, passphrase: passphrase("right")) }
            #expect(code == .malformedKeyFile)
        }
        _ = try KeyFile(
            decoding: forged([1] + seed, salt, "right"), passphrase: passphrase("right"))
    }

    @Test("a file cut anywhere, or not of this shape, is refused before the passphrase is tried")
    func shapes() throws {
        let words = try passphrase("right")
        let bytes = try file([.issue]).encoded(passphrase: words, randomness: .system)
        for count in bytes.indices {
            let code = refusal { try KeyFile(decoding: Array(bytes[..<count]), passphrase: words) }
            #expect(code == .malformedKeyFile)
        }
        let salt = CBORItem.bytes([UInt8](repeating: 1, count: 16))
        let sealed = CBORItem.bytes([UInt8](repeating: 1, count: 49))
        func map(_ fields: [(Int, CBORItem?)]) -> [UInt8] { CBORItem(fields: fields).encoded() }
        let shapes = [
            bytes + [0], map([(1, CBORItem(2)), (2, salt), (3, sealed)]),
            map([(1, CBORItem(1)), (2, .bytes([1])), (3, sealed)]),
            map([(1, CBORItem(1)), (2, salt), (3, .bytes([1]))]),
            map([(1, CBORItem(1)), (2, salt)]),
            // A file cannot ask for a cheaper derivation, nor say anything else.
            map([(1, CBORItem(1)), (2, salt), (3, sealed), (4, CBORItem(1))]),
            map([(-1, CBORItem(1)), (1, CBORItem(1)), (2, salt), (3, sealed)]),
            map([(1, CBORItem(1)), (2, salt), (3, .bytes([UInt8](repeating: 0, count: 70_000)))]),
        ]
        for shape in shapes {
            let code = refusal { try KeyFile(decoding: shape, passphrase: words) }
            #expect(code == .malformedKeyFile)
        }
    }

    @Test("every changed byte of the ciphertext is caught by the key, some through the whole file")
    func mutation() throws {
        let words = try passphrase("right")
        let bytes = try file([.issue]).encoded(passphrase: words, randomness: .system)
        var fields = try CBORFields(CBORReader.item(from: bytes), "key file")
        let salt = try fields.take(2, "salt").bytes(exactly: 16)
        let sealed = try fields.take(3, "ciphertext").bytes(49...49)
        let key = try words.key(salt: salt)
        let data = Array("care-passport/1 key file".utf8)
        #expect(try key.open(sealed, authenticating: data).count == 33)
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(refusal { try key.open(changed, authenticating: data) } == .cannotOpen)
            }
        }
        #expect(refusal { try key.open(sealed, authenticating: []) } == .cannotOpen)
        // Header, salt, ciphertext and tag, one byte each, through the front door.
        for index in [0, 2, 4, 10, 25, bytes.count - 1] {
            var changed = bytes
            changed[index] ^= 1
            let code = refusal { try KeyFile(decoding: changed, passphrase: words) }
            #expect(code == .wrongPassphrase || code == .malformedKeyFile, "byte \(index)")
        }
    }
}
