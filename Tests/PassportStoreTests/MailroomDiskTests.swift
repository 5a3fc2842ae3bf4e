import Foundation
import GRDB
import PassportCoding
import PassportCrypto
import PassportExchange
import Synchronization
import Testing

@testable import PassportStore

/// Sets a file's permission bits.
func setMode(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
}

/// What the mailroom promises of the disk, and what it does when the disk breaks its promise.
@Suite("The mailroom and its disk") struct MailroomDiskTests {
    @Test("the writer syncs fully after the pool is open, and nobody else can read anything")
    func durability() async throws {
        let fixture = try MailroomFixture()
        var room = try await fixture.made()
        #expect(try await room.synchronousLevel() == 2)
        try room.close()
        room = try await fixture.open(as: .tool)
        #expect(try await room.synchronousLevel() == 2)
        try await fixture.deposit(fixture.bytes(1, count: Mailroom.inlineBytes), room)
        let manager = FileManager.default
        let paths = try manager.subpathsOfDirectory(atPath: fixture.folder)
        #expect(paths.contains("mailroom.sqlite-wal"))
        for path in paths + [""] {
            let mode = try manager.attributesOfItem(atPath: "\(fixture.folder)/\(path)")[
                .posixPermissions]
            #expect(((mode as? NSNumber)?.intValue ?? 0o777) & 0o077 == 0, "\(path)")
        }
        let modeOfJournal = try fixture.meddle {
            try String.fetchOne($0, sql: "PRAGMA journal_mode")
        }
        #expect(modeOfJournal == "wal")
    }

    @Test("what was acknowledged is there when the process ends without a word")
    func reopening() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        for number in 0..<20 { try await fixture.deposit(fixture.bytes(number), room) }
        // As a kill leaves it: database and write-ahead log, nothing moved or closed.
        let copy = "\(fixture.folder)-copy"
        try FileManager.default.copyItem(atPath: fixture.folder, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let again = try await Mailroom.open(at: copy, as: .daemon) {}
        #expect(try await again.inbox(of: fixture.athens.id).records.count == 20)
        try await fixture.confirmLog(again)
    }

    @Test("a sync that fails stops everything that writes, and tells once")
    func brokenSync() async throws {
        let fixture = try MailroomFixture()
        try await fixture.made().close()
        let told = Mutex(0)
        let isBroken = Mutex(false)
        let disk = Disk { _ in isBroken.withLock { $0 } ? EIO : 0 }
        let room = try await fixture.open(as: .tool, disk: disk) { told.withLock { $0 += 1 } }
        try await fixture.deposit(fixture.bytes(1, count: Mailroom.inlineBytes), room)
        let parcel = try await room.parcel(from: fixture.bytes(2))
        isBroken.withLock { $0 = true }
        await expectRefusal(.brokenDisk) {
            try await fixture.deposit(fixture.bytes(3, count: Mailroom.inlineBytes), room)
        }
        isBroken.withLock { $0 = false }
        await expectRefusal(.brokenDisk) {
            try await room.deposit(
                parcel, for: fixture.athens.id, request: fixture.izmir.request(),
                kind: .envelope, receipt: [1], now: fixture.now)
        }
        await expectRefusal(.brokenDisk) {
            try await room.beginUpload(
                fixture.scope(), digest: parcel.digest, length: 9, offset: 0, now: fixture.now)
        }
        #expect(told.withLock { $0 } == 1)
        #expect(try await room.inbox(of: fixture.athens.id).records.count == 1)
    }

    @Test(
        "the same when SQLite says so",
        arguments: [Int32](arrayLiteral: 778, 1_034, 1_290, 1_546))
    func brokenDatabase(_ code: Int32) async throws {
        let fixture = try MailroomFixture()
        try await fixture.made().close()
        let told = Mutex(0)
        let room = try await fixture.open(as: .tool) { told.withLock { $0 += 1 } }
        await expectRefusal(.brokenDisk) {
            try await room.writer.write { _, _ in
                throw DatabaseError(resultCode: ResultCode(rawValue: code))
            }
        }
        await expectRefusal(.brokenDisk) { try await fixture.deposit(fixture.bytes(1), room) }
        #expect(told.withLock { $0 } == 1)
    }

    @Test("a full database refuses, keeps answering, and goes on when there is room")
    func fullDatabase() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        try await fixture.deposit(fixture.bytes(0), room)
        let note = try await room.checkpointNote()
        try await Self.limit(room, "page_count")
        await expectRefusal(.full) {
            for number in 1...50 {
                try await fixture.deposit(fixture.bytes(number, count: 100_000), room)
            }
        }
        #expect(try await room.inbox(of: fixture.athens.id).records.count == 1)
        #expect(try await room.checkpointNote() == note)
        try await Self.limit(room, "100000000")
        try await fixture.deposit(fixture.bytes(1, count: 100_000), room)
        try await fixture.confirmLog(room)
    }

    private static func limit(_ room: Mailroom, _ pages: String) async throws {
        try await room.pool.writeWithoutTransaction { database in
            let count =
                try Int(pages) ?? Int.fetchOne(database, sql: "PRAGMA \(pages)") ?? 0
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(count)")
        }
    }

    /// Only who may mount can have a small disk; elsewhere the test above stands alone.
    @Test(
        "a full disk refuses, keeps answering, and goes on when there is room",
        .enabled(if: SmallDisk.isPossible, "nobody may mount a small disk here"))
    func fullDisk() async throws {
        let disk = try #require(SmallDisk(megabytes: 6))
        let fixture = try MailroomFixture(in: disk.path)
        let room = try await fixture.made()
        try await fixture.deposit(fixture.bytes(0), room)
        let large = fixture.bytes(1, count: 1_000_000)
        let digest = Digest.sha256(of: large)
        let upload = try await room.beginUpload(
            fixture.scope(), digest: digest, length: large.count, offset: 0, now: fixture.now)
        try await upload.append(Array(large[..<50_000]))
        try disk.fill()
        await expectRefusal(.full) { try await upload.append(Array(large[50_000...])) }
        #expect(upload.offset == 50_000)
        await expectRefusal(.full) {
            for number in 2...50 {
                try await fixture.deposit(fixture.bytes(number, count: 100_000), room)
            }
        }
        await expectRefusal(.full) {
            try await fixture.deposit(fixture.bytes(3, count: 300_000), room)
        }
        #expect(try await room.parcel(fixture.digest(0), of: fixture.athens.id) != nil)
        let before = try await room.counts().inbox
        disk.empty()
        try await upload.append(Array(large[50_000...]))
        let parcel = try await upload.finish()
        _ = try await room.deposit(
            parcel, for: fixture.athens.id, request: fixture.izmir.request(), kind: .envelope,
            receipt: [1], now: fixture.now)
        try await fixture.deposit(fixture.bytes(3, count: 300_000), room)
        #expect(try await room.counts().inbox == before + 2)
        try await fixture.confirmLog(room)
        #expect(try await Mailroom.verify(fixture.folder).isSound)
        try room.close()
    }
}

extension MailroomFixture {
    func digest(_ number: Int) -> Digest { Digest.sha256(of: bytes(number)) }
}

/// A file system in memory of a few megabytes, for as long as the test runs.
private final class SmallDisk {
    static let isPossible = SmallDisk(megabytes: 1) != nil

    let path: String

    init?(megabytes: Int) {
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "carepass-disk-\(UUID().uuidString)").path
        guard
            (try? FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)) != nil,
            Self.run("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
        else {
            try? FileManager.default.removeItem(atPath: path)
            return nil
        }
    }

    deinit {
        _ = Self.run("umount", ["-l", path])
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func run(_ name: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Takes all room that is left.
    func fill() throws {
        #expect(FileManager.default.createFile(atPath: "\(path)/filler", contents: nil))
        let file = try FileHandle(forWritingTo: URL(filePath: "\(path)/filler"))
        for size in [65_536, 4_096, 512] {
            while (try? file.write(contentsOf: Data(count: size))) != nil {}
        }
        try? file.close()
    }

    func empty() { try? FileManager.default.removeItem(atPath: "\(path)/filler") }
}
