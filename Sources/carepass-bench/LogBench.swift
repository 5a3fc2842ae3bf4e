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
        let bare = try BarePrimitives()
        let (export, sizes) = try Self.export(key, now)
        let authority = LogAuthority(
            origin: Self.origin,
            logKeys: [
                AuthorisedKey(
                    key: key.verifyingKey, notBefore: now.adding(seconds: -10),
                    notAfter: now.adding(seconds: 10_000_000))
            ], staffKeys: [], identity: .confirmed)
        print(
            """
            log verify: \(Self.entries) entries, all fields shown, none signed by staff. The \
            baseline counts \(sizes.count) SHA-256 hashes, \(sizes.reduce(0, +)) bytes in all: \
            one for each field, two for each entry, one for each node
            """)
        _ = try Stopwatch.compare("log verify", rounds: rounds) {
            let report = AuditVerifier().verify(export, authority: authority, now: now)
            guard report.integrity.standing == .pass else {
                throw AuditError(.altered, .fault, "the bench log does not verify")
            }
        } bare: {
            for bytes in sizes { bare.hash(bytes) }
        }
    }

    /// An export, and the size of each input that its verification hashes.
    private static func export(
        _ key: borrowing SigningKey, _ now: Timestamp
    ) throws -> (bytes: [UInt8], sizes: [Int]) {
        var frontier = MerkleFrontier()
        var entries: [AuditEntry] = []
        var sizes: [Int] = []
        for number in 0..<Self.entries {
            let entry = try AuditEntry(fields: fields(number, now), randomness: .system)
            // `append` returns the leaf and every node that it completes.
            let completed = frontier.append(entry.leafHash)
            sizes += entry.hashedBytes + [33] + completed.dropFirst().map { _ in 65 }
            entries.append(entry)
        }
        // What joins the complete subtrees to the root.
        sizes += frontier.nodes.dropFirst().map { _ in 65 }
        let note = try Checkpoint(
            origin: origin, size: frontier.size, root: frontier.root
        ).signed(by: key)
        var writer = try AuditExportWriter(
            header: AuditExportHeader(note: note, identity: [], staffCertificates: []))
        var bytes = writer.start
        for entry in entries { bytes += try writer.append(entry) }
        try writer.finish()
        return (bytes, sizes)
    }

    private static func fields(_ number: Int, _ now: Timestamp) -> AuditFields {
        let isLast = number == Self.entries - 1
        var fields = AuditFields(act: isLast ? .logExported : .objectTakenIn, time: now)
        fields.grants = [Digest.sha256(of: [UInt8(truncatingIfNeeded: number)])]
        fields.sections = [1, 2, 3]
        fields.counterpart = Digest.sha256(of: [4])
        fields.object =
            isLast
            ? AuditExportHeader.binding(identity: [], staffCertificates: [])
            : Digest.sha256(of: [6])
        return fields
    }
}

extension AuditEntry {
    /// Sizes of what is hashed for the entry's leaf: label, zero byte, salt and value of each
    /// field, then label, zero byte and the map of commitments (`Spec/audit-log.md`).
    fileprivate var hashedBytes: [Int] {
        guard let values = try? fields?.items() else { return [] }
        let one = "care-passport/1 audit field".utf8.count + 1 + 16
        let all = "care-passport/1 audit entry".utf8.count + 1
        let map = CBORItem(fields: commitments.map { ($0.key.number, $0.value.item) })
        return values.map { field, value in
            one + CBORItem.array([CBORItem(field.number), value]).encoded().count
        } + [all + map.encoded().count]
    }
}
