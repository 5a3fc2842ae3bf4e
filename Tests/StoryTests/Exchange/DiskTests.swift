import Foundation
import Glibc
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import Testing

/// Disks that are full, and disks that do not keep what they were given.
@Suite(.serialized) struct DiskTests {
    /// One daemon with two organisations that follow each other.
    private static func pair(
        _ daemon: DaemonProcess
    ) async throws -> (sender: Correspondent, recipient: Correspondent) {
        try await daemon.startUp()
        let sender = try await Correspondent.paired("Sender", with: daemon)
        let recipient = try await Correspondent.paired("Recipient", with: daemon)
        try await recipient.follow(sender)
        try await sender.follow(recipient)
        return (sender, recipient)
    }

    @Test(
        "A full disk answers 507 and keeps serving reads; with room again all goes on",
        .enabled(if: FullDisk.isPossible, FullDisk.reason), arguments: [700, 200_000])
    func aFullDiskKeepsServingReads(_ count: Int) async throws {
        try await Apart.run {
            let disk = try FullDisk()
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(
                in: folder.file("d"), settings: ["data = \(disk.path)/data"])
            let (sender, recipient) = try await Self.pair(daemon)
            let early = Parcel(count: count)
            #expect(try await sender.deposit(early, with: recipient).get().status == 201)
            try disk.fill()
            let late = Parcel(count: count)
            for _ in 0..<3 {
                guard case .problem(let problem) = try await sender.deposit(late, with: recipient)
                else {
                    Issue.record("acknowledged without room")
                    break
                }
                #expect(problem.status == 507 && problem.code == "full", "\(problem)")
            }
            // Whoever asks gets what is there, signed or not.
            for path in [ExchangePath.service, ExchangePath.checkpoint, ExchangePath.openAPI] {
                let answer = try await sender.caller.ask(sender.endpoint, path)
                #expect(answer.status == 200, "\(path)")
            }
            #expect(try await recipient.inbox().map(\.parcel) == ["\(early.digest)"])
            #expect(try await recipient.fetch(early.digest) == early.bytes)
            #expect(try await sender.outbox().isEmpty)
            let process = daemon.processID
            try disk.empty()
            let answer = try await sender.deposit(late, with: recipient).get()
            #expect(answer.status == 201)
            #expect(try await recipient.inbox().count == 2)
            #expect(daemon.processID == process && !daemon.hasEnded)
            try await daemon.stop()
            #expect(try await Mailroom.verify(daemon.data).isSound)
        }
    }

    private static let strace = ["/usr/bin/strace", "/bin/strace"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Has every later call of a kind fail in a process that runs, as a broken disk does.
    private static func breakDisk(
        of daemon: DaemonProcess, _ call: String, _ folder: TemporaryFolder
    ) async throws -> Process {
        let log = folder.file("strace.err")
        try Data().write(to: URL(filePath: log))
        let tracer = Process()
        tracer.executableURL = URL(filePath: strace ?? "")
        tracer.arguments = [
            "-f", "-p", "\(daemon.processID)", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
            "inject=\(call):error=EIO",
        ]
        tracer.standardError = try FileHandle(forWritingTo: URL(filePath: log))
        try tracer.run()
        try await Poll.until("the disk breaks") {
            let said = try String(contentsOfFile: log, encoding: .utf8)
            return said.contains("attached") || !tracer.isRunning
        }
        try #require(tracer.isRunning, "strace could not attach")
        return tracer
    }

    @Test(
        "After a failed sync the daemon ends with 70, and never acknowledged what may be lost",
        .enabled(if: strace != nil || Tracing.isRequired, "strace is not installed"),
        arguments: [("fdatasync", 700), ("fsync", 200_000), ("fdatasync", 200_000)])
    func aFailedSyncEndsTheProcess(_ call: String, _ count: Int) async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            let (sender, recipient) = try await Self.pair(daemon)
            let early = Parcel(count: count)
            #expect(try await sender.deposit(early, with: recipient).get().status == 201)
            let tracer = try await Self.breakDisk(of: daemon, call, folder)
            let lost = Parcel(count: count)
            if case .success(let answer) = try? await sender.deposit(lost, with: recipient) {
                Issue.record("acknowledged \(answer.status) what no disk kept")
            }
            #expect(try await daemon.ended() == 70)
            try await Poll.until("strace ends") { !tracer.isRunning }
            try await daemon.startUp()
            let found = try await recipient.inbox().map(\.parcel)
            #expect(found.contains("\(early.digest)"))
            let again = try await sender.deposit(lost, with: recipient).get()
            #expect([200, 201].contains(again.status))
            #expect(try await recipient.inbox().count == 2)
            try await daemon.stop()
            #expect(try await Mailroom.verify(daemon.data).isSound)
        }
    }
}
