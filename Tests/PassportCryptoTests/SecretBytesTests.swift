import Foundation
import PassportCoding
import PassportCrypto
import Testing

/// One mapping of this process's memory.
private struct Mapping {
    let range: Range<UInt>
    let permissions: String
    let flags: [Substring]

    /// The mapping that holds an address, and the ones that end and begin where it does.
    static func around(_ address: UInt) throws -> (
        before: Mapping?, itself: Mapping?, after: Mapping?
    ) {
        let all = try self.all()
        let itself = all.first { $0.range.contains(address) }
        return (
            all.first { $0.range.upperBound == itself?.range.lowerBound }, itself,
            all.first { $0.range.lowerBound == itself?.range.upperBound }
        )
    }

    private static func all() throws -> [Mapping] {
        let handle = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let text = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
        var found: [Mapping] = []
        var heading: (Range<UInt>, String)?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let first = words.first else { continue }
            if first == "VmFlags:", let (range, permissions) = heading {
                found.append(
                    Mapping(
                        range: range, permissions: permissions, flags: Array(words.dropFirst())))
            } else if let dash = first.firstIndex(of: "-"), words.count > 1,
                let low = UInt(first[..<dash], radix: 16),
                let high = UInt(first[first.index(after: dash)...], radix: 16), low < high
            {
                heading = (low..<high, String(words[1]))
            }
        }
        return found
    }
}

@Suite("Secret bytes")
struct SecretBytesTests {
    private func secret(_ bytes: [UInt8]) throws -> SecretBytes {
        var bytes = bytes
        return try SecretBytes(consuming: &bytes)
    }

    private func contents(_ secret: borrowing SecretBytes) -> [UInt8] {
        unsafe secret.withBytes { bytes in
            unsafe Array(UnsafeBufferPointer(start: bytes, count: secret.count))
        }
    }

    @Test("moving bytes in leaves zeros where they were", arguments: [0, 1, 32, 4_096, 10_000])
    func consuming(_ count: Int) throws {
        var source = (0..<count).map { UInt8(truncatingIfNeeded: $0 + 1) }
        let expected = source
        let secret = try SecretBytes(consuming: &source)
        #expect(source == [UInt8](repeating: 0, count: count))
        let held = contents(secret)
        #expect(held == expected)
        #expect(secret.count == count)
    }

    @Test("wiping overwrites the array in place")
    func wipe() {
        var bytes: [UInt8] = Array(repeating: 0xAA, count: 1_000)
        let before = unsafe bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        bytes.wipe()
        let after = unsafe bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        #expect(before == after)
        #expect(bytes.allSatisfy { $0 == 0 } && bytes.count == 1_000)
        var empty: [UInt8] = []
        empty.wipe()
        #expect(empty.isEmpty)
    }

    #if os(Linux)
        @Test("the memory is locked, left out of core dumps, read-only and fenced on both sides")
        func memory() throws {
            let secret = try secret(Array(repeating: 7, count: 32))
            let address = unsafe secret.withBytes { bytes in UInt(bitPattern: bytes) }
            let (before, itself, after) = try Mapping.around(address)
            #expect(itself?.permissions.hasPrefix("r--") == true)
            #expect(itself?.flags.contains("lo") == true)
            #expect(itself?.flags.contains("dd") == true)
            #expect(before?.permissions.hasPrefix("---") == true)
            #expect(after?.permissions.hasPrefix("---") == true)
            // The bytes end where the fence begins.
            #expect(itself?.range.upperBound == address + 32)
            _ = secret.count
        }

        // Each body runs in a process of its own, which the memory protection has to end.
        @Test("reading past the end ends the process")
        func overread() async {
            await #expect(processExitsWith: .signal(SIGSEGV)) {
                var bytes = [UInt8](repeating: 7, count: 32)
                let secret = try SecretBytes(consuming: &bytes)
                unsafe secret.withBytes { bytes in unsafe print(bytes[32]) }
            }
        }

        @Test("writing to a secret ends the process")
        func write() async {
            await #expect(processExitsWith: .signal(SIGSEGV)) {
                var bytes = [UInt8](repeating: 7, count: 32)
                let secret = try SecretBytes(consuming: &bytes)
                unsafe secret.withBytes { bytes in
                    unsafe UnsafeMutablePointer(mutating: bytes)[0] = 1
                }
            }
        }

        @Test("after its end a secret is nowhere: its address can no longer be read")
        func afterwards() async {
            await #expect(processExitsWith: .signal(SIGSEGV)) {
                var bytes = [UInt8](repeating: 7, count: 32)
                var secret: SecretBytes? = try SecretBytes(consuming: &bytes)
                var kept: UnsafePointer<UInt8>?
                if let held = secret.take() {
                    unsafe held.withBytes { bytes in unsafe kept = bytes }
                }
                secret = nil
                unsafe print(kept?[0] ?? 0)
            }
        }
    #endif

    @Test("copies hold the same bytes elsewhere, and part copies their part")
    func copies() throws {
        let one = try secret(Array(0..<40))
        let copy = try one.copy()
        let part = try one.copy(of: 8..<16)
        let addresses = unsafe one.withBytes { one in
            unsafe copy.withBytes { other in
                (UInt(bitPattern: one), UInt(bitPattern: other))
            }
        }
        #expect(addresses.0 != addresses.1)
        let (whole, eight) = (contents(copy), contents(part))
        #expect(whole == Array(0..<40))
        #expect(eight == Array(8..<16))
        let (same, shorter) = (one.equals(copy), one.equals(part))
        #expect(same && !shorter)
    }

    @Test("equality looks at every byte and at the length")
    func equality() throws {
        let bytes = Array(0..<32 as Range<UInt8>)
        let one = try secret(bytes)
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            let differing = try secret(other)
            let equal = one.equals(differing)
            #expect(!equal)
            #expect(!bytes.equalsInConstantTime(other))
        }
        #expect(bytes.equalsInConstantTime(bytes))
        #expect(!bytes.equalsInConstantTime(bytes + [0]))
        #expect([UInt8]().equalsInConstantTime([]))
    }

    @Test("random secrets come from the source they are given")
    func random() throws {
        let seed = Digest.sha256(of: [1])
        let one = try SecretBytes(random: 32, from: .repeatable(seed: seed))
        let other = try SecretBytes(random: 32, from: .repeatable(seed: seed))
        let fresh = try SecretBytes(random: 32, from: .system)
        let (same, different) = (one.equals(other), one.equals(fresh))
        #expect(same && !different)
    }
}
