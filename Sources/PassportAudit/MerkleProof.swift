public import PassportCoding
public import PassportCrypto

/// Inclusion and consistency proofs of RFC 6962 §2.1, made and checked (RFC 9162 §2.1.3 and
/// §2.1.4 give the checks).
public enum MerkleProof {
    /// Makes the proof that leaf `index` is in the tree of `size` leaves; `node` looks up stored
    /// complete subtrees.
    public static func inclusion(
        of index: UInt64, size: UInt64, node: (MerklePosition) throws -> Digest
    ) throws -> [Digest] {
        guard index < size, size <= MerkleTree.maximumSize else {
            throw AuditError(
                .outOfRange, .noInput, "entry \(index) of a log of \(size) entries")
        }
        var path: [Digest] = []
        var range = MerkleRange(0, size)
        while range.end - range.start > 1 {
            let middle = range.start + range.split
            let (left, right) = (MerkleRange(range.start, middle), MerkleRange(middle, range.end))
            path.append(try (index < middle ? right : left).hash(node))
            range = index < middle ? left : right
        }
        return path.reversed()
    }

    /// Makes the proof that the tree of `newSize` leaves begins with that of `oldSize`.
    public static func consistency(
        from oldSize: UInt64, to newSize: UInt64, node: (MerklePosition) throws -> Digest
    ) throws -> [Digest] {
        guard oldSize <= newSize, newSize <= MerkleTree.maximumSize else {
            throw AuditError(
                .outOfRange, .noInput, "a log of \(newSize) entries since \(oldSize)")
        }
        guard oldSize > 0, oldSize < newSize else { return [] }
        var path: [Digest] = []
        var range = MerkleRange(0, newSize)
        while oldSize != range.end {
            let middle = range.start + range.split
            let (left, right) = (MerkleRange(range.start, middle), MerkleRange(middle, range.end))
            path.append(try (oldSize <= middle ? right : left).hash(node))
            range = oldSize <= middle ? left : right
        }
        // The old root itself is not repeated; the verifier has it.
        if range.start > 0 { path.append(try range.hash(node)) }
        return path.reversed()
    }

    private static let refusal = AuditError(.badProof, .refused, "the proof does not hold")

    /// Checks that a leaf is in a tree.
    public static func verifyInclusion(
        leafHash: Digest, index: UInt64, size: UInt64, path: [Digest], root: Digest
    ) throws(AuditError) {
        guard index < size else { throw refusal }
        var (first, last) = (index, size - 1)
        var hash = leafHash
        for sibling in path {
            guard last > 0 else { throw refusal }
            if !first.isMultiple(of: 2) || first == last {
                hash = MerkleTree.nodeHash(sibling, hash)
                while first.isMultiple(of: 2), first > 0 { (first, last) = (first / 2, last / 2) }
            } else {
                hash = MerkleTree.nodeHash(hash, sibling)
            }
            (first, last) = (first / 2, last / 2)
        }
        guard last == 0, hash == root else { throw refusal }
    }

    /// Checks that one tree begins with another.
    public static func verifyConsistency(
        oldSize: UInt64, oldRoot: Digest, newSize: UInt64, newRoot: Digest, path: [Digest]
    ) throws(AuditError) {
        guard oldSize <= newSize else { throw refusal }
        guard oldSize > 0 else {
            guard path.isEmpty else { throw refusal }
            return
        }
        guard oldSize < newSize else {
            guard path.isEmpty, oldRoot == newRoot else { throw refusal }
            return
        }
        var nodes = path[...]
        if oldSize.nonzeroBitCount == 1 { nodes = [oldRoot] + nodes }
        guard let start = nodes.popFirst() else { throw refusal }
        var (first, last) = (oldSize - 1, newSize - 1)
        while !first.isMultiple(of: 2) { (first, last) = (first / 2, last / 2) }
        var (old, new) = (start, start)
        for node in nodes {
            guard last > 0 else { throw refusal }
            if !first.isMultiple(of: 2) || first == last {
                old = MerkleTree.nodeHash(node, old)
                new = MerkleTree.nodeHash(node, new)
                while first.isMultiple(of: 2), first > 0 { (first, last) = (first / 2, last / 2) }
            } else {
                new = MerkleTree.nodeHash(new, node)
            }
            (first, last) = (first / 2, last / 2)
        }
        guard last == 0, old == oldRoot, new == newRoot else { throw refusal }
    }
}
