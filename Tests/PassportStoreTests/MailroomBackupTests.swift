import Foundation
import GRDB
import PassportCoding
import PassportCrypto
import Testing

@testable import PassportStore

/// A backup is one state, made while the daemon runs, and what is wrong with one is found.
@Suite("The mailroom's backup") struct MailroomBackupTests {
    private static func filled() async throws -> (MailroomFixture, Mailroom) {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        for number in 0..<3 { try await fixture.deposit(fixture.bytes(number), room) }
        try await fixture.deposit(fixture.bytes(8, count: Mailroom.inlineBytes), room)
        return (fixture, room)
    }

    @Test("a backup from another process, under load, is sound and opens")
    func backup() async throws {
        let (fixture, room) = try await Self.filled()
        let copy = "\(fixture.folder)-backup"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try Data([1]).write(to: URL(filePath: "\(fixture.folder)/tls.key"))
        let tool = try await fixture.open(as: .tool)
        async let load: Void = {
            for number in 100..<140 {
                let count = number.isMultiple(of: 4) ? Mailroom.inlineBytes : 400
                let bytes = fixture.bytes(number, count: count)
                try await fixture.deposit(bytes, room)
                guard number.isMultiple(of: 8) else { continue }
                try await room.remove(
                    Digest.sha256(of: bytes), of: fixture.athens.id,
                    request: fixture.athens.request(), now: fixture.now)
            }
        }()
        try await tool.backup(to: copy, also: ["tls.key"])
        try await load
        let report = try await Mailroom.verify(copy)
        #expect(report.isSound, "\(report)")
        #expect(report.parcels >= 4)
        let names = try FileManager.default.contentsOfDirectory(atPath: copy)
        #expect(
            Set(names) == ["mailroom.sqlite", "node.keys", "parcels", "partial", "tls.key"])
        let restored = try await Mailroom.open(at: copy, as: .daemon) {}
        try await fixture.confirmLog(restored)
        #expect(try await restored.parcel(fixture.digest(1), of: fixture.athens.id) != nil)
        try await fixture.deposit(fixture.bytes(200), restored)
        await expectRefusal(.exists) { try await tool.backup(to: copy) }
    }

    @Test("keys are not copied to where somebody else may write, nor over what is there")
    func othersFolder() async throws {
        let (fixture, room) = try await Self.filled()
        let copy = "\(fixture.folder)-open"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.createDirectory(
            atPath: copy, withIntermediateDirectories: false)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: copy)
        await expectRefusal(.cannotWrite) { try await room.backup(to: copy) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: copy).isEmpty)

        // A link that was put there in between: what it leads to stays as it is.
        let target = "\(fixture.folder)/target"
        try Data([1, 2, 3]).write(to: URL(filePath: target))
        let link = "\(fixture.folder)/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        let files = DurableFiles(disk: .real)
        for path in [link, target] {
            #expect(throws: StoreError.self) {
                try files.copy("\(fixture.folder)/node.keys", to: path, linking: false)
            }
        }
        #expect(try Data(contentsOf: URL(filePath: target)) == Data([1, 2, 3]))
    }

    @Test("damage is found and named")
    func damage() async throws {
        let (fixture, room) = try await Self.filled()
        try room.close()
        #expect(try await Mailroom.verify(fixture.folder).isSound)
        let large = Digest.sha256(of: fixture.bytes(8, count: Mailroom.inlineBytes))
        let name = try #require(try fixture.names("parcels").first)
        let path = "\(fixture.folder)/parcels/\(name)"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        #expect(try await Mailroom.verify(fixture.folder).damaged == [large])
        try FileManager.default.removeItem(atPath: path)
        #expect(try await Mailroom.verify(fixture.folder).missing == [large])
        try fixture.meddle { database in
            try database.execute(
                sql: "UPDATE parcel SET bytes = x'00' WHERE bytes IS NOT NULL AND id = 2")
            try database.execute(sql: "UPDATE organisation SET identity = x'00' WHERE isHosted = 0")
        }
        let report = try await Mailroom.verify(fixture.folder)
        #expect(report.damaged == [fixture.digest(1)] && report.missing == [large])
        #expect(report.unreadable == [fixture.izmir.id])
        #expect(report.isLogSound && !report.isSound)
    }

    @Test("a page of the database that was overwritten is found")
    func overwrittenPage() async throws {
        let (fixture, room) = try await Self.filled()
        try room.close()
        let path = "\(fixture.folder)/mailroom.sqlite"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes.replaceSubrange(8_192..<16_384, with: Data(repeating: 0x55, count: 8_192))
        try bytes.write(to: URL(filePath: path))
        let report = try? await Mailroom.verify(fixture.folder)
        #expect(report?.isSound != true)
    }
}
