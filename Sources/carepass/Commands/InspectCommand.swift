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

    /// One line of the byte table.
    private struct Share {
        let what: String
        let bytes: Int
    }

    func reply() throws -> Reply {
        let bytes = try Files.read(
            file, maximum: Limits.envelopeBytes, what: Words.say("what.file"))
        let kind = try FileKind(of: bytes)
        var lines = [Words.say("inspect.kind", Words.say("kind.\(kind.rawValue)"))]
        var json: [String: JSONValue] = [
            "kind": .string(kind.rawValue), "bytes": .number(bytes.count),
        ]
        var shares: [Share] = []
        switch kind {
        case .envelope:
            let envelope = try Envelope(decoding: bytes)
            lines.append(
                Words.say(
                    "inspect.envelope", envelope.profile.name, "\(envelope.boxes.count)",
                    "\(envelope.content.count)"))
            json["profile"] = .string(envelope.profile.name)
            json["boxes"] = .number(envelope.boxes.count)
            shares = Self.shares(envelope)
        case .passport:
            let passport = try UnverifiedPassport(decoding: bytes)
            lines += Self.lines(passport)
            json["passport"] = .string("\(passport.claims.id)")
            json["issuer"] = .string(passport.claims.issuer.text)
            shares = Self.shares(passport)
        case .identity:
            let identity = try Identity(decoding: bytes)
            lines.append(
                Words.say(
                    "inspect.identity", ViewText.name(identity.name), identity.organisation.text,
                    Fingerprint(of: identity).text))
            json.merge(OrgCommand.Show.json(identity)) { first, _ in first }
        case .statusList, .withdrawal, .auditExport, .auditProof: break
        }
        if showsBytes {
            let named = shares.reduce(0) { $0 + $1.bytes }
            shares.append(Share(what: "framing", bytes: bytes.count - named))
            lines += shares.map {
                Words.say("inspect.share", "\($0.bytes)", Words.say("share.\($0.what)"))
            }
            lines.append(Words.say("inspect.total", "\(bytes.count)"))
            json["shares"] = .object(
                Dictionary(
                    shares.map { ($0.what, .number($0.bytes)) }, uniquingKeysWith: { $1 }))
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

    private static func shares(_ envelope: Envelope) -> [Share] {
        let boxes = envelope.boxes
        return [
            Share(what: "content", bytes: envelope.content.count - 16),
            Share(what: "box-keys", bytes: boxes.reduce(0) { $0 + $1.parameter.count }),
            Share(what: "box-contents", bytes: boxes.reduce(0) { $0 + $1.ciphertext.count - 16 }),
            Share(what: "tags", bytes: 16 * (boxes.count + 1)),
        ]
    }

    private static func shares(_ passport: UnverifiedPassport) -> [Share] {
        let claims = passport.claims
        let profile = claims.profile
        return [
            Share(what: "slots", bytes: profile.slotCount * profile.slotBytes),
            Share(what: "tags", bytes: 16 * (profile.slotCount + 1)),
            Share(what: "commitments", bytes: profile.slotCount * Digest.byteCount),
            Share(what: "holder-ring", bytes: profile.ringBytes),
            Share(what: "signature", bytes: 64),
        ]
    }
}
