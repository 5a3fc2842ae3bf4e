import PassportAudit
import PassportCoding
import PassportCrypto
import Testing

/// One entry says nothing that only the whole log can say.
@Suite struct EntryProofTests {
    private static func prove(_ log: TestLog, _ index: UInt64) throws -> AuditReport {
        let path = try MerkleProof.inclusion(of: index, size: log.size) { position in
            try #require(log.nodes[position])
        }
        let proof = try EntryProof(
            log.entries[Int(index)],
            InclusionProof(index: index, path: path, note: log.note()),
            identity: log.identity, staffCertificates: log.certificates)
        return AuditVerifier().verify(proof, authority: log.authority(), now: log.clock)
    }

    /// Attack: hire somebody unsigned, late, and show that entry alone as if it were the first.
    @Test func anUnsignedHiringIsNotTakenForTheFirst() throws {
        let log = try TestLog("izmir")
        try log.log(.organisationCreated)
        try log.log(.staffAdded) { $0.object = digest("first") }
        try log.log(.staffAdded, signed: true) { $0.object = digest("second") }
        try log.log(.staffAdded) { $0.object = digest("third") }
        let whole = log.verify(try log.export().flatMap { $0 })
        #expect(!whole.completeness.has(.signatureMissing, entry: 1))
        #expect(whole.completeness.has(.signatureMissing, entry: 3))
        for index in [UInt64(1), 3] {
            let report = try Self.prove(log, index)
            #expect(report.integrity.standing == .pass)
            #expect(report.completeness.has(.signatureMissing, entry: index))
        }
        #expect(try Self.prove(log, 2).completeness.standing == .pass)
    }

    @Test func nothingIsSaidOfOtherEntries() throws {
        let day = try makeDay()
        for index in 0..<day.recipient.size {
            let report = try Self.prove(day.recipient, index)
            #expect(report.integrity.standing == .pass)
            #expect(!report.completeness.has(.openingInterrupted))
            #expect(!report.completeness.has(.outcomeWithoutIntent))
            #expect(report.freshness.standing == .warn)
            #expect(report.notChecked.contains(.otherEntries))
            #expect(report.notChecked.contains(.staffEnds))
        }
    }
}
