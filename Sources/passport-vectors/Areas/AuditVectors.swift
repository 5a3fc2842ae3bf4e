import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Audit entries, checkpoints and proofs.
struct AuditVectors {
    let shop: Workshop

    func write() throws {
        let log = try LogWorld("Izmir log", identity: [1, 2, 3])
        try entries(log)
        try checkpoints(log)
        try proofs(log)
        try consistency()
        try ExportVectors(shop: shop, log: log).write()
    }

    private func entries(_ log: LogWorld) throws {
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8]
        ) { shop.add(.auditEntry, scenario, verdict, comment, ["bytes": .hex(bytes)]) }
        let signed = log.entries[1]
        let bytes = signed.encoded()
        add("signed", .accept, "An entry that a member of staff signed.", bytes)
        let erased = signed.erased().encoded()
        add("erased", .accept, "An erased entry keeps its leaf, and with it every proof.", erased)
        add("truncated", .malformed, "An entry cut short is none.", Array(bytes.dropLast()))
        add("trailing-byte", .malformed, "Nothing follows.", bytes + [0])
        func edit(
            _ scenario: String, _ comment: String, of bytes: [UInt8],
            _ edit: (inout Forge.Fields) throws -> Void
        ) throws { add(scenario, .malformed, comment, try Forge.fields(bytes, edit)) }
        func value(_ field: Int, _ value: CBORItem?) -> (inout Forge.Fields) throws -> Void {
            { fields in
                guard let values = fields[CBORItem(4)] else { return }
                fields[CBORItem(4)] = try CBORReader.item(
                    from: Forge.fields(values.encoded()) { $0[CBORItem(field)] = value })
            }
        }
        try edit("version-2", "Another version is refused.", of: bytes) {
            $0[CBORItem(1)] = CBORItem(2)
        }
        try edit("leaf-changed", "Values and leaf belong together.", of: bytes) {
            $0[CBORItem(2)] = Digest.sha256(of: [1]).item
        }
        try edit(
            "time-changed", "A changed value makes another leaf.", of: bytes, value(2, CBORItem(1)))
        try edit("field-removed", "A missing value makes another leaf.", of: bytes, value(4, nil))
        try edit(
            "field-added", "A value more makes another leaf.", of: bytes, value(14, CBORItem(1)))
        try edit("field-of-wrong-form", "A field has its form.", of: bytes, value(2, .text("now")))
        try edit(
            "reason-with-spaces", "A reason is a code, never a sentence.", of: bytes,
            value(11, .text("she said")))
        try edit("seed-changed", "Another seed makes another leaf.", of: bytes) {
            $0[CBORItem(3)] = .bytes(Secrets.seed("another"))
        }
        try edit("commitment-changed", "A changed commitment makes another leaf.", of: erased) {
            $0[CBORItem(5)] = CBORItem(fields: [(1, Digest.sha256(of: [1]).item)])
        }
        try edit("unknown-part", "An entry has no other part.", of: bytes) {
            $0[CBORItem(9)] = .null
        }
    }

    private func checkpoints(_ log: LogWorld) throws {
        let key = try LogWorld.logKey()
        let own = key.verifyingKey.rawRepresentation
        let note = try log.note(key: key)
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ note: String,
            origin: String? = nil, keys: [[UInt8]]? = nil
        ) {
            shop.add(
                .auditCheckpoint, scenario, verdict, comment,
                [
                    "note": .text(note), "origin": .text(origin ?? log.origin),
                    "keys": .hexes(keys ?? [own]),
                ])
        }
        add("four-entries", .accept, "A log of four entries.", note)
        let other = try LogWorld("Athens log", identity: [])
        add("another-log", .refused, "A checkpoint names its log.", note, origin: other.origin)
        let thief = try LogWorld.logKey("thief")
        add(
            "another-key", .refused, "Somebody else's key signs no checkpoint.", note,
            keys: [thief.verifyingKey.rawRepresentation])
        add("size-changed", .refused, "A size is signed.", note.replacing("\n4\n", with: "\n5\n"))
        add(
            "leading-zero", .malformed, "A number has one spelling.",
            note.replacing("\n4\n", with: "\n04\n"))
        add(
            "unsigned", .malformed, "A checkpoint is signed.", String(note.split(separator: "—")[0])
        )
        add(
            "no-final-line-feed", .malformed, "A note ends in a line feed.", String(note.dropLast())
        )
        add(
            "carriage-return", .malformed, "Lines end in line feeds alone.",
            note.replacing("\n", with: "\r\n"))
        let line = String(
            note.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last ?? "")
        add("signed-twice", .malformed, "One key does not count twice.", note + line + "\n")
        let many = (2...Limits.noteSignatures).map { number in
            "— other\(number) \(Base64.encode([UInt8](repeating: UInt8(number & 0xFF), count: 68)))\n"
        }
        add(
            "signatures-at-limit", .accept, "A note has at most 64 signatures.",
            note + many.joined())
        add(
            "signatures-past-limit", .malformed, "A note has at most 64 signatures.",
            note + many.joined() + "— more \(Base64.encode([UInt8](repeating: 1, count: 68)))\n")
    }

    private func proofs(_ log: LogWorld) throws {
        let key = try LogWorld.logKey()
        let tree = log.tree()
        let path = try MerkleProof.inclusion(
            of: 1, size: tree.frontier.size, node: LogWorld.lookup(tree.nodes))
        let proof = InclusionProof(index: 1, path: path, note: try log.note(key: key))
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ text: String,
            leaf: Digest? = nil, origin: String? = nil
        ) {
            shop.add(
                .auditProof, scenario, verdict, comment,
                [
                    "proof": .text(text), "leaf": .hex((leaf ?? log.entries[1].leafData).bytes),
                    "origin": .text(origin ?? log.origin),
                    "keys": .hexes([key.verifyingKey.rawRepresentation]),
                ])
        }
        add("second-entry", .accept, "The second of four entries is in the log.", proof.text)
        add(
            "another-entry", .refused, "Another entry is not there.", proof.text,
            leaf: log.entries[2].leafData)
        func changed(_ index: UInt64, _ path: [Digest]) -> String {
            InclusionProof(index: index, path: path, note: proof.note).text
        }
        add("another-index", .refused, "A proof is for one place.", changed(2, path))
        add("index-beyond", .refused, "A place is within the log.", changed(4, path))
        add("path-short", .refused, "A path leads to the root.", changed(1, Array(path.dropLast())))
        add("path-long", .refused, "A path ends at the root.", changed(1, path + path.prefix(1)))
        add("path-reversed", .refused, "A path has its order.", changed(1, path.reversed()))
        add("another-log", .refused, "A proof names its log.", proof.text, origin: "carepass/x")
        add(
            "another-header", .malformed, "Another version is refused.",
            proof.text.replacing("@v1", with: "@v2"))
        add(
            "leading-zero", .malformed, "A number has one spelling.",
            proof.text.replacing("index 1", with: "index 01"))
        add(
            "extra-line", .malformed, "Nothing unauthenticated stands inside.",
            proof.text.replacing("index 1\n", with: "extra AAAA\nindex 1\n"))
    }

    private func consistency() throws {
        func leaves(_ count: Int) -> (MerkleFrontier, [MerklePosition: Digest]) {
            var frontier = MerkleFrontier()
            var nodes: [MerklePosition: Digest] = [:]
            for number in 0..<count {
                let leaf = MerkleTree.leafHash(of: Array("leaf \(number)".utf8))
                for node in frontier.append(leaf) { nodes[node.position] = node.hash }
            }
            return (frontier, nodes)
        }
        let (old, _) = leaves(5)
        let (new, nodes) = leaves(11)
        let path = try MerkleProof.consistency(from: 5, to: 11, node: LogWorld.lookup(nodes))
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, path: [Digest],
            oldSize: Int = 5, newSize: Int = 11, oldRoot: Digest? = nil, newRoot: Digest? = nil
        ) {
            shop.add(
                .auditConsistency, scenario, verdict, comment,
                [
                    "oldSize": .int(oldSize), "oldRoot": .hex((oldRoot ?? old.root).bytes),
                    "newSize": .int(newSize), "newRoot": .hex((newRoot ?? new.root).bytes),
                    "path": .hexes(path.map(\.bytes)),
                ])
        }
        add(
            "five-to-eleven", .accept, "A log of eleven entries begins with one of five.",
            path: path)
        add("same", .accept, "A log continues itself.", path: [], newSize: 5, newRoot: old.root)
        add("path-short", .refused, "A path is whole.", path: Array(path.dropLast()))
        add("path-long", .refused, "A path ends.", path: path + path.prefix(1))
        add("path-reversed", .refused, "A path has its order.", path: path.reversed())
        add("old-root", .refused, "The old root is proven.", path: path, oldRoot: new.root)
        add("new-root", .refused, "The new root is proven.", path: path, newRoot: old.root)
        add(
            "sizes-exchanged", .refused, "A log does not shrink.", path: path, oldSize: 11,
            newSize: 5)
        add("other-size", .refused, "A proof is for two sizes.", path: path, oldSize: 6)
        add("same-size-other-root", .refused, "One size has one root.", path: [], newSize: 5)
    }
}
