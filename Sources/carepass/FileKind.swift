import CarePassport
import PassportCoding
import PassportCrypto
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

    init(of bytes: [UInt8]) throws {
        var reader = CBORReader(bytes)
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
            } else {
                throw Self.unknown
            }
        default: throw Self.unknown
        }
    }

    private static var unknown: CommandError {
        CommandError(
            .unknownFile, .badInput, Words.say("error.unknown-file"),
            hint: Words.say("hint.unknown-file"))
    }
}
