import Foundation
import Glibc
import PassportCoding
import PassportSecrecy

/// Where the result of a command goes: a file that only its owner may read, a pipe, a device, or
/// `-` for standard output.
///
/// It is made before the first entry of the log and written after the last: what cannot be
/// written anywhere must not stand in the log as done.
final class Output {
    private enum Target {
        case standardOutput
        case stream(FileHandle)
        case file(PendingFile)
    }

    private let path: String
    private let target: Target

    /// Makes sure that bytes can go there.
    ///
    /// - Parameter replacing: when false, an existing file is left alone and the call fails.
    init(_ path: String, replacing: Bool = true) throws {
        self.path = path
        if path == "-" {
            guard fcntl(STDOUT_FILENO, F_GETFL) >= 0 else {
                throw CommandError(.noFile, .cannotWrite, Words.say("error.no-output"))
            }
            target = .standardOutput
        } else if Self.isStream(path) {
            let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
            guard file >= 0 else {
                throw Self.failure(path, unsafe String(cString: strerror(errno)).lowercased())
            }
            target = .stream(FileHandle(fileDescriptor: file, closeOnDealloc: true))
        } else {
            try Self.refuseSecret(path)
            do {
                target = .file(try PendingFile(Self.resolved(path), replacing: replacing))
            } catch {
                throw Self.failure(path, error.message)
            }
        }
    }

    /// A key or a card is never replaced: for most of them there is no other.
    private static func refuseSecret(_ path: String) throws {
        guard let file = FileHandle(forReadingAtPath: path),
            let bytes = try? file.read(upToCount: Limits.keyFileBytes),
            let kind = try? FileKind(of: [UInt8](bytes)),
            [.keyFile, .consentHalf, .carryHalf].contains(kind)
        else { return }
        throw failure(path, Words.say("error.is-secret", Words.say("kind.\(kind.rawValue)")))
    }

    /// Refuses to put a result in the place of what it is made of.
    static func refuse(_ path: String, among inputs: [String]) throws {
        guard let output = identity(path), inputs.contains(where: { identity($0) == output })
        else { return }
        throw failure(path, Words.say("error.is-input"))
    }

    /// True when two results would be one file, whatever names lead to it.
    static func isOnePlace(_ one: String, _ other: String) -> Bool {
        func place(_ path: String) -> [String]? {
            let url = URL(filePath: path).standardizedFileURL
            return identity(url.deletingLastPathComponent().path, S_IFDIR).map {
                $0.map { "\($0)" } + [url.lastPathComponent]
            }
        }
        if let file = identity(one), identity(other) == file { return true }
        guard let file = place(one) else { return one == other }
        return place(other) == file
    }

    /// What the system knows a file by; nil when there is none of the kind.
    private static func identity(_ path: String, _ kind: mode_t = S_IFREG) -> [UInt64]? {
        var status = stat()
        guard path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == kind
        else { return nil }
        return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }

    /// True when standard output holds the result and nothing else.
    var isStandardOutput: Bool { path == "-" }

    /// Makes sure that there is room, where that can be known before.
    func makeRoom(for count: Int) throws {
        guard case .file(let file) = target else { return }
        do {
            try file.makeRoom(for: count)
        } catch {
            throw Self.failure(path, error.message)
        }
    }

    /// Writes the result of a command that changed nothing.
    func write(_ bytes: [UInt8]) throws { try write(bytes, hasTakenEffect: false) }

    /// Writes the result of a command whose entry stands in the log: whoever reads an error
    /// must know that what was asked for was done.
    func writeAfterAct(_ bytes: [UInt8]) throws { try write(bytes, hasTakenEffect: true) }

    private func write(_ bytes: [UInt8], hasTakenEffect: Bool) throws {
        do {
            switch target {
            case .standardOutput: try FileHandle.standardOutput.write(contentsOf: Data(bytes))
            case .stream(let handle):
                try handle.write(contentsOf: Data(bytes))
                try handle.close()
            case .file(let file): try file.finish(bytes)
            }
        } catch {
            let reason = (error as? SecrecyError)?.message ?? Words.say("error.stream")
            throw Self.failure(path, reason, hasTakenEffect: hasTakenEffect)
        }
    }

    private static func failure(
        _ path: String, _ reason: String, hasTakenEffect: Bool = false
    ) -> CommandError {
        let path = ViewText.clean(path)
        return CommandError(
            .noFile, .cannotWrite,
            hasTakenEffect
                ? Words.say("error.done-not-written", path, reason)
                : Words.say("error.not-written", path, reason),
            hint: hasTakenEffect ? Words.say("hint.done-not-written") : nil)
    }

    /// What is neither a file nor a folder takes the bytes itself: a rename would put a file in
    /// the place of the pipe or device.
    private static func isStream(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// The file behind a name of the system's such as `/dev/stdout`, which must stay what it is.
    private static func resolved(_ path: String) -> String {
        guard ["/dev/", "/proc/"].contains(where: { path.hasPrefix($0) }),
            let real = unsafe realpath(path, nil)
        else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
