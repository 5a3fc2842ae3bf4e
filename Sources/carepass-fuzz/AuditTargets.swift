import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy

/// Audit entries, logs, notes and proofs.
enum AuditTargets {
    static let all: [FuzzTarget] = [
        note, checkpoint, proof, merkle, entry, export, evidence, dishonest,
    ]

    /// A log of six entries, one of them erased, and what was signed over it.
    private struct Log: Sendable {
        static let origin = LogOrigin.text(for: Digest.sha256(of: [5]))
        static let made = Result { try Log(keyFrom: try Log(keyFrom: []).export) }

        let key: VerifyingKey
        let note: String
        let entries: [AuditEntry]
        let export: [UInt8]
        let proof: InclusionProof

        /// As with the world's keys: another export has another key.
        init(keyFrom samples: [UInt8]) throws {
            let keys = try KeyFile(
                generating: [.log], from: World.randomness(30, samples))
            let logKey = try keys.signingKey(.log)
            var entries: [AuditEntry] = []
            for number in 0..<UInt8(6) {
                var fields = AuditFields(
                    act: number == 5 ? .logExported : .grantMade,
                    time: World.now.adding(seconds: Int64(number)))
                fields.grants = [Digest.sha256(of: [number])]
                fields.sections = [1, 2, 3]
                fields.reason = "grant.made"
                fields.object =
                    number == 5
                    ? AuditExportHeader.binding(identity: [1], staffCertificates: []) : nil
                let entry = try AuditEntry(
                    fields: fields, randomness: World.randomness(31 + number))
                entries.append(number == 2 ? entry.erased() : entry)
            }
            var frontier = MerkleFrontier()
            var nodes: [MerklePosition: Digest] = [:]
            for entry in entries {
                for node in frontier.append(entry.leafHash) { nodes[node.position] = node.hash }
            }
            key = logKey.verifyingKey
            note = try Checkpoint(
                origin: Self.origin, size: frontier.size, root: frontier.root
            ).signed(by: logKey)
            var writer = try AuditExportWriter(
                header: AuditExportHeader(note: note, identity: [1], staffCertificates: []))
            var bytes = writer.start
            for entry in entries { bytes += try writer.append(entry) }
            try writer.finish()
            export = bytes
            self.entries = entries
            proof = InclusionProof(
                index: 3,
                path: try MerkleProof.inclusion(of: 3, size: frontier.size) { position in
                    guard let hash = nodes[position] else { throw Unusable(what: "no node") }
                    return hash
                }, note: note)
        }
    }

    private static let words = ["— ", "\n\n", "index ", "c2sp.org/tlog-proof@v1\n"].map {
        Array($0.utf8)
    }

    private static let note = FuzzTarget(
        name: "signed-note", maximumLength: 1_024, words: words, files: ["note", "txt"],
        areas: ["audit-checkpoint"],
        seeds: { [Array(try Log.made.get().note.utf8)] },
        check: { input in
            let text = TextTargets.text(input)
            guard let note = try? SignedNote(parsing: text) else { return }
            let lines = note.signatures.map {
                "— \($0.name) \(Base64.encode($0.keyID + $0.bytes))\n"
            }
            require(
                TextTargets.hasSameBytes(note.text + "\n" + lines.joined(), text),
                "note: two texts for one note")
            let log = try Log.made.get()
            guard
                let signers = try? note.verify(name: Log.origin, keys: [log.key, log.key])
            else { return }
            require(signers == [log.key.keyHash], "note: one key signs twice")
            let known = try SignedNote(parsing: log.note).text
            require(TextTargets.hasSameBytes(note.text, known), "note: forged")
        })

    private static let checkpoint = FuzzTarget(
        name: "checkpoint", maximumLength: 512, words: words, areas: ["audit-checkpoint"],
        seeds: { [Array(try SignedNote(parsing: Log.made.get().note).text.utf8)] },
        check: { input in
            let text = TextTargets.text(input)
            if let read = try? Checkpoint(parsing: text) {
                require(TextTargets.hasSameBytes(read.text, text), "checkpoint: two texts")
                require(read.size <= MerkleTree.maximumSize, "checkpoint: too large")
            }
            if let organisation = try? LogOrigin.organisation(of: text) {
                require(
                    TextTargets.hasSameBytes(LogOrigin.text(for: organisation), text),
                    "origin: two texts")
            }
        })

    private static let proof = FuzzTarget(
        name: "inclusion-proof", maximumLength: 2_048, words: words, areas: ["audit-proof"],
        seeds: { [Array(try Log.made.get().proof.text.utf8)] },
        check: { input in
            let text = TextTargets.text(input)
            guard let read = try? InclusionProof(parsing: text) else { return }
            require(TextTargets.hasSameBytes(read.text, text), "proof: two texts for one proof")
            let log = try Log.made.get()
            for (index, entry) in log.entries.enumerated() {
                guard
                    (try? read.verify(
                        leafData: entry.leafData, origin: Log.origin, keys: [log.key])) != nil
                else { continue }
                require(read.index == UInt64(index), "proof: holds for another place")
            }
        })

    /// Proofs of a tree of up to 64 leaves hold, and with one bit changed they do not. Bytes:
    /// size, place, older size, bit; the rest are the leaves.
    private static let merkle = FuzzTarget(
        name: "merkle", maximumLength: 256,
        seeds: { [[7, 3, 4, 0, 1, 2, 3], [64, 63, 32, 9], [1, 0, 1, 0]] },
        check: { input in
            guard input.count >= 4 else { return }
            let size = UInt64(input[0] % 64) + 1
            let index = UInt64(input[1]) % size
            let older = UInt64(input[2]) % (size + 1)
            var frontier = MerkleFrontier()
            var nodes: [MerklePosition: Digest] = [:]
            var leaves: [Digest] = []
            var roots = [MerkleTree.emptyRoot]
            for number in 0..<size {
                leaves.append(MerkleTree.leafHash(of: input.dropFirst(4) + [UInt8(number)]))
                for node in frontier.append(leaves[Int(number)]) {
                    nodes[node.position] = node.hash
                }
                roots.append(frontier.root)
            }
            func find(_ position: MerklePosition) throws -> Digest {
                guard let hash = nodes[position] else { throw Unusable(what: "no node") }
                return hash
            }
            var path = try MerkleProof.inclusion(of: index, size: size, node: find)
            func holds(_ place: UInt64) -> Bool {
                !isRefused {
                    try MerkleProof.verifyInclusion(
                        leafHash: leaves[Int(index)], index: place, size: size, path: path,
                        root: frontier.root)
                }
            }
            require(holds(index), "merkle: own proof refused")
            require(size == 1 || !holds((index + 1) % size), "merkle: holds for another place")
            let growth = try MerkleProof.consistency(from: older, to: size, node: find)
            require(
                !isRefused {
                    try MerkleProof.verifyConsistency(
                        oldSize: older, oldRoot: roots[Int(older)], newSize: size,
                        newRoot: frontier.root, path: growth)
                }, "merkle: own growth refused")
            guard !path.isEmpty else { return }
            let place = Int(input[3]) % path.count
            path[place] = Digest.sha256(of: path[place].bytes)
            require(!holds(index), "merkle: a changed proof holds")
        })

    private static let entry = FuzzTarget(
        name: "audit-entry", maximumLength: 2_048, takesHexadecimal: true, areas: ["audit-entry"],
        seeds: { try Log.made.get().entries.map { $0.encoded() } },
        check: { input in
            guard let read = try? AuditEntry(decoding: input) else { return }
            require(read.encoded() == input, "audit entry: two encodings")
            require(read.erased().leafHash == read.leafHash, "audit entry: erasing moves the leaf")
            require(read.erased().isErased, "audit entry: not erased")
        })

    /// A proven entry is the one that is in the log.
    private static let evidence = FuzzTarget(
        name: "entry-proof", maximumLength: 4_096, takesHexadecimal: true, areas: ["audit-export"],
        seeds: {
            let log = try Log.made.get()
            return [
                try EntryProof(
                    log.entries[3], log.proof, identity: [1], staffCertificates: []
                ).encoded()
            ]
        },
        check: { input in
            var parts = [input]
            let source: AuditSource = { _ in parts.popLast() ?? [] }
            guard case .proof(let read)? = try? AuditEvidence(reading: source) else { return }
            require(read.encoded() == input, "entry proof: two encodings")
            let log = try Log.made.get()
            let authority = LogAuthority(
                origin: Log.origin,
                logKeys: [
                    AuthorisedKey(key: log.key, notBefore: World.now, notAfter: World.end)
                ], staffKeys: [], identity: .confirmed)
            let report = AuditVerifier().verify(
                read, authority: authority, now: World.now.adding(seconds: 60))
            guard report.integrity.standing == .pass else { return }
            require(
                read.entry.index == 3 && read.entry.leafData == log.entries[3].leafData,
                "entry proof: forged")
        })

    /// Integrity holds for the log that was signed and for nothing else.
    private static let export = FuzzTarget(
        name: "audit-export", maximumLength: 4_096, takesHexadecimal: true, areas: ["audit-export"],
        seeds: { [try Log.made.get().export] },
        check: { input in
            if var reader = try? AuditExportReader(input) {
                var count = 0
                while let next = try? reader.next() {
                    require(next.hidden.count <= next.commitments.count, "export: hidden fields")
                    count += 1
                }
                require(count <= input.count, "export: more entries than bytes")
            }
            let log = try Log.made.get()
            let authority = LogAuthority(
                origin: Log.origin,
                logKeys: [
                    AuthorisedKey(key: log.key, notBefore: World.now, notAfter: World.end)
                ], staffKeys: [], identity: .confirmed)
            let report = AuditVerifier().verify(
                input, authority: authority, now: World.now.adding(seconds: 60))
            let isWhole = input == log.export
            require(
                isWhole == (report.integrity.standing == .pass),
                isWhole ? "export: the log itself fails" : "export: a forged log passes")
            require(
                report.integrity.findings.count <= AuditVerdict.maximumFindings,
                "export: findings without end")
        })
}
