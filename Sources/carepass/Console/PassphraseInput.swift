import Foundation
import Glibc
import PassportCoding
internal import PassportCrypto
import PassportSecrecy

/// Where passphrases come from: a file, the environment, a prompt; never an argument, which
/// every other program on the machine could read.
enum PassphraseInput {
    static func read(
        file: String?, variable: String, prompt key: String, twice: Bool = false
    ) throws -> Passphrase {
        var bytes: [UInt8]
        if let file {
            bytes = try Files.read(
                file, maximum: Limits.passphraseBytes, what: Words.say("what.passphrase"))
        } else if let value = ProcessInfo.processInfo.environment[variable] {
            bytes = Array(value.utf8)
        } else if isatty(STDIN_FILENO) == 1 {
            bytes = try prompt(Words.say(key))
            if twice, try prompt(Words.say("prompt.again")) != bytes {
                throw CommandError(
                    .noPassphrase, .badInput, Words.say("error.passphrases-differ"))
            }
        } else {
            throw CommandError(
                .noPassphrase, .noInput, Words.say("error.no-passphrase"),
                hint: Words.say("hint.no-passphrase", variable))
        }
        if twice { try refuseShort(&bytes) }
        return try Passphrase(consuming: &bytes)
    }

    /// Characters that a new passphrase has at least. Whoever copies a key file can try as many
    /// as there is patience for, so it is more than a door with a lock-out asks for.
    private static let minimumCharacters = 10

    private static func refuseShort(_ bytes: inout [UInt8]) throws {
        // Line ends are no part of it, and a character may have several bytes.
        let count = bytes.count { $0 & 0xC0 != 0x80 && $0 != 0x0A && $0 != 0x0D }
        guard count >= minimumCharacters else {
            bytes.wipe()
            throw CommandError(
                .noPassphrase, .badInput,
                Words.say("error.short-passphrase", "\(minimumCharacters)"),
                hint: Words.say("hint.short-passphrase"))
        }
    }

    /// Asks without showing what is typed.
    static func prompt(_ text: String) throws -> [UInt8] {
        FileHandle.standardError.write(Data("\(text): ".utf8))
        var saved = termios()
        let hasTerminal = unsafe tcgetattr(STDIN_FILENO, &saved) == 0
        var silent = saved
        silent.c_lflag &= ~tcflag_t(ECHO)
        if hasTerminal { _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) }
        defer {
            if hasTerminal { _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved) }
            FileHandle.standardError.write(Data("\n".utf8))
        }
        return Array((readLine() ?? "").utf8)
    }
}
