import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy

/// Verification of an exported log, against the SHA-256 calls that its format asks for.
struct LogBench {
    private static let entries = 2_000
    private static let origin = LogOrigin.text(for: Digest.sha256(of: [5]))

    func run(_ rounds: Int) throws {
        let keys = try KeyFile(generating: [.log], from: .system)
        let key = try keys.signingKey(.log)
        let now = Timestamp(clamping: 1_770_000_000)
        let (export, hashes, bytes) = try Self.export(key, now)
        let authority = LogAuthority(
            origin: Self.origin,
            logKeys: [
                AuthorisedKey(
                    key: key.verifyingKey, notBefore: now.adding(seconds: -10),
                    notAfter: now.adding(seconds: 10_000_000))
            ], staffKeys: [])
        let bare = try BarePrimitives()
        print("log counts: \(hashes) SHA-256 calls of \(bytes / hashes) bytes on average")
        _ = try Stopwatch.compare("log verify", rounds: rounds) {
            let report = AuditVerifier().verify(export, authority: authority, now: now)
            guard report.integrity.standing == .pass else {
                throw AuditError(.altered, .fault, "the bench log does not verify")
            }
        } bare: {
            for _ in 0..<hashes { bare.sha256(bytes / hashes) }
        }
    }

    /// An export, and how many hash calls its verification needs over how many bytes.
    private static func export(
        _ key: borrowing SigningKey, _ now: Timestamp
    ) throws -> (bytes: [UInt8], hashes: Int, hashed: Int) {
        var frontier = MerkleFrontier()
        var entries: [AuditEntry] = []
        var hashes = 0
        var hashed = 0
        for number in 0..<Self.entries {
            let isLast = number == Self.entries - 1
            var fields = AuditFields(act: isLast ? .logExported : .grantMade, time: now)
            fields.grants = [Digest.sha256(of: [UInt8(truncatingIfNeeded: number)])]
            fields.sections = [1, 2, 3]
            fields.counterpart = Digest.sha256(of: [4])
            fields.object =
                isLast
                ? AuditExportHeader.binding(identity: [], staffCertificates: [])
                : Digest.sha256(of: [6])
            let entry = try AuditEntry(fields: fields, randomness: .system)
            _ = frontier.append(entry.leafHash)
            // A commitment for each field, the leaf data, the leaf hash, one node a leaf.
            hashes += entry.commitments.count + 3
            hashed += entry.commitments.count * 85 + 30 + entry.commitments.count * 35 + 33 + 65
            entries.append(entry)
        }
        let note = try Checkpoint(
            origin: origin, size: frontier.size, root: frontier.root
        ).signed(by: key)
        var writer = try AuditExportWriter(
            header: AuditExportHeader(note: note, identity: [], staffCertificates: []))
        var bytes = writer.start
        for entry in entries { bytes += try writer.append(entry) }
        try writer.finish()
        return (bytes, hashes, hashed)
    }
}
