import Foundation
import PassportCoding

/// Runs this program as a process, one call after the other.
struct DemoRunner {
    let out: String

    /// Example passphrases: the demo's organisations hold nothing real.
    private static let passphrase = "demo organisation passphrase"
    private static let operatorPassphrase = "demo operator passphrase"
    private static let marker = ".carepass-demo"

    /// Empties the demo's own folder; a folder that no demo made is left alone.
    static func empty(_ out: String) throws {
        let files = FileManager.default
        if files.fileExists(atPath: out) {
            guard files.fileExists(atPath: "\(out)/\(marker)") else {
                throw CommandError(.demoFailed, .refused, Words.say("error.demo-folder", out))
            }
            try files.removeItem(atPath: out)
        }
        try files.createDirectory(atPath: out, withIntermediateDirectories: true)
        guard files.createFile(atPath: "\(out)/\(marker)", contents: Data()) else {
            throw CommandError(.demoFailed, .cannotWrite, Words.say("error.no-folder"))
        }
    }

    /// Says beside the files what they are, and how to go on with them.
    func explain() throws {
        let text = DemoReadme.text(
            passphrase: Self.passphrase, operatorPassphrase: Self.operatorPassphrase)
        try Files.write(Array(text.utf8), to: "\(out)/README.md")
    }

    /// Runs one command in a home, signed by an operator where one has to, and returns its JSON.
    @discardableResult
    func run(
        _ home: String?, _ arguments: [String], by operator: String? = nil,
        expecting status: Int32 = 0
    ) throws -> [String: Any] {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments =
            arguments + (`operator`.map { ["--operator", $0] } ?? []) + ["--json"]
        var environment = ProcessInfo.processInfo.environment
        environment["CAREPASS_HOME"] = home.map { "\(out)/\($0)" } ?? "\(out)/none"
        environment["CAREPASS_PASSPHRASE"] = Self.passphrase
        environment["CAREPASS_OPERATOR_PASSPHRASE"] = Self.operatorPassphrase
        environment["CAREPASS_NEW_OPERATOR_PASSPHRASE"] = Self.operatorPassphrase
        process.environment = environment
        let output = Pipe()
        let complaints = Pipe()
        process.standardOutput = output
        process.standardError = complaints
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        let trouble = try complaints.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == status else {
            let text = String(decoding: trouble, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
                .replacing("error: ", with: "", maxReplacements: 1)
            throw CommandError(
                .demoFailed, .fault,
                Words.say(
                    "error.demo-command", arguments.prefix(2).joined(separator: " "),
                    "\(process.terminationStatus)", text))
        }
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }
}
