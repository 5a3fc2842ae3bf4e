import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import Synchronization
import Testing

/// Copies of a daemon that runs, and daemons made of them.
@Suite(.serialized) struct BackupStoryTests {
    /// Tells one task that another is done.
    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set() { value.withLock { $0 = true } }
    }

    @Test("A backup made while parcels arrive is whole, and a new machine goes on from it")
    func aBackupUnderLoadIsWhole() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let port = LoopbackPort.free()
            let daemon = try DaemonProcess(in: folder.file("d"), at: .machine(port: port))
            try await daemon.startUp()
            let sender = try await Correspondent.paired("Sender", with: daemon)
            let recipient = try await Correspondent.paired("Recipient", with: daemon)
            try await recipient.follow(sender)
            let early = (0..<12).map { Parcel(count: $0 % 4 == 0 ? 150_000 : 700) }
            for parcel in early {
                #expect(try await sender.deposit(parcel, with: recipient).get().status == 201)
            }
            let isOver = Flag()
            let isOnItsWay = Flag()
            let copy = folder.file("copy")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var count = 0
                    while !isOver.isSet {
                        let parcel = Parcel(count: count % 4 == 0 ? 150_000 : 700)
                        _ = try await sender.deposit(parcel, with: recipient).get()
                        // What goes while the copy is made is the hard part of it.
                        if count.isMultiple(of: 2) {
                            _ = try await recipient.remove(parcel.digest)
                        }
                        count += 1
                        isOnItsWay.set()
                    }
                }
                try await Poll.until("parcels arrive") { isOnItsWay.isSet }
                let made = try daemon.command(["backup", "--out", copy])
                isOver.set()
                #expect(made.status == 0, "\(made.summary)")
                try await group.waitForAll()
            }
            // The machine is gone.
            try await daemon.kill()
            let heir = try DaemonProcess(in: folder.file("heir"), at: .machine(port: port))
            let restored = try heir.command(["restore", "--from", copy])
            #expect(restored.status == 0, "\(restored.summary)")
            try await heir.startUp()
            let found = try await recipient.inbox().map(\.parcel)
            #expect(Set(found).isSuperset(of: early.map { "\($0.digest)" }))
            for parcel in early {
                #expect(try await recipient.fetch(parcel.digest) == parcel.bytes)
                #expect(try await recipient.remove(parcel.digest))
            }
            #expect(try heir.command(["doctor"]).status == 0)
            try await heir.stop()
            #expect(try await Mailroom.verify(heir.data).isSound)
            daemon.checkLogs()
        }
    }

    /// A copy with one parcel in the database and one in a file.
    private static func copy(_ folder: TemporaryFolder) async throws -> String {
        let daemon = try DaemonProcess(in: folder.file("d"))
        try await daemon.startUp()
        let house = try await Correspondent.paired("House", with: daemon)
        let other = try await Correspondent.paired("Other", with: daemon)
        try await house.follow(other)
        for count in [700, 150_000] {
            #expect(try await other.deposit(Parcel(count: count), with: house).get().status == 201)
        }
        let copy = folder.file("copy")
        let made = try daemon.command(["backup", "--out", copy])
        try #require(made.status == 0, "\(made.summary)")
        let again = try daemon.command(["backup", "--out", copy])
        #expect(again.status == 77, "a copy is never written over: \(again.summary)")
        try await daemon.stop()
        return copy
    }

    private static func damage(_ copy: String, _ kind: String) throws {
        let parcels = "\(copy)/parcels"
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: parcels).first)
        func change(_ path: String, _ body: (inout Data) -> Void) throws {
            var data = try Data(contentsOf: URL(filePath: path))
            body(&data)
            try data.write(to: URL(filePath: path))
        }
        switch kind {
        case "a byte of a parcel":
            try change("\(parcels)/\(name)") { $0[$0.startIndex + 77_777] ^= 1 }
        case "a parcel that is missing":
            try FileManager.default.removeItem(atPath: "\(parcels)/\(name)")
        case "half a database":
            try change("\(copy)/mailroom.sqlite") { $0 = $0.prefix($0.count / 2) }
        case "keys of another daemon":
            try change("\(copy)/node.keys") { $0[$0.startIndex + 50] ^= 1 }
        default:
            try FileManager.default.removeItem(atPath: "\(copy)/mailroom.sqlite")
        }
    }

    @Test("A damaged backup is refused, and nothing is written")
    func aDamagedBackupIsRefused() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let copy = try await Self.copy(folder)
            let kinds = [
                "a byte of a parcel", "a parcel that is missing", "half a database",
                "keys of another daemon", "no database",
            ]
            for kind in kinds {
                let damaged = folder.file("damaged")
                try FileManager.default.copyItem(atPath: copy, toPath: damaged)
                try Self.damage(damaged, kind)
                let heir = try DaemonProcess(in: folder.file("heir"))
                let answer = try heir.command(["restore", "--from", damaged])
                #expect(
                    [65, 66, 77].contains(answer.status) && !answer.wasKilled,
                    "\(kind): \(answer.summary)")
                #expect(answer.complaints.hasPrefix("error: "))
                #expect(!FileManager.default.fileExists(atPath: heir.data), "\(kind)")
                try FileManager.default.removeItem(atPath: damaged)
            }
        }
    }
}
