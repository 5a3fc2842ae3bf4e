import PassportAudit
import PassportCoding
import PassportCrypto
import Testing

/// The tree, its edge and its proofs.
struct MerkleTests {
    private struct Tree {
        var frontier = MerkleFrontier()
        var nodes: [MerklePosition: Digest] = [:]
        var leaves: [Digest] = []
        var roots: [Digest] = [MerkleTree.emptyRoot]

        init(size: Int) {
            for number in 0..<size {
                let leaf = MerkleTree.leafHash(of: Array("leaf \(number)".utf8))
                leaves.append(leaf)
                for node in frontier.append(leaf) { nodes[node.position] = node.hash }
                roots.append(frontier.root)
            }
        }

        func node(_ position: MerklePosition) throws -> Digest {
            try #require(nodes[position])
        }
    }

    /// RFC 6962 §2.1, written down literally.
    private func root(_ leaves: ArraySlice<Digest>) -> Digest {
        guard leaves.count > 1 else { return leaves.first ?? MerkleTree.emptyRoot }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        return MerkleTree.nodeHash(
            root(leaves.prefix(split)), root(leaves.dropFirst(split)))
    }

    @Test func theFrontierHasTheRootOfTheDefinition() {
        let tree = Tree(size: 70)
        for size in 0...70 { #expect(tree.roots[size] == root(tree.leaves[..<size])) }
    }

    @Test func aFrontierLoadedFromStoredNodesGoesOnAsIfNeverStopped() throws {
        let tree = Tree(size: 40)
        for size in 0...39 {
            let places = MerkleFrontier.positions(forSize: UInt64(size))
            var loaded = try MerkleFrontier(size: UInt64(size), nodes: places.map(tree.node))
            #expect(loaded.root == tree.roots[size])
            _ = loaded.append(tree.leaves[size])
            #expect(loaded.root == tree.roots[size + 1])
        }
        #expect(throws: AuditError.self) { try MerkleFrontier(size: 3, nodes: []) }
        #expect(throws: AuditError.self) { try MerkleFrontier(size: .max, nodes: []) }
    }

    @Test func everyInclusionProofHoldsForItsLeafAndForNoOther() throws {
        let tree = Tree(size: 33)
        for size in 1...33 {
            for index in 0..<size {
                let path = try MerkleProof.inclusion(
                    of: UInt64(index), size: UInt64(size), node: tree.node)
                try MerkleProof.verifyInclusion(
                    leafHash: tree.leaves[index], index: UInt64(index), size: UInt64(size),
                    path: path, root: tree.roots[size])
                let other = (index + 1) % size
                guard other != index else { continue }
                #expect(throws: AuditError.self) {
                    try MerkleProof.verifyInclusion(
                        leafHash: tree.leaves[other], index: UInt64(index),
                        size: UInt64(size), path: path, root: tree.roots[size])
                }
            }
        }
    }

    @Test func everyConsistencyProofHoldsAndNoRewrittenPastDoes() throws {
        let (tree, rewritten) = (Tree(size: 33), Tree(size: 32))
        for new in 1...33 {
            for old in 0...new {
                let path = try MerkleProof.consistency(
                    from: UInt64(old), to: UInt64(new), node: tree.node)
                try MerkleProof.verifyConsistency(
                    oldSize: UInt64(old), oldRoot: tree.roots[old], newSize: UInt64(new),
                    newRoot: tree.roots[new], path: path)
                guard old > 0 else { continue }
                #expect(throws: AuditError.self) {
                    try MerkleProof.verifyConsistency(
                        oldSize: UInt64(old),
                        oldRoot: MerkleTree.nodeHash(
                            rewritten.roots[min(old, 32)], MerkleTree.emptyRoot),
                        newSize: UInt64(new), newRoot: tree.roots[new], path: path)
                }
            }
        }
    }

    @Test func proofsBeyondTheTreeAreRefusedNotComputed() {
        let tree = Tree(size: 4)
        #expect(throws: AuditError.self) {
            try MerkleProof.inclusion(of: 4, size: 4, node: tree.node)
        }
        #expect(throws: AuditError.self) {
            try MerkleProof.inclusion(of: .max, size: .max, node: tree.node)
        }
        #expect(throws: AuditError.self) {
            try MerkleProof.consistency(from: 5, to: 4, node: tree.node)
        }
    }

    @Test func aNodeIsNoLeafAndALeafNoNode() throws {
        let tree = Tree(size: 4)
        // Attack: show the two halves of the tree as one entry of 64 bytes.
        let left = MerkleTree.nodeHash(tree.leaves[0], tree.leaves[1])
        let right = MerkleTree.nodeHash(tree.leaves[2], tree.leaves[3])
        let forged = MerkleTree.leafHash(of: left.bytes + right.bytes)
        #expect(forged != tree.roots[4])
        #expect(throws: AuditError.self) {
            try MerkleProof.verifyInclusion(
                leafHash: forged, index: 0, size: 1, path: [], root: tree.roots[4])
        }
        // Attack: show an inner node as a leaf of a smaller tree. The proof alone cannot tell,
        // the size in the signed checkpoint does.
        #expect(throws: AuditError.self) {
            try MerkleProof.verifyInclusion(
                leafHash: left, index: 0, size: 4, path: [right], root: tree.roots[4])
        }
    }
}
