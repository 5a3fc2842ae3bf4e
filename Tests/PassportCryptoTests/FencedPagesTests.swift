import PassportCoding
import PassportCrypto
import Testing

@Suite("Pages of secrets are kept for the next")
struct FencedPagesTests {
    private func address(_ secret: borrowing SecretBytes) -> UInt {
        unsafe secret.withBytes { bytes in UInt(bitPattern: bytes) }
    }

    @Test("a new secret finds nothing of an old one", arguments: [1, 32, 64, 4_080])
    func zeroed(_ count: Int) throws {
        // The first may get pages fresh from the system; those of the first go to the second.
        for _ in 0..<2 {
            let secret = try unsafe SecretBytes(count: count) { memory in
                unsafe memory.update(repeating: 0xA5, count: count)
            }
            _ = secret.count
        }
        var found: [UInt8] = []
        let next = try unsafe SecretBytes(count: count) { memory in
            unsafe found = Array(UnsafeBufferPointer(start: memory, count: count))
        }
        _ = next.count
        #expect(found.count == count && !found.contains(0xA5))
    }

    @Test("a short secret does not show the bytes of a longer one before it")
    func shorter() throws {
        let longer = try unsafe SecretBytes(count: 4_080) { memory in
            unsafe memory.update(repeating: 0xA5, count: 4_080)
        }
        _ = consume longer
        var before: [UInt8] = []
        let next = try unsafe SecretBytes(count: 32) { memory in
            unsafe before = Array(UnsafeBufferPointer(start: memory - 4_048, count: 4_080))
        }
        _ = next.count
        #expect(before.count == 4_080 && !before.contains(0xA5))
    }

    @Test("two living secrets never share pages, also when tasks make and end them at once")
    func concurrent() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask {
                    var holds = true
                    for round in 0..<200 {
                        let byte = UInt8(truncatingIfNeeded: task * 16 + round % 16)
                        let one = try filled(byte)
                        let two = try filled(~byte)
                        holds = holds && address(one) != address(two)
                        await Task.yield()
                        holds = holds && holdsOnly(one, byte) && holdsOnly(two, ~byte)
                    }
                    return holds
                }
            }
            for try await holds in group { #expect(holds) }
        }
    }

    @Test("more secrets than are kept live side by side")
    func many() throws {
        var held: [Holder] = []
        for number in 0..<200 { held.append(Holder(try filled(UInt8(number)))) }
        let addresses = Set(held.map { address($0.secret) })
        #expect(addresses.count == 200)
        for (number, holder) in held.enumerated() {
            let holds = holdsOnly(holder.secret, UInt8(number))
            #expect(holds)
        }
    }

    private final class Holder {
        let secret: SecretBytes
        init(_ secret: consuming SecretBytes) { self.secret = secret }
    }

    private func filled(_ byte: UInt8) throws -> SecretBytes {
        try unsafe SecretBytes(count: 48) { memory in
            unsafe memory.update(repeating: byte, count: 48)
        }
    }

    private func holdsOnly(_ secret: borrowing SecretBytes, _ byte: UInt8) -> Bool {
        unsafe secret.withBytes { bytes in
            (0..<48).allSatisfy { unsafe bytes[$0] == byte }
        }
    }
}
