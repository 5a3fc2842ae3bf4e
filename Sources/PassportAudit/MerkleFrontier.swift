public import PassportCoding
public import PassportCrypto

/// The right edge of a growing tree: the roots of its largest complete subtrees, from the left.
///
/// It is all that is needed to append and to know the root: one hash for each bit that is set in
/// the size.
public struct MerkleFrontier: Hashable, Sendable {
    /// Leaves so far.
    public private(set) var size: UInt64
    /// The subtree roots, largest first.
    public private(set) var nodes: [Digest]

    /// An empty tree.
    public init() {
        size = 0
        nodes = []
    }

    /// Takes up a stored tree; `nodes` are those of `positions(forSize:)`, in that order.
    public init(size: UInt64, nodes: [Digest]) throws(AuditError) {
        guard size <= MerkleTree.maximumSize, nodes.count == size.nonzeroBitCount else {
            throw AuditError(
                .malformed, "a tree of \(size) leaves has not \(nodes.count) frontier nodes")
        }
        self.size = size
        self.nodes = nodes
    }

    /// The places whose hashes make up the frontier of a tree.
    public static func positions(forSize size: UInt64) -> [MerklePosition] {
        MerkleRange(0, size).positions
    }

    /// Adds a leaf and returns every subtree that it completes, the leaf itself first.
    public mutating func append(_ leafHash: Digest) -> [MerkleNode] {
        var completed: [MerkleNode] = []
        append(leafHash) { completed.append($0) }
        return completed
    }

    /// The same for whoever wants the root alone.
    mutating func append(leaf leafHash: Digest) { append(leafHash) { _ in } }

    private mutating func append(_ leafHash: Digest, _ complete: (MerkleNode) -> Void) {
        var hash = leafHash
        var position = MerklePosition(level: 0, index: size)
        complete(MerkleNode(position: position, hash: hash))
        while !position.index.isMultiple(of: 2), let left = nodes.popLast() {
            hash = MerkleTree.nodeHash(left, hash)
            position = MerklePosition(level: position.level + 1, index: position.index / 2)
            complete(MerkleNode(position: position, hash: hash))
        }
        nodes.append(hash)
        size += 1
    }

    /// The root of the tree so far.
    public var root: Digest {
        guard var root = nodes.last else { return MerkleTree.emptyRoot }
        for left in nodes.dropLast().reversed() { root = MerkleTree.nodeHash(left, root) }
        return root
    }
}

/// Leaves `start..<end`, where `start` is a multiple of the largest power of two that fits: the
/// ranges whose hashes occur in proofs.
struct MerkleRange {
    let start: UInt64
    let end: UInt64

    init(_ start: UInt64, _ end: UInt64) {
        self.start = start
        self.end = max(start, end)
    }

    /// The complete subtrees of which the range consists, from the left.
    var positions: [MerklePosition] {
        var positions: [MerklePosition] = []
        var next = start
        while next < end {
            let level = 63 - (end - next).leadingZeroBitCount
            positions.append(MerklePosition(level: level, index: next >> UInt64(level)))
            next += 1 << UInt64(level)
        }
        return positions
    }

    /// The largest power of two below the number of leaves, for ranges of two and more.
    var split: UInt64 { 1 << UInt64(63 - (end - start - 1).leadingZeroBitCount) }

    /// The range's hash, from stored nodes.
    func hash(_ node: (MerklePosition) throws -> Digest) rethrows -> Digest {
        var parts = try positions.map(node)
        guard var hash = parts.popLast() else { return MerkleTree.emptyRoot }
        while let left = parts.popLast() { hash = MerkleTree.nodeHash(left, hash) }
        return hash
    }
}
