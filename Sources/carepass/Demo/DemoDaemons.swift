import Foundation
import Glibc
import PassportCoding
internal import PassportCrypto

/// The two daemons of the demo: Izmir's, which also has Munich's mailbox, takes connections over
/// TLS; Athens' listens on nothing but a socket file, as behind a carrier's NAT, and collects.
final class DemoDaemons {
    private let folder: String
    private let program: URL
    private var running: [Process] = []
    /// A short place for the socket, whose name may have 107 bytes, and only its owner may enter.
    private let socketFolder: String

    private static let readyWithin = 30.0

    init(out: String) throws {
        folder = URL(filePath: out).path
        program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "carepassd")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw CommandError(
                .demoFailed, .noInput, Words.say("error.demo-daemon"),
                hint: Words.say("hint.demo-daemon"))
        }
        socketFolder =
            FileManager.default.temporaryDirectory.appending(
                path: "carepass-\(Hexadecimal.encode(Randomness.system.bytes(4)))"
            ).path
        try FileManager.default.createDirectory(
            atPath: socketFolder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    deinit { stop() }

    /// Starts both and waits until they take connections.
    func start() throws {
        let address = "127.0.0.1:\(try Self.freePort())"
        try start("izmir", ["listen = \(address)", "address = https://\(address)"])
        try start("athens", ["listen = unix:\(socketFolder)/s", "collect-seconds = 1"])
    }

    /// Asks both to drain and end, and waits for it.
    func stop() {
        for process in running where process.isRunning { process.terminate() }
        for process in running { process.waitUntilExit() }
        running = []
        try? FileManager.default.removeItem(atPath: socketFolder)
    }

    /// The line that lets one organisation pair with a daemon.
    func invitation(_ daemon: String) throws -> String {
        let process = Process()
        process.executableURL = program
        process.arguments = ["invite", "--config", configuration(daemon)]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Self.failed }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    private func configuration(_ daemon: String) -> String { "\(folder)/\(daemon)-daemon.conf" }

    private func start(_ daemon: String, _ lines: [String]) throws {
        let settings = (["data = \(daemon)-daemon"] + lines).map { $0 + "\n" }.joined()
        try Files.write(Array(settings.utf8), to: configuration(daemon))
        let log = "\(folder)/\(daemon)-daemon.jsonl"
        try Files.write([], to: log)
        let process = Process()
        process.executableURL = program
        process.arguments = ["run", "--config", configuration(daemon)]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        running.append(process)
        try Self.wait(atMost: Self.readyWithin) {
            guard process.isRunning else { throw Self.failed }
            let text = FileManager.default.contents(atPath: log) ?? Data()
            return String(decoding: text, as: UTF8.self).contains("\"ready\"")
        }
    }

    /// Asks again and again, with short pauses, until something is so.
    static func wait(atMost seconds: Double, until isSo: () throws -> Bool) throws {
        let end = Date().addingTimeInterval(seconds)
        while try !isSo() {
            guard Date() < end else { throw failed }
            usleep(50_000)
        }
    }

    private static var failed: CommandError {
        CommandError(.demoFailed, .fault, Words.say("error.demo", "carepassd"))
    }

    /// A port of this machine that nobody listens on now.
    private static func freePort() throws -> UInt16 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw failed }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(socket, pointer, length) == 0
                    ? getsockname(socket, pointer, &length) : -1
            }
        }
        guard status == 0 else { throw failed }
        return UInt16(bigEndian: address.sin_port)
    }
}
