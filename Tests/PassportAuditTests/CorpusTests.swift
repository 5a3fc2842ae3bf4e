import Foundation
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

/// Logs, proofs and notes that others made.
@Suite(.enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct CorpusTests {
    private struct Inclusion: Decodable {
        let leafIdx: UInt64
        let treeSize: UInt64
        let root: Data?
        let leafHash: Data?
        let proof: [Data]?
        let wantErr: Bool
    }

    private struct Consistency: Decodable {
        let size1: UInt64
        let size2: UInt64
        let root1: Data?
        let root2: Data?
        let proof: [Data]?
        let wantErr: Bool
    }

    private static let merkle = "tlog/transparency-dev-merkle/testdata"

    private func digests(_ data: [Data?]) -> [Digest]? {
        let digests = data.compactMap { Digest(bytes: [UInt8]($0 ?? Data())) }
        return digests.count == data.count ? digests : nil
    }

    @Test func everyInclusionVectorIsJudgedAsItsAuthorsSay() throws {
        let files = Corpora.files(under: "\(Self.merkle)/inclusion", extension: "json")
        #expect(files.count == 60)
        for file in files {
            let vector = try JSONDecoder().decode(Inclusion.self, from: Data(contentsOf: file))
            let place = Comment(rawValue: file.lastPathComponent)
            guard let ends = digests([vector.leafHash, vector.root]),
                let path = digests(vector.proof ?? [])
            else {
                #expect(vector.wantErr, "\(place): a hash that is not 32 bytes is refused")
                continue
            }
            let holds =
                (try? MerkleProof.verifyInclusion(
                    leafHash: ends[0], index: vector.leafIdx, size: vector.treeSize,
                    path: path, root: ends[1])) != nil
            #expect(holds == !vector.wantErr, place)
        }
    }

    @Test func everyConsistencyVectorIsJudgedAsItsAuthorsSay() throws {
        let files = Corpora.files(under: "\(Self.merkle)/consistency", extension: "json")
        #expect(files.count == 56)
        var refusedForLength = 0
        for file in files {
            let vector = try JSONDecoder().decode(
                Consistency.self, from: Data(contentsOf: file))
            let place = Comment(rawValue: file.path)
            guard let roots = digests([vector.root1, vector.root2]),
                let path = digests(vector.proof ?? [])
            else {
                refusedForLength += vector.wantErr ? 0 : 1
                continue
            }
            let holds =
                (try? MerkleProof.verifyConsistency(
                    oldSize: vector.size1, oldRoot: roots[0], newSize: vector.size2,
                    newRoot: roots[1], path: path)) != nil
            #expect(holds == !vector.wantErr, place)
        }
        // Good to the authors' program, which leaves lengths to its caller: placeholder roots.
        #expect(refusedForLength <= 1)
    }

    @Test func everyTesseraCheckpointVerifiesAndItsRootIsThatOfItsEntries() throws {
        let vkey = try String(
            decoding: Corpora.bytes("tlog/tessera/vkey.txt"), as: UTF8.self
        ).trimmingCharacters(in: .whitespacesAndNewlines).components(separatedBy: "+")
        let value = try Base64.decode(vkey[2...].joined(separator: "+"))
        #expect(value[0] == 1)
        let key = try VerifyingKey(rawRepresentation: Array(value.dropFirst()))
        #expect(SignedNote.keyID(name: vkey[0], key: key) == (try hexadecimal(vkey[1])))
        for size in 0...15 {
            let note = String(
                decoding: try Corpora.bytes("tlog/tessera/testdata/log/checkpoint.\(size)"),
                as: UTF8.self)
            let checkpoint = try Checkpoint.verify(note: note, origin: vkey[0], keys: [key])
            #expect(checkpoint.size == UInt64(size))
            let leaves = try tesseraEntries(size).map { MerkleTree.leafHash(of: $0) }
            var frontier = MerkleFrontier()
            for leaf in leaves { _ = frontier.append(leaf) }
            #expect(frontier.root == checkpoint.root)
            guard size > 0 else { continue }
            // At heights below 256 the level-0 tile is the list of leaf hashes.
            let tile = try Corpora.bytes("tlog/tessera/testdata/log/tile/0/000.p/\(size)")
            #expect(tile == leaves.flatMap(\.bytes))
            for wrong in ["\(vkey[0])x", "example.com"] {
                #expect(throws: AuditError.self) {
                    try Checkpoint.verify(note: note, origin: wrong, keys: [key])
                }
            }
        }
    }

    private func hexadecimal(_ text: String) throws -> [UInt8] {
        try Hexadecimal.decode(text)
    }

    private func tesseraEntries(_ size: Int) throws -> [[UInt8]] {
        guard size > 0 else { return [] }
        var rest = try Corpora.bytes(
            "tlog/tessera/testdata/log/tile/entries/000.p/\(size)")[...]
        var entries: [[UInt8]] = []
        while let high = rest.popFirst(), let low = rest.popFirst() {
            let count = Int(high) << 8 | Int(low)
            entries.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        #expect(entries.count == size)
        return entries
    }

    /// Finds the transparency entries of a bundle, whatever the layout around them.
    private func inclusions(_ value: Any) -> [[String: Any]] {
        if let map = value as? [String: Any] {
            if map["inclusionProof"] != nil, map["canonicalizedBody"] != nil { return [map] }
            return map.values.flatMap(inclusions)
        }
        return (value as? [Any])?.flatMap(inclusions) ?? []
    }

    @Test func everyRekorProofLeadsToTheRootOfItsCheckpoint() throws {
        let folder = Corpora.root.appending(path: "tlog/rekor-bundles")
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        #expect(files.count == 8)
        for file in files {
            let entries = inclusions(
                try JSONSerialization.jsonObject(with: Data(contentsOf: file)))
            #expect(!entries.isEmpty)
            for entry in entries {
                let proof = try #require(entry["inclusionProof"] as? [String: Any])
                let body = try #require(entry["canonicalizedBody"] as? String)
                let hashes = try #require(proof["hashes"] as? [String])
                let index = try #require(UInt64("\(proof["logIndex"] ?? "")"))
                let size = try #require(UInt64("\(proof["treeSize"] ?? "")"))
                let envelope = try #require(
                    (proof["checkpoint"] as? [String: Any])?["envelope"] as? String)
                let path = try hashes.map { try #require(Digest(bytes: Base64.decode($0))) }
                let note = try SignedNote(parsing: envelope)
                let checkpoint = try Checkpoint(parsing: note.text)
                let leaf = MerkleTree.leafHash(of: try Base64.decode(body))
                try MerkleProof.verifyInclusion(
                    leafHash: leaf, index: index, size: size, path: path,
                    root: checkpoint.root)
                #expect(checkpoint.size == size)
                #expect(throws: AuditError.self) {
                    try MerkleProof.verifyInclusion(
                        leafHash: leaf, index: index ^ 1, size: size, path: path,
                        root: checkpoint.root)
                }
            }
        }
    }
}
