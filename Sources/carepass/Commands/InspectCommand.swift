import ArgumentParser
import CarePassport
import PassportCoding
import PassportCrypto
import PassportTrust

/// `carepass inspect`: what anybody can see in a file, without keys.
struct InspectCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show what anybody can see in a file, without keys.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The file; '-' for standard input.")
    var file: String

    @Flag(name: .customLong("bytes"), help: "Say what each byte is spent on.")
    var showsBytes = false

    func reply() throws -> Reply {
        let bytes = try Files.read(
            file, maximum: Limits.envelopeBytes, what: Words.say("what.file"))
        let kind = try FileKind(of: bytes)
        var lines = [Words.say("inspect.kind", Words.say("kind.\(kind.rawValue)"))]
        var json: [String: JSONValue] = [
            "kind": .string(kind.rawValue), "bytes": .number(bytes.count),
        ]
        switch kind {
        case .envelope:
            let envelope = try Envelope(decoding: bytes)
            lines.append(
                Words.say(
                    "inspect.envelope", envelope.profile.name, "\(envelope.boxes.count)",
                    "\(envelope.content.count)"))
            json["profile"] = .string(envelope.profile.name)
            json["boxes"] = .number(envelope.boxes.count)
        case .passport:
            let passport = try UnverifiedPassport(decoding: bytes)
            lines += Self.lines(passport)
            json["passport"] = .string("\(passport.claims.id)")
            json["issuer"] = .string(passport.claims.issuer.text)
        case .identity:
            let identity = try Identity(decoding: bytes)
            lines.append(
                Words.say(
                    "inspect.identity", ViewText.name(identity.name), identity.organisation.text,
                    Fingerprint(of: identity).text))
            json.merge(OrgCommand.Show.json(identity)) { first, _ in first }
        case .keyFile, .consentHalf, .carryHalf: lines.append(Words.say("inspect.secret"))
        case .statusList, .withdrawal, .auditExport, .auditProof, .checkpoint: break
        }
        if showsBytes {
            let shares = try ByteShares(of: bytes, kind).parts
            lines += shares.map {
                Words.say("inspect.share", "\($0.bytes)", Words.say("share.\($0.part.rawValue)"))
            }
            lines.append(Words.say("inspect.total", "\(bytes.count)"))
            json["shares"] = .object(
                Dictionary(
                    shares.map { ($0.part.rawValue, .number($0.bytes)) }, uniquingKeysWith: { $1 }))
        }
        return Reply(lines: lines, json: json)
    }

    private static func lines(_ passport: UnverifiedPassport) -> [String] {
        let claims = passport.claims
        return [
            Words.say("inspect.passport", "\(claims.id)", claims.issuer.text),
            Words.say("inspect.period", "\(claims.issued)", "\(claims.expires)"),
            Words.say(
                "inspect.slots", "\(claims.profile.slotCount)", "\(claims.profile.slotBytes)"),
            Words.say("inspect.unverified"),
        ]
    }
}
