import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust
import Testing

@testable import PassportAudit
@testable import passport_vectors

/// Objects of exactly their limit, or, where sizes come in steps or are fixed, the largest there
/// are; and what passes it.
extension GeneratedLimitTests {
    /// Contents double: 8 MiB is the last that fits beside its boxes.
    func envelopeBytes() throws {
        let box = SealedBox(
            lock: .organisation, parameter: zeros(1_120),
            ciphertext: zeros(Profile.net.boxQuantum + 16))
        func envelope(_ content: Int) -> Envelope {
            Envelope(
                profile: .net, content: zeros(content + 16), boxes: [box, box, box, box])
        }
        let largest = envelope(Limits.envelopeBytes / 2)
        #expect(try Envelope(decoding: largest.encoded()) == largest)
        pastLimit("passport.malformed") {
            _ = try Envelope(decoding: envelope(Limits.envelopeBytes).encoded())
        }
        pastLimit("passport.malformed") {
            _ = try Envelope(decoding: zeros(Limits.envelopeBytes + 1))
        }
    }

    /// The profile fixes nearly all of a passport: the largest names eight authorities and the
    /// list with the longest number, and is far from the limit.
    func passportBytes() throws {
        let cast = try Cast(.net)
        let authorities = (0..<Limits.authorities).map { number in
            OrganisationID(Digest.sha256(of: [UInt8(number)]))
        }
        let address = cast.izmir.id.statusListURI(.max)
        let largest = try PassportSealer().seal(
            Content.sections("Lea"),
            terms: .init(
                issuer: cast.izmir.id, authorities: authorities, issued: Moments.sealed,
                expires: Moments.passportEnd,
                status: StatusReference(uri: address, index: 1_000_000), profile: .net),
            key: cast.izmir.signingKey(.issue)
        ).passport
        #expect(largest.bytes.count < Limits.passportBytes)
        #expect(throws: Never.self) {
            try UnverifiedPassport(decoding: largest.bytes).verify(by: cast.izmir.identity)
        }
        pastLimit("passport.malformed") {
            _ = try UnverifiedPassport(decoding: zeros(Limits.passportBytes + 1))
        }
    }

    /// A chain of manifests that are each nearly as long as a manifest may be.
    func identityBytes() throws {
        var plan = ManifestPlan(name: "Large")
        plan.roles = [try House.role("Large", .issue)]
        let key = try Secrets.signingKey("Large issue", .issue).verifyingKey
        var manifests: [[UInt8]] = []
        var previous: Digest?
        var organisation: OrganisationID?
        func signed(_ padding: [UInt8]) throws -> (bytes: [UInt8], hash: Digest) {
            var next = plan
            next.version = manifests.count + 1
            next.previous = previous
            next.organisation = organisation
            let payload = try Forge.fields(next.payload()) { $0[CBORItem(-2)] = .bytes(padding) }
            return (try ManifestPlan.sign(payload, by: plan.roots), Digest.sha256(of: payload))
        }
        while manifests.count < 128 {
            let made = try signed(zeros(32_000))
            manifests.append(made.bytes)
            previous = made.hash
            organisation = organisation ?? OrganisationID(made.hash)
        }
        func file(_ padding: [UInt8]) throws -> [UInt8] {
            CBORItem(fields: [
                (1, CBORItem(1)),
                (2, .array((manifests + [try signed(padding).bytes]).map { .bytes($0) })),
                (3, .array([.bytes(key.rawRepresentation)])), (4, .array([])), (5, .array([])),
            ]).encoded()
        }
        var more = 0
        while try file(zeros(0)).count + 32_100 < Limits.identityBytes, more < 8 {
            let made = try signed(zeros(32_000))
            manifests.append(made.bytes)
            previous = made.hash
            more += 1
        }
        let largest = try Sized.bytes(Limits.identityBytes, file)
        #expect(try Identity(decoding: largest).encoded() == largest)
        let longer = try Sized.bytes(Limits.identityBytes + 1, file)
        pastLimit("trust.malformed") { _ = try Identity(decoding: longer) }
    }

    /// An erased entry has no other bound than its bytes: commitments whose field numbers take
    /// two and three bytes come to the limit exactly.
    func auditEntryBytes() throws {
        func erased(_ numbers: [Int]) -> [UInt8] {
            let digests = numbers.map { number in
                (number, CBORItem?.some(.bytes(Secrets.seed("field \(number)"))))
            }
            let commitments = CBORItem(fields: digests)
            return CBORItem(fields: [
                (1, CBORItem(1)), (2, .bytes(Digest.sha256(of: []).bytes)), (5, commitments),
            ]).encoded()
        }
        let short = Array(24..<184)
        let numbers = short + Array(256..<542)
        for (fields, isLarger) in [(numbers, false), (short.dropLast() + Array(256..<543), true)] {
            let bytes = try withLeaf(erased(Array(fields)))
            #expect(bytes.count == Limits.auditEntryBytes + (isLarger ? 1 : 0))
            if isLarger {
                pastLimit("audit.overLimit") { _ = try AuditEntry(decoding: bytes) }
            } else {
                #expect(try AuditEntry(decoding: bytes).encoded() == bytes)
            }
        }
    }

    /// The same entry with the leaf that its commitments make.
    private func withLeaf(_ entry: [UInt8]) throws -> [UInt8] {
        try Forge.fields(entry) { fields in
            guard case .map(let map)? = fields[CBORItem(5)] else { return }
            var commitments: [AuditField: Digest] = [:]
            for line in map.entries {
                guard case .unsigned(let number) = line.key, case .bytes(let bytes) = line.value
                else { continue }
                commitments[AuditField(Int(number))] = Digest(bytes: bytes)
            }
            fields[CBORItem(2)] = .bytes(Commitment.leafData(commitments).bytes)
        }
    }

    func statusListBytes() throws {
        let house = try Cast(.paper).izmir
        let list = try house.statusList()
        func sized(_ count: Int) throws -> [UInt8] {
            try Sized.bytes(count) { padding in
                try Forge.resigned(list, as: .statusList, with: house.signingKey(.status)) {
                    $0[CBORItem(-1)] = .bytes(padding)
                }
            }
        }
        let largest = try sized(Limits.statusListBytes)
        #expect(throws: Never.self) {
            try SignedStatusList(verifying: largest, by: house.identity)
        }
        let longer = try sized(Limits.statusListBytes + 1)
        pastLimit("trust.malformed") {
            _ = try SignedStatusList(verifying: longer, by: house.identity)
        }
    }

    /// Keys take 33 bytes each: 1,984 of them are the last that fit.
    func keyFileBytes() throws {
        func file(_ count: Int) throws -> [UInt8] {
            var words: [UInt8] = [1]
            return try KeyFile(
                generating: [KeyPurpose](repeating: .issue, count: count), from: .system
            ).encoded(passphrase: Passphrase(consuming: &words), randomness: .system)
        }
        func read(_ bytes: [UInt8]) throws -> Int {
            var words: [UInt8] = [1]
            return try KeyFile(decoding: bytes, passphrase: Passphrase(consuming: &words))
                .purposes.count
        }
        let largest = try file(1_984)
        #expect((Limits.keyFileBytes - 32...Limits.keyFileBytes).contains(largest.count))
        #expect(try read(largest) == 1_984)
        let longer = try file(1_985)
        #expect(longer.count > Limits.keyFileBytes)
        pastLimit("secrecy.malformedKeyFile") { _ = try read(longer) }
    }
}
