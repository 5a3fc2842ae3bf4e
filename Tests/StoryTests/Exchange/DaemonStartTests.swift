import Foundation
import GRDB
import Glibc
import Testing

/// Starts that cannot go well, and what is said about them.
@Suite(.serialized) struct DaemonStartTests {
    /// Starts a daemon that must not get ready; returns what it said.
    private static func refused(_ daemon: DaemonProcess, _ status: Int32) async throws -> String {
        try daemon.start()
        let ended = try await daemon.ended()
        #expect(ended == status, "\(daemon.log)")
        let lines = daemon.log.split(separator: "\n")
        // Nothing of a library, nothing of what was told to stop, and no "ready" before it.
        #expect(
            lines.count == 2 && lines.first?.hasPrefix("error: ") == true
                && lines.last?.hasPrefix("hint: ") == true, "\(daemon.log)")
        return daemon.log
    }

    @Test("A port that is taken is named with its setting, before anybody is told of a start")
    func aTakenPortIsNamed() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let taken = LoopbackPort.free()
            let first = try DaemonProcess(in: folder.file("a"), at: .machine(port: taken))
            try await first.startUp()
            let free = LoopbackPort.free()
            let second = try DaemonProcess(
                in: folder.file("b"), at: .machine(port: free),
                settings: ["metrics = 127.0.0.1:\(taken)"])
            let third = try DaemonProcess(
                in: folder.file("c"), at: .machine(port: taken),
                settings: ["metrics = 127.0.0.1:\(free)"])
            for (daemon, setting) in [(second, "metrics"), (third, "listen")] {
                let said = try await Self.refused(daemon, 69)
                #expect(
                    said.contains("cannot listen on 127.0.0.1:\(taken), which '\(setting)' says")
                        && said.contains("another program listens there")
                        && !said.contains("\(free)"), "\(said)")
            }
            try await first.stop()
            try await second.startUp()
            #expect(LoopbackPort.isOpen(taken) && LoopbackPort.isOpen(free))
            try await second.stop()
        }
    }

    @Test("A socket file in a folder that is not there is said as that")
    func noFolderForTheSocket() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("a"), at: .socket)
            let text = "data = data\nlisten = unix:nowhere/socket\n"
            try Data(text.utf8).write(to: URL(filePath: daemon.configuration))
            let said = try await Self.refused(daemon, 69)
            #expect(said.contains("make the folder for the socket file first"), "\(said)")
        }
    }

    @Test("A TLS key that organisations have pinned is never replaced by another")
    func aLostKeyIsNotReplaced() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            let files = FileManager.default
            func remove(_ names: [String]) throws {
                for name in names { try files.removeItem(atPath: "\(daemon.data)/\(name)") }
            }
            // Of a first start that was cut short nobody knows the key.
            try await daemon.startUp()
            try await daemon.stop()
            try remove(["tls.key", "tls.crt"])
            try await daemon.startUp()
            let house = try await Correspondent.paired("House", with: daemon)
            try await daemon.stop()
            let copy = folder.file("copy")
            #expect(try daemon.command(["backup", "--out", copy]).status == 0)
            for names in [["tls.key"], ["tls.crt"]] {
                try remove(names)
                let before = try FileTree.snapshot(daemon.data)
                let said = try await Self.refused(daemon, 77)
                #expect(said.contains("'tls.key' is missing"), "\(said)")
                #expect(said.contains("restore the newest backup"), "\(said)")
                for command in [["invite"], ["backup", "--out", folder.file("other")]] {
                    let answer = try daemon.command(command)
                    #expect(answer.status == 66, "\(answer.summary)")
                    #expect(answer.complaints.contains("'tls.key' is missing"))
                }
                #expect(try daemon.command(["doctor"]).text.contains("'tls.key' is missing"))
                #expect(Set(try FileTree.snapshot(daemon.data).keys) == Set(before.keys))
                #expect(!files.fileExists(atPath: folder.file("other")))
            }
            try files.copyItem(atPath: "\(copy)/tls.key", toPath: "\(daemon.data)/tls.key")
            try await daemon.startUp()
            #expect(try await house.inbox().isEmpty, "the key is the one that was pinned")
            try await daemon.stop()
        }
    }

    /// Attack: a thief of the daemon's machine finds the keys that open, because somebody gave
    /// both programs one folder.
    @Test("A folder in which an organisation's keys lie is refused, and stays as it is")
    func anOrganisationsFolderIsRefused() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            for name in ["keystore.key", "carepass.sqlite"] {
                let daemon = try DaemonProcess(in: folder.file(name))
                try FileManager.default.createDirectory(
                    atPath: daemon.data, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
                try Data("keys".utf8).write(to: URL(filePath: "\(daemon.data)/\(name)"))
                let said = try await Self.refused(daemon, 77)
                #expect(
                    said.contains("'\(name)' of an organisation lies in")
                        && said.contains("that is the daemon's alone"), "\(said)")
                #expect(try FileTree.snapshot(daemon.data) == [name: Array("keys".utf8)])
            }
        }
    }

    @Test("What a newer version wrote is refused, and stays as it is")
    func aNewerDatabaseIsRefused() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            try await daemon.startUp()
            try await daemon.stop()
            let database = try DatabaseQueue(path: "\(daemon.data)/mailroom.sqlite")
            try await database.write {
                try $0.execute(
                    sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9999-later')")
            }
            try database.close()
            let before = try FileTree.snapshot(daemon.data)
            let said = try await Self.refused(daemon, 77)
            #expect(said.contains("newer"), "\(said)")
            for command in [["invite"], ["doctor"], ["backup", "--out", folder.file("copy")]] {
                #expect(try daemon.command(command).status == 77)
            }
            #expect(try FileTree.snapshot(daemon.data) == before)
        }
    }
}
