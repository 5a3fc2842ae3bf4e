import CarePassport
import Foundation
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportTrust

/// What a file is, by its structure: nobody has to say, and no file name is believed.
enum FileKind: String {
    case envelope
    case passport
    case identity
    case statusList = "status-list"
    case withdrawal
    case auditExport = "audit-export"
    case auditProof = "audit-proof"
    case checkpoint
    case keyFile = "key-file"
    case consentHalf = "consent-half"
    case carryHalf = "carry-half"

    init(of bytes: [UInt8]) throws {
        var reader = CBORReader(bytes)
        if let kind = Self.textKind(bytes) {
            self = kind
            return
        }
        guard let first = try? reader.next() else { throw Self.unknown }
        switch first {
        case .tagged(18, _):
            if (try? UnverifiedPassport(decoding: bytes)) != nil {
                self = .passport
            } else if (try? UnverifiedWithdrawal(decoding: bytes)) != nil {
                self = .withdrawal
            } else if (try? COSESign1(
                decoding: bytes, as: .statusList, maximum: Limits.statusListBytes)) != nil
            {
                self = .statusList
            } else {
                throw Self.unknown
            }
        case .map(let map):
            if case .text = map[CBORItem(2)], case .map = map[CBORItem(3)] {
                self = .auditProof
            } else if case .text = map[CBORItem(2)] {
                self = .auditExport
            } else if case .array = map[CBORItem(2)] {
                self = .identity
            } else if case .unsigned = map[CBORItem(2)] {
                self = .envelope
            } else if (try? KeyFile.parse(bytes)) != nil {
                self = .keyFile
            } else {
                throw Self.unknown
            }
        default: throw Self.unknown
        }
    }

    /// What is written in letters: a checkpoint, or half of a card, of which nothing is kept.
    private static func textKind(_ bytes: [UInt8]) -> Self? {
        guard bytes.count <= Limits.noteBytes,
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        if let note = try? SignedNote(parsing: text),
            (try? Checkpoint(parsing: note.text)) != nil
        {
            return .checkpoint
        }
        if ConsentHalf.isText(text) || (try? CardWords(text: text)) != nil { return .consentHalf }
        if CarryHalf.isText(text) { return .carryHalf }
        return nil
    }

    private static var unknown: CommandError {
        CommandError(
            .unknownFile, .badInput, Words.say("error.unknown-file"),
            hint: Words.say("hint.unknown-file"))
    }
}
