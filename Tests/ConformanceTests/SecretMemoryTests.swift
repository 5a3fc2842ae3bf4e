import CarePassport
import Foundation
import Glibc
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust
import Testing

@testable import passport_vectors

/// What packing and opening leave behind in memory that anybody may get next.
@Suite(.serialized) struct SecretMemoryTests {
    /// Bytes as no other memory holds them: every bit turned.
    private static func masked(_ bytes: [UInt8]) -> [UInt8] { bytes.map { ~$0 } }

    /// True when the bytes behind a mask stand anywhere in this process.
    private static func isInMemory(_ masked: [UInt8]) throws -> Bool {
        // In parts: the file has no length, and one read brings only its beginning.
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
        var bytes = Data()
        while let part = try file.read(upToCount: 65_536), !part.isEmpty { bytes += part }
        let maps = String(decoding: bytes, as: UTF8.self)
        let memory = unsafe open("/proc/self/mem", O_RDONLY)
        try #require(memory >= 0)
        defer { close(memory) }
        let size = 1 << 20
        var buffer = [UInt8](repeating: 0, count: size)
        defer { buffer.wipe() }
        for line in maps.split(separator: "\n") where line.dropFirst(20).contains("rw") {
            let bounds = line.prefix { $0 != " " }.split(separator: "-")
                .compactMap { UInt64($0, radix: 16) }
            guard bounds.count == 2, var start = bounds.first, let end = bounds.last else {
                continue
            }
            while start < end {
                let count = unsafe pread(
                    memory, &buffer, min(size, Int(end - start)), off_t(start))
                guard count > 0 else { break }
                if holds(buffer, count, masked) { return true }
                // The next stretch begins where a secret at this one's end would.
                start += UInt64(count > masked.count ? count - masked.count + 1 : count)
                if count <= masked.count { break }
            }
        }
        return false
    }

    private static func holds(_ buffer: [UInt8], _ count: Int, _ masked: [UInt8]) -> Bool {
        unsafe buffer.withUnsafeBytes { buffer in
            var place = 0
            while place + masked.count <= count, let base = buffer.baseAddress,
                let found = unsafe memchr(
                    base + place, Int32(~masked[0]), count - masked.count - place + 1)
            {
                place = unsafe base.distance(to: found)
                var matching = 0
                while matching < masked.count,
                    unsafe buffer[place + matching] == ~masked[matching]
                {
                    matching += 1
                }
                if matching == masked.count { return true }
                place += 1
            }
            return false
        }
    }

    /// The first secret that packing draws is the content key. It is told here behind a mask, and
    /// nothing of it is left by this test itself.
    private static func maskedContentKey(_ words: Digest) -> [UInt8] {
        var key = Randomness.repeatable(seed: words).bytes(ContentKey.byteCount)
        defer { key.wipe() }
        return masked(key)
    }

    private static func packed(_ scene: Scene, _ words: Digest) throws -> Envelope {
        let cast = scene.cast
        let given = try scene.grant(
            scene.lea, to: .organisation(cast.athens.id), [1, 2, 3])
        var ring = given.ring
        let grant = IssuedGrant(
            grant: try UnverifiedGrant(decoding: given.grant),
            ring: try Ring(consuming: &ring, profile: scene.profile))
        return try EnvelopePacker(profile: scene.profile, randomness: .repeatable(seed: words))
            .pack(
                .init(
                    passports: [scene.lea.passport], identities: [], statusLists: [],
                    sender: cast.izmir.id, time: Moments.granted),
                parcels: [
                    .init(
                        organisation: cast.athens.id,
                        key: cast.athens.sealingKey(scene.profile.sealingPurpose),
                        grants: [grant])
                ], key: cast.izmir.signingKey(.consent)
            ).envelope
    }

    @Test(arguments: [Profile.net, .paper])
    func noContentKeyIsLeftByPackingOrOpening(_ profile: Profile) throws {
        let scene = try Scene(profile)
        let words = Digest.sha256(of: Array("memory \(profile.name) \(getpid())".utf8))
        let masked = Self.maskedContentKey(words)
        let envelope = try Self.packed(scene, words)
        #expect(try !Self.isInMemory(masked), "left by packing")
        let key = try Secrets.openingKey(
            "\(scene.cast.athens.name) \(profile.sealingPurpose.name)", profile.sealingPurpose)
        let unlocked = try EnvelopeOpener(envelope).unlock(with: key)
        #expect(try !Self.isInMemory(masked), "left by opening")
        #expect(unlocked.passports.map(\.digest) == [scene.lea.passport.digest])
    }

    @Test func theSearchFindsWhatIsThere() throws {
        let bytes = Randomness.system.bytes(32)
        #expect(try Self.isInMemory(Self.masked(bytes)))
        #expect(bytes.count == 32)
    }
}
