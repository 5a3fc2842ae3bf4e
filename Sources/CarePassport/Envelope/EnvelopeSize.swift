internal import PassportCoding

/// Sizes that envelopes have: few, so that the outside says little of how much is inside.
extension Envelope {
    /// Bytes of the tag behind a ciphertext.
    private static let tagBytes = 16

    /// True when the content has a size class (net), or the whole envelope of `count` bytes
    /// (paper).
    func isSizeClass(_ count: Int) -> Bool {
        switch profile {
        case .net:
            Self.netContent(for: content.count - Self.tagBytes) + Self.tagBytes
                == content.count
        case .paper: Profile.paperEnvelopes.contains(count)
        }
    }

    /// Bytes that the content's plaintext is padded to.
    ///
    /// - Parameters:
    ///   - count: of the plaintext, its length prefix included.
    ///   - boxBytes: of the plaintext of each box, as padded.
    /// - Returns: nil when paper has no room for so much.
    package static func contentBytes(
        for count: Int, boxBytes: Int, profile: Profile
    ) -> Int? {
        guard profile == .paper else { return netContent(for: count) }
        let parameter = [UInt8](repeating: 0, count: SealedBox.saltByteCount)
        let ciphertext = [UInt8](repeating: 0, count: boxBytes + tagBytes)
        // An organisation's box and the bearer's are written in as many bytes.
        let box = SealedBox(
            lock: .organisation, parameter: parameter, ciphertext: ciphertext)
        // From 256 to 65,535 bytes the length before them takes two bytes, and all that is left
        // goes into the content.
        let count = max(count, 256)
        let least = [UInt8](repeating: 0, count: count + tagBytes)
        let taken = Envelope(
            profile: .paper, content: least,
            boxes: Array(repeating: box, count: profile.boxCount)
        ).encodedByteCount
        return Profile.paperEnvelopes.first { $0 >= taken }.map { count + $0 - taken }
    }

    private static func netContent(for count: Int) -> Int {
        var size = Profile.smallestNetContent
        while size < count, size < 1 << 30 { size *= 2 }
        return size
    }
}
