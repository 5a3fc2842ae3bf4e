/// Length, bytes, zeros: how everything that is encrypted reaches a size that says nothing.
package enum Padding {
    /// Bytes before what is padded.
    package static let lengthBytes = 4

    /// Prefixes the length in four bytes, big-endian, and fills with zeros up to `size`.
    ///
    /// - Precondition: `bytes.count + 4 <= size`; the caller chose `size` from the count.
    package static func pad(_ bytes: [UInt8], to size: Int) -> [UInt8] {
        precondition(bytes.count + 4 <= size)
        var padded: [UInt8] = []
        padded.reserveCapacity(size)
        for shift in [24, 16, 8, 0] {
            padded.append(UInt8(truncatingIfNeeded: bytes.count >> shift))
        }
        padded.append(contentsOf: bytes)
        padded.append(contentsOf: [UInt8](repeating: 0, count: size - padded.count))
        return padded
    }

    /// The bytes inside, or nil when the length or the zeros are not as `pad` makes them: hidden
    /// bytes behind the end would be a second, unsigned channel.
    package static func unpad(_ padded: [UInt8]) -> [UInt8]? {
        guard padded.count >= 4 else { return nil }
        let count = padded.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard count <= padded.count - 4, isZero(padded, from: 4 + count) else { return nil }
        return Array(padded[4..<4 + count])
    }

    /// Eight bytes at a time: byte by byte, half a content of 64 KiB took 9 µs instead of 1.
    private static func isZero(_ bytes: [UInt8], from start: Int) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            var sum: UInt64 = 0
            var index = start
            while index + 8 <= bytes.count {
                unsafe sum |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < bytes.count {
                unsafe sum |= UInt64(bytes[index])
                index += 1
            }
            return sum == 0
        }
    }
}
