import Foundation
import Glibc
import Testing

/// Copies that are not whole, or not where they are looked for.
@Suite(.serialized) struct RestoreTests {
    private static func refused(
        _ answer: Answer, _ status: Int32, _ says: [String],
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(answer.status == status, "\(answer.summary)", sourceLocation: location)
        for text in says {
            #expect(
                answer.complaints.contains(text), "\(answer.complaints)", sourceLocation: location)
        }
    }

    @Test("A copy in which a file is missing is refused by its name, and nothing is written")
    func anIncompleteCopyIsRefused() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            try await daemon.startUp()
            _ = try await Correspondent.paired("House", with: daemon)
            let copies = folder.file("copies")
            try FileManager.default.createDirectory(
                atPath: copies, withIntermediateDirectories: false)
            let copy = "\(copies)/2026-01-31"
            let made = try daemon.command(["backup", "--out", copy])
            #expect(made.status == 0, "\(made.summary)")
            try await daemon.stop()
            let heir = try DaemonProcess(in: folder.file("heir"))
            for name in ["tls.key", "node.keys", "mailroom.sqlite"] {
                let broken = folder.file("broken")
                try FileManager.default.copyItem(atPath: copy, toPath: broken)
                try FileManager.default.removeItem(atPath: "\(broken)/\(name)")
                Self.refused(
                    try heir.command(["restore", "--from", broken]), 66,
                    ["\(broken) is no whole copy: '\(name)' is missing"])
                #expect(!FileManager.default.fileExists(atPath: heir.data))
                try FileManager.default.removeItem(atPath: broken)
            }
            Self.refused(
                try heir.command(["restore", "--from", copies]), 66,
                ["is no whole copy", "do you mean \(copy)?"])
            try Data("nonsense".utf8).write(to: URL(filePath: "\(copy)/tls.key"))
            Self.refused(
                try heir.command(["restore", "--from", copy]), 77, ["the TLS key"])
            #expect(!FileManager.default.fileExists(atPath: heir.data))
        }
    }

    @Test("A certificate is made anew; the key behind it is what counts")
    func aCopyWithoutACertificateIsRestored() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let port = LoopbackPort.free()
            let daemon = try DaemonProcess(in: folder.file("d"), at: .machine(port: port))
            try await daemon.startUp()
            let house = try await Correspondent.paired("House", with: daemon)
            let copy = folder.file("copy")
            #expect(try daemon.command(["backup", "--out", "\(copy)/"]).status == 0)
            try await daemon.kill()
            try FileManager.default.removeItem(atPath: "\(copy)/tls.crt")
            let heir = try DaemonProcess(in: folder.file("heir"), at: .machine(port: port))
            let restored = try heir.command(["restore", "--from", copy])
            #expect(restored.status == 0, "\(restored.summary)")
            #expect(restored.text.contains("chown -R carepassd: \(heir.data)") == (geteuid() == 0))
            try await heir.startUp()
            #expect(try await house.inbox().isEmpty)
            try await heir.stop()
        }
    }

    @Test("A folder that is not there is named, with what to do")
    func nowhere() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            let nowhere = folder.file("nowhere")
            Self.refused(
                try daemon.command(["restore", "--from", nowhere]), 66,
                ["there is no folder \(nowhere)", "the folder that 'carepassd backup' made"])
            #expect(!FileManager.default.fileExists(atPath: daemon.data))
            try await daemon.startUp()
            Self.refused(
                try daemon.command(["backup", "--out", "\(nowhere)/x"]), 73,
                ["there is no folder \(nowhere)", "make it first"])
            try await daemon.stop()
        }
    }
}
