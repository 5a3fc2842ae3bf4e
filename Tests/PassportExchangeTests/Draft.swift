import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust

/// A request and its signature as somebody makes them who does not use our signer: every part
/// can be changed before it is signed, and after.
struct Draft {
    var method = "GET"
    var target = "https://daemon.example/v1/organisations/o/inbox?after=3"
    var digest = ContentDigest.empty
    var upload: RequestComponents.Upload?
    var label = "carepass"
    /// The covered components as they stand in the list.
    var covered = ["\"@method\"", "\"@target-uri\"", "\"content-digest\""]
    /// The parameters in order, as they stand in the field.
    var parameters: [(name: String, value: String)]

    init(_ identity: Identity, _ keyHash: Digest, at now: Timestamp = start) {
        let key = RequestKeyID(organisation: identity.organisation, keyHash: keyHash)
        parameters = [
            ("created", now.text), ("expires", now.adding(seconds: 60).text),
            ("nonce", "\"0123456789abcdef\""), ("keyid", "\"\(key.text)\""),
            ("alg", "\"ed25519\""), ("tag", "\"care-passport/1\""),
        ]
    }

    /// Changes a parameter; nil takes it away.
    mutating func set(_ name: String, _ value: String?) {
        guard let index = parameters.firstIndex(where: { $0.name == name }) else {
            if let value { parameters.append((name, value)) }
            return
        }
        if let value { parameters[index].value = value } else { parameters.remove(at: index) }
    }

    /// What whoever receives the request sees of it.
    var components: RequestComponents {
        RequestComponents(
            method: method, targetURI: target, contentDigest: digest, upload: upload)
    }

    /// The member of `Signature-Input` without its label.
    var list: String {
        "(\(covered.joined(separator: " ")))"
            + parameters.map { ";\($0.name)=\($0.value)" }.joined()
    }

    private var values: [String: String] {
        [
            "\"@method\"": method, "\"@target-uri\"": target,
            "\"content-digest\"": "sha-256=:\(Base64.encode(digest.bytes)):",
            "\"upload-offset\"": "\(upload?.offset ?? 0)",
            "\"upload-length\"": "\(upload?.length ?? 0)", "\"date\"": "today",
        ]
    }

    /// The bytes to be signed, by RFC 9421 §2.5 and nothing of ours.
    var base: [UInt8] {
        var text = ""
        for name in covered { text += "\(name): \(values[name] ?? "")\n" }
        return Array((text + "\"@signature-params\": \(list)").utf8)
    }

    func signed(by key: borrowing SigningKey) -> SignatureFields {
        let signature = Base64.encode(key.signature(for: base))
        return SignatureFields(
            input: "\(label)=\(list)", signature: "\(label)=:\(signature):")
    }
}

/// An organisation, its exchange key, and a draft of a request by it.
struct Desk {
    let identity: Identity
    var draft: Draft

    init(at now: Timestamp = start) throws {
        identity = try House.izmir.identity()
        draft = Draft(identity, try House.izmir.key(.exchange).verifyingKey.keyHash, at: now)
    }

    /// Signs the draft, and verifies it as the request that was received.
    func verified(
        _ received: RequestComponents? = nil, at now: Timestamp = start
    ) throws -> VerifiedRequest {
        let fields = draft.signed(by: try House.izmir.key(.exchange))
        return try UnverifiedRequest(received ?? draft.components, fields)
            .verify(by: identity, at: now)
    }
}
