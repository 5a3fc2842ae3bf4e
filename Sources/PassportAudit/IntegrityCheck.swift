internal import PassportCoding
internal import PassportCrypto

/// Judges whether an export is, byte for byte, what the log signed.
///
/// Three nets, each finer than the next: an entry's place and its own leaf name the entry that
/// was touched; the root finds what was recomputed with care; kept checkpoints find what the
/// log's own key signed anew.
struct IntegrityCheck {
    var verdict = AuditVerdict()
    /// Places at which nothing stands.
    private(set) var missing = IndexRanges()
    /// Places at which something stands that cannot be relied on.
    private(set) var damaged = IndexRanges()

    /// Entries that there should be.
    let size: UInt64
    private let keptSizes: Set<UInt64>
    private var frontier = MerkleFrontier()
    private var roots: [UInt64: Digest] = [0: MerkleTree.emptyRoot]
    private var expected: UInt64 = 0
    private var leavesKnown = true

    init(size: UInt64, kept: [KeptCheckpoint]) {
        self.size = size
        keptSizes = Set(kept.map(\.checkpoint.size))
    }

    /// True when as many entries were read as there should be.
    var isFull: Bool { frontier.size >= size }

    /// Takes the next entry; true when its place and fields can be relied on, if the root holds.
    mutating func take(_ entry: EntryFacts) -> Bool {
        frontier.append(leaf: entry.leafHash)
        if !keptSizes.isEmpty, keptSizes.contains(frontier.size) {
            roots[frontier.size] = frontier.root
        }
        if entry.index > expected, entry.index < size {
            miss(expected..<entry.index)
            expected = entry.index
        }
        guard entry.index == expected else {
            // Attack: reorder entries, or show one twice.
            verdict.add(
                .fail, .entryOutOfOrder, entry: min(entry.index, expected), ["\(expected)"])
            return false
        }
        expected += 1
        guard entry.isIntact else {
            // Attack: change a field, a salt or a leaf.
            verdict.add(.fail, .entryAltered, entry: entry.index)
            damaged.insert(entry.index..<entry.index + 1)
            return false
        }
        return true
    }

    /// Takes note of an item that is no entry.
    mutating func takeUnreadable(_ error: AuditError) {
        verdict.add(
            .fail, .entryUnreadable, entry: expected, [error.cause ?? error.identifier])
        leavesKnown = false
        damaged.insert(expected..<expected + 1)
        expected += 1
    }

    private mutating func miss(_ range: Range<UInt64>) {
        // Attack: drop entries, or cut the tail off.
        verdict.add(
            .fail, .entriesMissing, entry: range.lowerBound, ["\(range.count)", "\(size)"])
        missing.insert(range)
    }

    /// Compares with the signed root; true when the entries are exactly the signed ones.
    mutating func finish(_ checkpoint: VerifiedCheckpoint?, trailing: Bool) -> Bool {
        if expected < size { miss(expected..<size) }
        if trailing { verdict.add(.fail, .trailingBytes) }
        guard leavesKnown, frontier.size == size else { return false }
        guard let checkpoint else { return false }
        guard frontier.root == checkpoint.root, size == checkpoint.size else {
            // Attack: replace an entry and recompute everything but the signature.
            verdict.add(.fail, .rootMismatch)
            return false
        }
        return true
    }

    /// Compares with checkpoints kept from earlier; returns those that this log continues.
    mutating func compare(
        _ checkpoint: VerifiedCheckpoint, rootHolds: Bool, kept: [KeptCheckpoint]
    ) -> [KeptCheckpoint] {
        var continued: [KeptCheckpoint] = []
        for earlier in kept {
            let old = earlier.checkpoint
            guard old.size <= checkpoint.size else {
                // Attack: show an old state, without what came since.
                verdict.add(.fail, .rollback, ["\(checkpoint.size)", "\(old.size)"])
                continue
            }
            // Two signed roots of one size contradict each other whatever the entries say; an
            // older one can be compared only when the entries are those of the new root.
            let root =
                old.size == checkpoint.size
                ? checkpoint.root : rootHolds ? roots[old.size] : nil
            guard let root else { continue }
            if root == old.root {
                continued.append(earlier)
            } else {
                // Attack: rewrite history, or keep one log for each auditor.
                verdict.add(.fail, .splitView, ["\(old.size)"])
            }
        }
        return continued
    }
}

/// Disjoint ranges of places; they are inserted in ascending order.
struct IndexRanges {
    private(set) var ranges: [Range<UInt64>] = []

    mutating func insert(_ range: Range<UInt64>) {
        guard let last = ranges.last, last.upperBound == range.lowerBound else {
            ranges.append(range)
            return
        }
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    }

    /// Binary search: a hostile log may have millions of ranges, and ask as often.
    func contains(_ index: UInt64) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= index { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(index)
    }
}
