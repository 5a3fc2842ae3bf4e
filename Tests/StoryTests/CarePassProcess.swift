import Foundation
import Glibc
import Synchronization

/// How one run of `carepass` ended, and all that it said.
struct Answer: Sendable {
    let arguments: [String]
    let status: Int32
    /// True when a signal ended it, which no input may ever bring about.
    let wasKilled: Bool
    let output: [UInt8]
    let complaints: String
    /// Where standard output was kept, relative to the folder of the process.
    let stream: String

    var text: String { String(decoding: output, as: UTF8.self) }

    /// The answer to a command with `--json`.
    var json: JSONAnswer { JSONAnswer(parsing: output) }

    /// The lines on standard error.
    var complaintLines: [String] {
        complaints.split(separator: "\n").map(String.init)
    }

    /// What a failed expectation shows: a test's own input, never a real person's.
    var summary: String {
        "\(arguments.joined(separator: " ")) ended with \(status): \(complaints)"
    }
}

/// Runs of the built program as real processes. Streams are files and not pipes, so that no run
/// can block on a reader, and what a process said can be searched afterwards.
struct CarePassProcess: Sendable {
    /// Where streams are kept, and what the child has as TMPDIR.
    let folder: String
    var environment: [String: String] = [:]

    /// Seconds after which a run is killed: a hang must fail a test, not the test run. The demo
    /// alone takes 6 to 40 seconds, and every test beside it as much of the machine as it can.
    static let patience = 300

    /// The folder of built products: the one that this test bundle lies in.
    static let products: URL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    static let executable = products.appending(path: "carepass")

    private static let counter = Atomic<Int>(0)

    fileprivate static func nextNumber() -> Int {
        counter.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// Runs `carepass` to its end.
    func run(_ arguments: [String], input: [UInt8] = []) throws -> Answer {
        try run(Self.executable, arguments, input: input)
    }

    /// Runs any program to its end with the same environment.
    func run(_ program: URL, _ arguments: [String], input: [UInt8] = []) throws -> Answer {
        try start(program, arguments, input: input).wait()
    }

    /// Starts `carepass` and returns at once.
    func start(_ arguments: [String], input: [UInt8] = []) throws -> RunningProcess {
        try start(Self.executable, arguments, input: input)
    }

    private func start(
        _ program: URL, _ arguments: [String], input: [UInt8]
    ) throws -> RunningProcess {
        try RunningProcess(program, arguments, environment, folder: folder, input: input)
    }
}

/// One process under way.
struct RunningProcess {
    private let process = Process()
    private let arguments: [String]
    private let output: String
    private let complaints: String

    fileprivate init(
        _ program: URL, _ arguments: [String], _ environment: [String: String],
        folder: String, input: [UInt8]
    ) throws {
        let streams = "\(folder)/streams"
        let temporary = "\(folder)/tmp"
        for path in [streams, temporary] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }
        let base = "\(streams)/run-\(CarePassProcess.nextNumber())"
        output = "\(base).out"
        complaints = "\(base).err"
        self.arguments = arguments
        for path in [output, complaints] { try Data().write(to: URL(filePath: path)) }
        process.executableURL = program
        process.arguments = arguments
        process.environment = [
            "TMPDIR": temporary, "HOME": "\(folder)/nobody", "LANG": "C.UTF-8",
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
        ].merging(environment) { _, own in own }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: complaints))
        if input.isEmpty {
            process.standardInput = FileHandle.nullDevice
        } else {
            // Removed at once: what a test feeds in must not be found by its own search.
            let source = "\(base).in"
            try Data(input).write(to: URL(filePath: source))
            process.standardInput = try FileHandle(forReadingFrom: URL(filePath: source))
            try FileManager.default.removeItem(atPath: source)
        }
        try process.run()
    }

    /// Kills the process as a power cut would: it gets no chance to say or save anything.
    func kill() { _ = Glibc.kill(process.processIdentifier, SIGKILL) }

    /// Waits for the end, or for the watchdog's patience.
    func wait() throws -> Answer {
        let watchdog = Watchdog(process.processIdentifier)
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(CarePassProcess.patience)) {
            watchdog.bite()
        }
        process.waitUntilExit()
        watchdog.retire()
        return Answer(
            arguments: arguments, status: process.terminationStatus,
            wasKilled: process.terminationReason == .uncaughtSignal,
            output: [UInt8](try Data(contentsOf: URL(filePath: output))),
            complaints: String(
                decoding: try Data(contentsOf: URL(filePath: complaints)), as: UTF8.self),
            stream: output.split(separator: "/").suffix(2).joined(separator: "/"))
    }
}

/// Kills a process that hangs, unless it has ended: its number may be another's by then.
private final class Watchdog: Sendable {
    private let number: Int32
    private let isRetired = Mutex(false)

    init(_ number: Int32) { self.number = number }

    func retire() { isRetired.withLock { $0 = true } }

    func bite() {
        isRetired.withLock { isRetired in
            if !isRetired { _ = Glibc.kill(number, SIGKILL) }
        }
    }
}
