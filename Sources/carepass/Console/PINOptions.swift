import ArgumentParser
import Foundation
import Glibc
import PassportCoding
internal import PassportCrypto
import PassportSecrecy

/// Where the PIN of a card comes from: a file or a prompt, never an argument, which every other
/// program on the machine could read.
struct PINOptions: ParsableArguments {
    @Option(help: "A file with the card's PIN, where the card has one; asked for when absent.")
    var pin: String?

    /// Reads the PIN of a card, when the card has one.
    ///
    /// - Parameter text: of the half.
    func read(for text: String, twice: Bool) throws -> PIN? {
        // One that was named is read: that the card has none is then said by the card.
        guard ConsentHalf.needsPIN(text) || pin != nil else { return nil }
        return try read(twice: twice)
    }

    /// Reads the PIN.
    ///
    /// - Parameter twice: to ask a second time, where nothing could tell a mistyped one.
    func read(twice: Bool) throws -> PIN {
        var bytes: [UInt8]
        if let pin {
            // Attack: a PIN given as the name of its file, which a message would repeat.
            guard !pin.allSatisfy(\.isNumber) else {
                throw CommandError(
                    .badArgument, .badInput, Words.say("error.pin-is-file"),
                    hint: Words.say("hint.pin-is-file"))
            }
            bytes = try Files.read(pin, maximum: 256, what: Words.say("what.pin"))
        } else if isatty(STDIN_FILENO) == 1 {
            bytes = try PassphraseInput.prompt(Words.say("prompt.pin"))
            if twice {
                var again = try PassphraseInput.prompt(Words.say("prompt.pin-again"))
                let isSame = again.equalsInConstantTime(bytes)
                again.wipe()
                guard isSame else {
                    bytes.wipe()
                    throw CommandError(.noPassphrase, .badInput, Words.say("error.pins-differ"))
                }
            }
        } else {
            throw CommandError(
                .noPassphrase, .noInput, Words.say("error.no-pin"), hint: Words.say("hint.no-pin"))
        }
        return try PIN(consuming: &bytes)
    }
}
