import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy

extension AuditTargets {
    /// A log that signs whatever its organisation wishes: its bytes are whole, its content is
    /// anything. The input is a sequence of maps from field numbers to values.
    static let dishonest = FuzzTarget(
        name: "dishonest-log", maximumLength: 2_048, takesHexadecimal: true,
        seeds: {
            let reference = Digest.sha256(of: [8]).item
            let intent = CBORItem(fields: [(1, CBORItem(14)), (2, World.now.item)])
            let outcome = CBORItem(fields: [
                (1, CBORItem(15)), (2, World.now.item), (9, reference), (10, CBORItem(0)),
                (12, CBORItem(0)),
            ])
            let disclosed = CBORItem(fields: [
                (1, CBORItem(13)), (2, World.now.item), (8, Digest.sha256(of: [6]).item),
                (9, reference),
            ])
            return [intent.encoded() + outcome.encoded() + disclosed.encoded()]
        },
        check: { input in
            var reader = CBORReader(input)
            var entries: [AuditEntry] = []
            while !reader.isAtEnd, let item = try? reader.next() {
                if let entry = try? AuditEntry(decoding: stored(item)) { entries.append(entry) }
            }
            let reports = try [UInt8(5), 6].map { try judge(entries, organisation: $0) }
            for report in reports {
                require(report.integrity.standing == .pass, "dishonest log: its bytes are whole")
                require(report.checkpoint != nil, "dishonest log: signed and not verified")
                require(
                    report.completeness.findings.count <= AuditVerdict.maximumFindings,
                    "dishonest log: findings without end")
            }
            let compared = mustHold("dishonest log: whole logs refused") {
                try Reconciliation(reports)
            }
            let count = compared.matched.count + compared.mismatched.count
            require(count <= 2 * entries.count, "dishonest log: more pairs than entries")
        })

    /// An entry as its own log stores it, salted and committed as `Spec/audit-log.md` says.
    private static func stored(_ item: CBORItem) throws -> [UInt8] {
        guard case .map(let map) = item else { throw Unusable(what: "not a map") }
        let seed = [UInt8](repeating: 3, count: 32)
        let commitments = try map.entries.map { entry in
            let number = try CBORValue(entry.key, "field").int(in: 1...0xFFFF)
            let salt = Digest.sha256(
                label: "care-passport/1 audit salt", seed,
                [UInt8(number >> 8), UInt8(number & 0xFF)]
            ).bytes.prefix(16)
            let digest = Digest.sha256(
                label: "care-passport/1 audit field", Array(salt),
                CBORItem.array([entry.key, entry.value]).encoded())
            return (number, Optional(digest.item))
        }
        let leaf = Digest.sha256(
            label: "care-passport/1 audit entry", CBORItem(fields: commitments).encoded())
        return CBORItem(fields: [
            (1, CBORItem(1)), (2, leaf.item), (3, .bytes(seed)), (4, item),
        ]).encoded()
    }

    /// Exports the entries with the closing one of an honest writer, and verifies the export.
    private static func judge(
        _ entries: [AuditEntry], organisation: UInt8
    ) throws -> AuditReport {
        let origin = LogOrigin.text(for: Digest.sha256(of: [organisation]))
        let key = try KeyFile(
            generating: [.log], from: World.randomness(60 + organisation)
        ).signingKey(.log)
        var closing = AuditFields(act: .logExported, time: World.now)
        closing.object = AuditExportHeader.binding(identity: [], staffCertificates: [])
        let all =
            try entries + [
                AuditEntry(fields: closing, randomness: World.randomness(70))
            ]
        var frontier = MerkleFrontier()
        for entry in all { _ = frontier.append(entry.leafHash) }
        let note = try Checkpoint(
            origin: origin, size: frontier.size, root: frontier.root
        ).signed(by: key)
        var writer = try AuditExportWriter(
            header: AuditExportHeader(note: note, identity: [], staffCertificates: []))
        var export = writer.start
        for entry in all { export += try writer.append(entry) }
        try writer.finish()
        let authority = LogAuthority(
            origin: origin,
            logKeys: [
                AuthorisedKey(
                    key: key.verifyingKey, notBefore: World.now, notAfter: World.end)
            ], staffKeys: [], identity: .confirmed)
        return AuditVerifier().verify(export, authority: authority, now: World.now)
    }
}
