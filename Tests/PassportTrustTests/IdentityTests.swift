import PassportCoding
import PassportCrypto
import PassportTestSupport
import PassportTrust
import Testing

@Suite("Identities")
struct IdentityTests {
    private let house = House()

    private func signingKeys() throws -> [VerifyingKey] {
        try house.signingPurposes.map { try house.key($0).verifyingKey }
    }

    private func sealingKeys() throws -> [SealingPublicKey] {
        try [house.sealingKey(.sealNet), house.sealingKey(.sealPaper)]
    }

    @Test("a file is read and written again byte by byte")
    func roundTrip() throws {
        let identity = try house.identity()
        let bytes = identity.encoded()
        let read = try Identity(decoding: bytes)
        #expect(read == identity)
        #expect(read.encoded() == bytes)
        #expect(read.organisation == (try house.chain().organisation))
        #expect(read.name == "Test House")
    }

    @Test("the order in which keys are given does not matter")
    func order() throws {
        let identity = try Identity(
            chain: house.chain(), signingKeys: signingKeys().reversed(),
            sealingKeys: sealingKeys().reversed())
        #expect(identity == (try house.identity()))
    }

    @Test("a key that the manifest does not name is refused, and so is a named key's absence")
    func keys() throws {
        let (signing, sealing) = try (signingKeys(), sealingKeys())
        let stranger = try signingKey(99, .issue).verifyingKey
        let strangeSeal = try House(offset: 100).sealingKey(.sealNet)
        func refuse(_ signing: [VerifyingKey], _ sealing: [SealingPublicKey]) {
            let code = refusal {
                try Identity(chain: house.chain(), signingKeys: signing, sealingKeys: sealing)
            }
            #expect(code == .unknownKey)
        }
        refuse(signing + [stranger], sealing)
        refuse(signing, sealing + [strangeSeal])
        refuse([], [])
        for index in signing.indices {
            var fewer = signing
            fewer.remove(at: index)
            refuse(fewer, sealing)
            fewer.append(stranger)
            refuse(fewer, sealing)
        }
        for key in sealing { refuse(signing, [key]) }
    }

    @Test("a paper key does not pass for a signing key of the same bytes, nor the other way round")
    func forms() throws {
        let paper = try house.sealingKey(.sealPaper)
        let asSigning = try VerifyingKey(rawRepresentation: paper.rawRepresentation)
        let role = try house.role(.sealPaper)
        let chain = try ManifestChain(
            verifying: [house.sign(house.first(roles: [role]), by: [1, 2])])
        let wrongForm = refusal {
            try Identity(chain: chain, signingKeys: [asSigning], sealingKeys: [])
        }
        #expect(wrongForm == .unknownKey)
        let issue = try house.key(.issue).verifyingKey
        let issueChain = try ManifestChain(
            verifying: [house.sign(house.first(roles: [house.role(.issue)]), by: [1, 2])])
        let asSealing = try SealingPublicKey(
            purpose: .sealPaper, rawRepresentation: issue.rawRepresentation)
        let wrong = refusal {
            try Identity(chain: issueChain, signingKeys: [], sealingKeys: [asSealing])
        }
        #expect(wrong == .unknownKey)
    }

    @Test("a key serves the purpose under which it is listed and no other")
    func purposes() throws {
        let identity = try house.identity()
        for listed in house.signingPurposes {
            let hash = try house.key(listed).verifyingKey.keyHash
            for asked in KeyPurpose.allCases {
                if asked == listed {
                    let key = try identity.signingKey(hash, for: asked)
                    #expect(key.role.purpose == listed && key.organisation == identity.organisation)
                    #expect(key.key.keyHash == hash)
                } else {
                    #expect(refusal { try identity.signingKey(hash, for: asked) } == .unknownKey)
                }
            }
            #expect(identity.signingKeys(for: listed).map(\.key.keyHash) == [hash])
        }
        for purpose in [KeyPurpose.sealNet, .sealPaper] {
            let hash = try house.sealingKey(purpose).keyHash
            #expect(refusal { try identity.signingKey(hash, for: purpose) } == .unknownKey)
            #expect(identity.signingKeys(for: purpose).isEmpty)
        }
        for number in [1, 2, 3] as [UInt8] {
            let hash = try house.root(number).verifyingKey.keyHash
            #expect(refusal { try identity.signingKey(hash, for: .root) } == .unknownKey)
        }
    }

    @Test("only keys of the newest manifest count: one it no longer lists is unknown")
    func newest() throws {
        let chain = try house.chain()
        let dropped = try house.chain(
            chain, and: house.following(chain) { $0.roleKeys.removeAll { $0.purpose == .status } },
            by: [1, 2])
        let keys = try house.signingPurposes.filter { $0 != .status }
            .map { try house.key($0).verifyingKey }
        let identity = try Identity(chain: dropped, signingKeys: keys, sealingKeys: sealingKeys())
        let hash = try house.key(.status).verifyingKey.keyHash
        #expect(refusal { try identity.signingKey(hash, for: .status) } == .unknownKey)
    }

    @Test("nothing is sealed to an expired manifest, nor outside a key's window, nor once it ended")
    func sealing() throws {
        let identity = try house.identity()
        let key = try identity.sealingKey(.sealNet, at: start)
        #expect(key == (try house.sealingKey(.sealNet)))
        #expect(try identity.sealingKey(.sealPaper, at: start).purpose == .sealPaper)
        _ = try identity.sealingKey(.sealNet, at: day(365))
        let moments = [day(365).adding(seconds: 1), start.adding(seconds: -1), .latest]
        for moment in moments {
            #expect(refusal { try identity.sealingKey(.sealNet, at: moment) } == .unknownKey)
        }
        for purpose in KeyPurpose.allCases where !purpose.isSealing {
            #expect(refusal { try identity.sealingKey(purpose, at: start) } == .unknownKey)
        }
        for reason in RoleKey.RevocationReason.allCases {
            let role = try house.role(
                .sealNet, revocation: .init(reason: reason, since: day(300)))
            let chain = try ManifestChain(
                verifying: [house.sign(house.first(roles: [role]), by: [1, 2])])
            let ended = try Identity(
                chain: chain, signingKeys: [], sealingKeys: [house.sealingKey(.sealNet)])
            #expect(refusal { try ended.sealingKey(.sealNet, at: day(1)) } == .unknownKey)
        }
    }

    /// The good file with one field changed.
    private func file(_ key: Int, _ value: CBORItem?) throws -> [UInt8] {
        guard case .map(let map) = try CBORReader.item(from: house.identity().encoded()) else {
            return []
        }
        let kept = map.entries.filter { $0.key != CBORItem(key) }.map { ($0.key, $0.value) }
        return CBORItem.map(CBORMap(kept + (value.map { [(CBORItem(key), $0)] } ?? []))).encoded()
    }

    @Test("other shapes are refused")
    func shapes() throws {
        let signing = try signingKeys().map { CBORItem.bytes($0.rawRepresentation) }
        let net = try CBORItem.bytes(house.sealingKey(.sealNet).rawRepresentation)
        let paper = try CBORItem.bytes(house.sealingKey(.sealPaper).rawRepresentation)
        let shapes: [(Int, CBORItem?)] = [
            (1, nil), (1, CBORItem(2)), (2, nil), (2, .array([])), (2, .array([.bytes([])])),
            (2, .array([.null])), (3, nil), (3, .array(signing.reversed())),
            (3, .array(signing + [signing[0]])), (3, .array([.bytes([1])])),
            (3, .array(signing + [paper])), (4, .array([])), (4, .array([paper])),
            (4, .array([net, net])), (5, .array([net])), (5, .array([])), (6, .null), (-1, .null),
            (4, .array([.bytes([UInt8](repeating: 0, count: 1_215))])),
        ]
        for (key, value) in shapes {
            let bytes = try file(key, value)
            #expect(refusal { try Identity(decoding: bytes) } != nil, "\(key)")
        }
        let good = try house.identity().encoded()
        #expect(refusal { try Identity(decoding: good + [0]) } == .malformed)
        #expect(refusal { try Identity(decoding: []) } == .malformed)
        let huge = [UInt8](repeating: 0, count: Limits.identityBytes + 1)
        #expect(refusal { try Identity(decoding: huge) } == .malformed)
    }

    @Test("a file cut anywhere is refused")
    func truncated() throws {
        let bytes = try house.identity().encoded()
        for count in 0..<bytes.count {
            #expect(refusal { try Identity(decoding: Array(bytes[..<count])) } == .malformed)
        }
    }

    @Test("seeded damage is never accepted", arguments: 0..<4)
    func damaged(_ seed: UInt64) throws {
        let bytes = try house.identity().encoded()
        var mutator = Mutator(seed: 3_100 + seed)
        for _ in 0..<500 {
            #expect((try? Identity(decoding: mutator.mutated(bytes))) == nil)
        }
    }

    @Test("with a bit of any byte changed the file is refused")
    func everyByte() throws {
        let bytes = try house.identity().encoded()
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1 << UInt8(index % 8)
            #expect((try? Identity(decoding: changed)) == nil, "byte \(index)")
        }
    }
}
