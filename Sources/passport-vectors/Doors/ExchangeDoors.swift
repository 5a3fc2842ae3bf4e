import PassportCoding
import PassportCrypto
import PassportExchange
import PassportSealing
import PassportSecrecy
import PassportTrust

extension Door {
    static func request(_ input: Input) throws -> Outcome {
        var upload: RequestComponents.Upload?
        if input.has("uploadOffset") {
            upload = .init(
                offset: try input.int("uploadOffset"), length: try input.int("uploadLength"))
        }
        let components = RequestComponents(
            method: try input.text("method"), targetURI: try input.text("target"),
            contentDigest: try ContentDigest.parse(input.text("contentDigest")), upload: upload)
        let request = try UnverifiedRequest(
            components,
            SignatureFields(
                input: input.text("signatureInput"), signature: input.text("signature")))
        let verified = try request.verify(
            by: Identity(decoding: input.bytes("identity")), at: input.time("now"))
        return .accepted([
            "organisation": .hex(verified.organisation.digest.bytes),
            "keyHash": .hex(verified.keyHash.bytes), "nonce": .text(verified.nonce),
            "created": .int(Int(verified.created.seconds)),
            "expires": .int(Int(verified.expires.seconds)),
        ])
    }

    static func receipt(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let receipt = try UnverifiedReceipt(decoding: bytes)
        try sameBytes(receipt.bytes, bytes, "the receipt")
        let verified = try receipt.verify(
            by: Identity(decoding: input.bytes("recipient")),
            sender: OrganisationID(input.digest("sender")), parcel: input.digest("parcel"))
        let terms = verified.terms
        return .accepted([
            "event": .text(terms.event.name),
            "recipient": .hex(terms.recipient.digest.bytes),
            "sender": .hex(terms.sender.digest.bytes), "parcel": .hex(terms.parcel.bytes),
            "time": .int(Int(terms.time.seconds)), "digest": .hex(verified.digest.bytes),
        ])
    }

    static func address(_ input: Input) throws -> Outcome {
        let text = try input.text("text")
        let address = try ServiceAddress(text)
        try sameBytes(Array(address.description.utf8), Array(text.utf8), "the address")
        let pin = try input.digest("pin")
        var expected: [String: JSON] = [
            "base": .text(address.base(pin: pin)), "authority": .text(address.authority(pin: pin)),
        ]
        switch address.place {
        case .machine(let host, let port):
            expected["host"] = .text(host)
            expected["port"] = .int(port)
        case .socket(let path): expected["path"] = .text(path)
        }
        return .accepted(.object(expected))
    }

    static func invitation(_ input: Input) throws -> Outcome {
        let text = try input.text("text")
        let invitation = try Invitation(text: text)
        let word = text.split(whereSeparator: \.isWhitespace).joined()
        try sameBytes(Array(invitation.text.utf8), Array(word.utf8), "the invitation")
        return .accepted([
            "address": .text(invitation.endpoint.address.description),
            "pin": .hex(invitation.endpoint.pin.bytes), "secret": .hex(invitation.secret),
            "expires": .int(Int(invitation.expires.seconds)),
            "secretHash": .hex(Invitation.hash(of: invitation.secret).bytes),
        ])
    }

    static func notice(_ input: Input) throws -> Outcome {
        var seed = try input.bytes("seed")
        let key = try OpeningKey(seed: SecretBytes(consuming: &seed), purpose: .sealNet)
        switch try Notice(opening: input.bytes("bytes"), with: key) {
        case .withdrawal(let bytes):
            return .accepted(["kind": "withdrawal", "object": .hex(bytes)])
        case .receipt(let bytes): return .accepted(["kind": "receipt", "object": .hex(bytes)])
        }
    }
}
