public import PassportCoding

extension Frame {
    /// Spreads an envelope over frames.
    ///
    ///     length 4 | envelope | fill   cut into `needed` shards, and the check shards after them
    ///
    /// - Throws: `overLimit` when the envelope does not fit the layout.
    public static func frames(
        of envelope: [UInt8], _ layout: FrameLayout
    ) throws(PaperError) -> [Frame] {
        guard !envelope.isEmpty, envelope.count <= layout.capacity,
            let code = ReedSolomon(needed: layout.needed, count: layout.count)
        else { throw PaperError(.overLimit, "the envelope does not fit the layout") }
        let length = UInt32(truncatingIfNeeded: envelope.count)
        var bytes = (0..<FrameLayout.lengthBytes).map { place in
            UInt8(truncatingIfNeeded: length >> UInt32(8 * (FrameLayout.lengthBytes - 1 - place)))
        }
        bytes += envelope
        let set = FrameSetID(of: envelope)
        bytes += set.fill(layout.needed * shardBytes - bytes.count)
        let data = (0..<layout.needed).map { number in
            Array(bytes[number * shardBytes..<(number + 1) * shardBytes])
        }
        return (data + code.checks(of: data)).enumerated().map { index, shard in
            Frame(set: set, index: index, layout: layout, shard: shard)
        }
    }
}
