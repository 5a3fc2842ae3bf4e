import Foundation
import Testing

/// One connection that the test writes byte by byte, through the program of OpenSSL.
final class TLSLine: Sendable {
    private let process: Process
    private let input = Pipe()
    private let output: String

    static let program = "/usr/bin/openssl"
    static let isPossible = FileManager.default.isExecutableFile(atPath: program)
    static let reason: Comment = "openssl is not installed"

    init(to port: Int, _ folder: TemporaryFolder) throws {
        output = folder.file("line-\(UUID().uuidString)")
        try Data().write(to: URL(filePath: output))
        process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = [
            "s_client", "-quiet", "-tls1_3", "-alpn", "http/1.1", "-connect",
            "127.0.0.1:\(port)",
        ]
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    func say(_ bytes: [UInt8]) throws { try input.fileHandleForWriting.write(contentsOf: bytes) }

    func say(_ text: String) throws { try say(Array(text.utf8)) }

    /// What was answered so far.
    var answer: String {
        String(
            decoding: (try? Data(contentsOf: URL(filePath: output))) ?? Data(), as: UTF8.self)
    }
}
