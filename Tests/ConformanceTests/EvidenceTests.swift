import CarePassport
import PassportCoding
import PassportCrypto
internal import PassportSealing
import PassportTrust
import Testing

@testable import passport_vectors

/// What evidence in an envelope may cost, counted in signatures.
@Suite struct EvidenceTests {
    /// An organisation whose chain carries a number of signatures.
    static func house(_ name: String, signatures: Int) throws -> House {
        try House(name, [.issue, .consent, .status, .sealNet]) { first in
            var plans: [ManifestPlan] = []
            while plans.count + 1 < signatures {
                plans.append(try (plans.last ?? first).next { $0.issued = Moments.made })
            }
            return plans
        }
    }

    /// Opens Lea's net passport with evidence, and counts signatures while doing so.
    static func open(
        _ scene: Scene, _ evidence: [House], knowing known: [House] = [],
        passport: [UInt8]? = nil
    ) throws -> (verdict: Ruling, signatures: Int) {
        var opening = try Opening(scene, "evidence tests")
        opening.identities = known
        (opening.lists, opening.evidenceLists) = ([], opening.lists)
        opening.evidence = evidence.map { $0.identity.encoded() }
        if let passport {
            let sealed = scene.lea
            opening.passports = [passport]
            let ring = scene.ring(sealed, [1])
            let terms = try scene.terms(
                UnverifiedPassport(decoding: passport),
                to: .organisation(scene.cast.athens.id), [1], ring: RingBytes.digest(ring))
            opening.grants = [(try scene.sign(terms, by: scene.cast.izmir), ring)]
        }
        let input = try opening.input(opening.packing().pack(BoxStore()).bytes)
        let meter = SignatureMeter()
        let outcome = try SignatureMeter.$current.withValue(meter) {
            try Door.judge(.envelope, input)
        }
        // What was known is read by the door, and does not count as evidence.
        let read = SignatureMeter()
        try SignatureMeter.$current.withValue(read) {
            for house in known { _ = try Identity(decoding: house.identity.encoded()) }
        }
        return (outcome.verdict, meter.count - read.count)
    }

    /// Lea's passport, naming other organisations as authorities beside Izmir.
    static func passport(_ scene: Scene, naming others: [House]) throws -> [UInt8] {
        var claims = scene.lea.passport.claims
        claims.authorities = ([scene.cast.izmir] + others).map(\.id).sorted {
            $0.digest < $1.digest
        }
        return try COSESign1.sign(
            claims.encoded(), as: .passport, with: scene.cast.izmir.signingKey(.issue)
        ).bytes
    }

    @Test func honestEvidenceCostsItsOwnSignatures() throws {
        let scene = try Scene(.net)
        let opened = try Self.open(scene, [scene.cast.izmir])
        #expect(opened.verdict == .accept)
        // One manifest; then a list, a passport, a grant and a disclosure.
        #expect(opened.signatures == 5)
    }

    @Test func chainsThatNobodyNamesAreNotLookedAt() throws {
        let scene = try Scene(.net)
        let junk = try (1...31).map { try Self.house("Junk \($0)", signatures: 40) }
        let opened = try Self.open(scene, junk + [scene.cast.izmir])
        #expect(opened.verdict == .accept)
        #expect(opened.signatures == 5)
    }

    @Test func oneFileManyTimesCostsOnce() throws {
        let scene = try Scene(.net)
        let opened = try Self.open(
            scene, [House](repeating: scene.cast.izmir, count: Limits.identitiesPerEnvelope))
        #expect(opened.verdict == .accept)
        #expect(opened.signatures == 5)
    }

    @Test func ofAKnownChainOnlyWhatIsNewIsChecked() throws {
        let scene = try Scene(.net)
        let izmir = scene.cast.izmir
        let longer = try izmir.after { first in
            var plans = [try first.next()]
            for _ in 0..<9 { plans.append(try plans[plans.count - 1].next()) }
            return plans
        }
        #expect(try Self.open(scene, [longer], knowing: [longer]).signatures == 4)
        #expect(try Self.open(scene, [longer], knowing: [izmir]).signatures == 4 + 10)
        #expect(try Self.open(scene, [longer]).signatures == 4 + 11)
    }

    /// Seven named organisations with chains as long as they can be: one of them fits.
    @Test func whatIsNamedIsBoundedToo() throws {
        let scene = try Scene(.net)
        let long = try (1...7).map { try Self.house("Long \($0)", signatures: 500) }
        let passport = try Self.passport(scene, naming: long)
        let first = try Self.open(scene, [scene.cast.izmir] + long, passport: passport)
        #expect(first.verdict == .accept)
        #expect(first.signatures <= Limits.evidenceSignatures + 4)
        // A sender who puts junk first hides what the recipient needs, and nothing else.
        let last = try Self.open(scene, long + [scene.cast.izmir], passport: passport)
        #expect(last.verdict == .refused)
        #expect(last.signatures <= Limits.evidenceSignatures)
    }
}
