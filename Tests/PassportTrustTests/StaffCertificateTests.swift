import PassportCoding
import PassportCrypto
import PassportTestSupport
import PassportTrust
import Testing

@Suite("Staff certificates")
struct StaffCertificateTests {
    private let house = House()

    private func make(
        from: Timestamp = day(1), to: Timestamp = day(30), organisation: OrganisationID? = nil,
        by issuer: borrowing SigningKey
    ) throws -> [UInt8] {
        try StaffCertificate.make(
            organisation: organisation ?? house.chain().organisation,
            key: signingKey(90, .staff).verifyingKey, notBefore: from, notAfter: to,
            issuer: issuer)
    }

    private func make(from: Timestamp = day(1), to: Timestamp = day(30)) throws -> [UInt8] {
        try make(from: from, to: to, by: house.key(.issue))
    }

    @Test("a certificate says whose key acts from when to when")
    func good() throws {
        let bytes = try make()
        let certificate = try StaffCertificate(verifying: bytes, by: house.identity())
        #expect(certificate.organisation == (try house.chain().organisation))
        #expect(certificate.key == (try signingKey(90, .staff).verifyingKey))
        #expect(certificate.notBefore == day(1) && certificate.notAfter == day(30))
        #expect(certificate.bytes == bytes && certificate.authority == .authorised)
    }

    @Test("only an issue key of the house certifies")
    func issuers() throws {
        let identity = try house.identity()
        for purpose in house.signingPurposes where purpose != .issue {
            #expect(throws: CryptoError(.wrongPurpose, "")) { try make(by: house.key(purpose)) }
        }
        let foreign = try make(by: House(offset: 100).key(.issue))
        #expect(refusal { try StaffCertificate(verifying: foreign, by: identity) } == .unknownKey)
        let other = try House(offset: 100).identity()
        let ours = try make()
        #expect(refusal { try StaffCertificate(verifying: ours, by: other) } == .unknownKey)
    }

    @Test("a certificate that names another house is refused, although the key is right")
    func organisation() throws {
        let bytes = try make(
            organisation: House(offset: 100).chain().organisation, by: house.key(.issue))
        let identity = try house.identity()
        let code = refusal { try StaffCertificate(verifying: bytes, by: identity) }
        #expect(code == .wrongOrganisation)
    }

    @Test("an act signed by the certified key is no certificate, nor is a passport")
    func types() throws {
        let identity = try house.identity()
        let passport = try COSESign1.sign([1], as: .passport, with: house.key(.issue)).bytes
        let act = try COSESign1.sign([1], as: .act, with: signingKey(90, .staff)).bytes
        for bytes in [passport, act] {
            #expect(refusal { try StaffCertificate(verifying: bytes, by: identity) } == .malformed)
        }
    }

    @Test("one that begins when its issue key was not in force is refused")
    func windows() throws {
        let issue = try house.key(.issue).verifyingKey
        let role = try house.role(.issue, from: day(5), to: day(10))
        let identity = try house.identity(listing: [role], [issue])
        for (from, accepted) in [
            (day(5).adding(seconds: -1), false), (day(5), true), (day(10), true),
            (day(10).adding(seconds: 1), false),
        ] {
            let bytes = try make(from: from, to: day(500))
            let code = refusal { try StaffCertificate(verifying: bytes, by: identity) }
            #expect(code == (accepted ? nil : .unknownKey))
        }
        let reversed = try make(from: day(7), to: day(7).adding(seconds: -1))
        #expect(refusal { try StaffCertificate(verifying: reversed, by: identity) } == .malformed)
    }

    @Test("one made with a stolen issue key is refused, or says that its age is unproven")
    func stolen() throws {
        let issue = try house.key(.issue).verifyingKey
        let role = try house.role(.issue, revocation: .init(reason: .compromised, since: day(20)))
        let identity = try house.identity(listing: [role], [issue])
        let after = try make(from: day(20))
        #expect(refusal { try StaffCertificate(verifying: after, by: identity) } == .unknownKey)
        let before = try make(from: day(20).adding(seconds: -1))
        let certificate = try StaffCertificate(verifying: before, by: identity)
        #expect(certificate.authority == .ageUnproven(.compromised, since: day(20)))
    }

    @Test("seeded damage is never accepted, nor a cut")
    func damaged() throws {
        let identity = try house.identity()
        let bytes = try make()
        var mutator = Mutator(seed: 3_200)
        for _ in 0..<1_000 {
            let damaged = mutator.mutated(bytes)
            #expect((try? StaffCertificate(verifying: damaged, by: identity)) == nil)
        }
        for count in bytes.indices {
            let cut = Array(bytes[..<count])
            #expect((try? StaffCertificate(verifying: cut, by: identity)) == nil)
        }
        #expect(
            refusal {
                try StaffCertificate(
                    verifying: bytes + [UInt8](repeating: 0, count: 5_000), by: identity)
            } == .malformed)
    }
}
