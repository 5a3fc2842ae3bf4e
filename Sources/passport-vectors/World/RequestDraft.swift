import PassportCoding
import PassportCrypto
import PassportTrust

/// A signed request as anybody could make it: every part can be changed before it is signed, and
/// after.
struct RequestDraft {
    var method = "GET"
    var target = "https://daemon.example:8443/v1/organisations/o/inbox?after=3"
    /// The value of `Content-Digest`.
    var digest = RequestDraft.digest([])
    var upload: (offset: Int, length: Int)?
    var label = "carepass"
    /// The covered components as they stand in the list.
    var covered = ["\"@method\"", "\"@target-uri\"", "\"content-digest\""]
    /// The parameters in order, as they stand in the field.
    var parameters: [(name: String, value: String)]

    init(for organisation: OrganisationID, key: Digest, at now: Timestamp = Moments.now) {
        let keyID = "\(organisation.text).\(Base64URL.encode(key.bytes))"
        parameters = [
            ("created", "\(now.seconds)"), ("expires", "\(now.seconds + 120)"),
            ("nonce", "\"Tk9OQ0UtT0YtQS1URVNULTE4\""), ("keyid", "\"\(keyID)\""),
            ("alg", "\"ed25519\""), ("tag", "\"care-passport/1\""),
        ]
    }

    static func digest(_ body: [UInt8]) -> String {
        "sha-256=:\(Base64.encode(Digest.sha256(of: body).bytes)):"
    }

    /// Changes a parameter; nil takes it away.
    mutating func set(_ name: String, _ value: String?) {
        guard let index = parameters.firstIndex(where: { $0.name == name }) else {
            if let value { parameters.append((name, value)) }
            return
        }
        if let value { parameters[index].value = value } else { parameters.remove(at: index) }
    }

    mutating func times(created: Timestamp, lasting seconds: Int64 = 120) {
        set("created", "\(created.seconds)")
        set("expires", "\(created.seconds + seconds)")
    }

    /// Puts the body of an upload in, with its fields covered.
    mutating func put(_ body: [UInt8], offset: Int, length: Int) {
        method = "PUT"
        target = "https://daemon.example:8443/v1/organisations/o/inbox/d"
        digest = Self.digest(body)
        upload = (offset, length)
        covered += ["\"upload-offset\"", "\"upload-length\""]
    }

    /// The member of `Signature-Input` without its label.
    var list: String {
        "(\(covered.joined(separator: " ")))"
            + parameters.map { ";\($0.name)=\($0.value)" }.joined()
    }

    /// What is signed (RFC 9421 §2.5).
    var base: String {
        let values = [
            "\"@method\"": method, "\"@target-uri\"": target, "\"content-digest\"": digest,
            "\"upload-offset\"": "\(upload?.offset ?? 0)",
            "\"upload-length\"": "\(upload?.length ?? 0)", "\"date\"": "today",
        ]
        return covered.map { "\($0): \(values[$0] ?? "")\n" }.joined()
            + "\"@signature-params\": \(list)"
    }

    func signature(by key: borrowing SigningKey) -> [UInt8] {
        key.signature(for: Array(base.utf8))
    }

    /// The vector's input, signed; `identity` is what the daemon knows.
    func input(
        by key: borrowing SigningKey, known identity: House, now: Timestamp = Moments.now
    ) -> JSON {
        input(signature(by: key), known: identity, now: now)
    }

    func input(_ signature: [UInt8], known: House, now: Timestamp = Moments.now) -> JSON {
        [
            "method": .text(method), "target": .text(target), "contentDigest": .text(digest),
            "uploadOffset": upload.map { .int($0.offset) } ?? .null,
            "uploadLength": upload.map { .int($0.length) } ?? .null,
            "signatureInput": .text("\(label)=\(list)"),
            "signature": .text("\(label)=:\(Base64.encode(signature)):"),
            "identity": known.file, "now": .int(Int(now.seconds)),
        ]
    }
}
