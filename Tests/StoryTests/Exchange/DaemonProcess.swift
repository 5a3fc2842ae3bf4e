import Foundation
import Glibc
import PassportExchange
import Synchronization
import Testing

/// One `carepassd` as a real process, with its configuration and its data in a folder of its own.
/// It is killed with the last reference.
final class DaemonProcess: Sendable {
    /// Where it listens.
    enum Place: Sendable {
        /// A port of this machine that peers reach.
        case machine(port: Int)
        /// A socket file: nobody reaches it from outside, so it collects.
        case socket
    }

    let folder: String
    let place: Place
    private let settings: [String]

    private struct Run {
        var process: Process?
        var number = 0
    }

    private let run = Mutex(Run())

    /// Writes the configuration; nothing runs yet.
    ///
    /// - Parameter settings: further lines; one with `data` stands in place of the usual.
    init(
        in folder: String, at place: Place = .machine(port: LoopbackPort.free()),
        settings: [String] = []
    ) throws {
        self.folder = folder
        self.place = place
        self.settings = settings
        for path in [folder, "\(folder)/runs"] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        var lines = settings
        if !settings.contains(where: { $0.hasPrefix("data ") }) { lines.append("data = data") }
        switch place {
        case .machine(let port):
            lines.append("listen = 127.0.0.1:\(port)")
            lines.append("address = https://127.0.0.1:\(port)")
        case .socket:
            lines.append("listen = unix:socket")
            if !settings.contains(where: { $0.hasPrefix("collect-seconds") }) {
                lines.append("collect-seconds = 1")
            }
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(filePath: configuration))
    }

    deinit { run.withLock { Self.end($0.process) } }

    static let executable = CarePassProcess.products.appending(path: "carepassd")

    var configuration: String { "\(folder)/carepassd.conf" }
    var data: String {
        let own = settings.first { $0.hasPrefix("data = /") }
        return own.map { String($0.dropFirst("data = ".count)) } ?? "\(folder)/data"
    }
    var socket: String { "\(folder)/socket" }
    /// The number of the process that runs, or ran last.
    var processID: Int32 { run.withLock { $0.process?.processIdentifier ?? 0 } }

    private static func end(_ process: Process?) {
        guard let process, process.isRunning else { return }
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
    }

    // MARK: - Life

    /// Starts the process and returns at once.
    ///
    /// - Parameter wrapper: a program and its arguments that run it in their place.
    func start(under wrapper: [String] = []) throws {
        try run.withLock { run in
            run.number += 1
            let command = wrapper + [Self.executable.path, "run", "--config", configuration]
            let process = Process()
            process.executableURL = URL(filePath: command.first ?? "")
            process.arguments = Array(command.dropFirst())
            process.environment = [
                "HOME": "\(folder)/nobody", "LANG": "C.UTF-8", "TMPDIR": folder,
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            ]
            process.standardInput = FileHandle.nullDevice
            let streams = try ["out", "log"].map {
                try Self.stream("\(folder)/runs/\(run.number).\($0)")
            }
            process.standardOutput = streams[0]
            process.standardError = streams[1]
            try process.run()
            // Thousands of processes of one run would leave the test itself without files.
            for stream in streams { try stream.close() }
            run.process = process
        }
    }

    private static func stream(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(filePath: path))
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    /// What the newest run wrote to standard error.
    var log: String {
        let number = run.withLock { $0.number }
        return (try? String(contentsOfFile: "\(folder)/runs/\(number).log", encoding: .utf8)) ?? ""
    }

    var isReady: Bool { log.contains("\"event\":\"ready\"") }
    var hasEnded: Bool { run.withLock { $0.process?.isRunning != true } }

    /// Starts the process and waits until it takes connections.
    func startUp(under wrapper: [String] = []) async throws {
        try start(under: wrapper)
        try await Poll.until("daemon ready", every: .milliseconds(3)) { isReady || hasEnded }
        try #require(isReady, "\(log)")
    }

    /// Waits for the end, and returns the exit code; nil after a signal.
    @discardableResult
    func ended() async throws -> Int32? {
        try await Poll.until("daemon ended", every: .milliseconds(2)) { hasEnded }
        return run.withLock { run in
            run.process?.terminationReason == .exit ? run.process?.terminationStatus : nil
        }
    }

    /// Ends the process as a power cut would.
    func kill() async throws {
        run.withLock { Self.end($0.process) }
        try await ended()
    }

    /// Asks the process to end.
    func terminate() { _ = Glibc.kill(processID, SIGTERM) }

    /// Has the process drain and end; it ends well, and said nothing that it may not.
    func stop(at location: SourceLocation = #_sourceLocation) async throws {
        terminate()
        let status = try await ended()
        #expect(status == 0, "\(log.suffix(2_000))", sourceLocation: location)
        checkLogs(at: location)
    }

    // MARK: - Commands beside it

    /// Runs another command of the program on the same configuration.
    func command(_ arguments: [String]) throws -> Answer {
        try CarePassProcess(folder: folder).run(
            Self.executable, arguments + ["--config", configuration])
    }

    func invitation() throws -> Invitation {
        let answer = try command(["invite"])
        try #require(answer.status == 0, "\(answer.summary)")
        return try Invitation(text: answer.text)
    }

    // MARK: - What it may say

    /// No line of any run names an organisation, a parcel or a path of a request.
    func checkLogs(at location: SourceLocation = #_sourceLocation) {
        let number = run.withLock { $0.number }
        for run in stride(from: 1, through: number, by: 1) {
            let path = "\(folder)/runs/\(run).log"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            // Where it listens, its own keeper chose.
            for line in text.split(separator: "\n") where !line.contains("\"event\":\"ready\"") {
                let isPlain =
                    line.firstMatch(of: /[0-9A-Fa-f]{16}|[A-Za-z0-9_-]{40}/) == nil
                    && line.firstMatch(of: /organisations\/[^{]|after=/) == nil
                #expect(isPlain, "\(line)", sourceLocation: location)
            }
        }
    }
}
