/// Length, bytes, zeros: how everything that is encrypted reaches a size that says nothing.
package enum Padding {
    /// Prefixes the length in four bytes, big-endian, and fills with zeros up to `size`.
    ///
    /// - Precondition: `bytes.count + 4 <= size`; the caller chose `size` from the count.
    package static func pad(_ bytes: [UInt8], to size: Int) -> [UInt8] {
        precondition(bytes.count + 4 <= size)
        let count = UInt32(bytes.count)
        var padded = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        padded.reserveCapacity(size)
        padded.append(contentsOf: bytes)
        padded.append(contentsOf: repeatElement(0, count: size - padded.count))
        return padded
    }

    /// The bytes inside, or nil when the length or the zeros are not as `pad` makes them: hidden
    /// bytes behind the end would be a second, unsigned channel.
    package static func unpad(_ padded: [UInt8]) -> [UInt8]? {
        guard padded.count >= 4 else { return nil }
        let count = padded.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard count <= padded.count - 4, padded.dropFirst(4 + count).allSatisfy({ $0 == 0 })
        else { return nil }
        return Array(padded.dropFirst(4).prefix(count))
    }
}
