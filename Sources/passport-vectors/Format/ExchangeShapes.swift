import PassportExchange

extension Area {
    /// The members of `input` of what daemons and their callers exchange.
    var exchangeInputMembers: [Shape.Member] {
        switch self {
        case .request:
            [
                need("method", .text, "The method."),
                need("target", .text, "Base of the daemon's own address, path and query."),
                need("contentDigest", .text, "The field Content-Digest."),
                may("uploadOffset", .int, "The field Upload-Offset."),
                may("uploadLength", .int, "The field Upload-Length."),
                need("signatureInput", .text, "The field Signature-Input."),
                need("signature", .text, "The field Signature."),
                need("identity", .hex(), "The one organisation that is known."),
                need("now", .int, "The daemon's time."),
            ]
        case .receipt:
            [
                need("bytes", .hex(), "The receipt."),
                need("recipient", .hex(), "Identity file of whom the parcel was for."),
                need("sender", .hex(32), "Who sent the parcel."),
                need("parcel", .hex(32), "SHA-256 of the parcel."),
            ]
        case .address:
            [
                need("text", .text, "The address."),
                need("pin", .hex(32), "SHA-256 of the TLS key's subject public key info."),
            ]
        case .invitation: [need("text", .text, "TEST KEY: the line.")]
        default:
            [
                need("bytes", .hex(), "The notice."),
                need("seed", .hex(32), "TEST KEY: seed of the opener's seal-net key."),
            ]
        }
    }

    /// The members of `expected`.
    var exchangeExpectedMembers: [Shape.Member] {
        switch self {
        case .request:
            [
                may("organisation", .hex(32), "For whom it is made."),
                may("keyHash", .hex(32), "The key that signed."),
                may("nonce", .text, "The nonce."), may("created", .int, "When it was signed."),
                may("expires", .int, "Until when it counts."),
            ]
        case .receipt:
            [
                may("event", .word(ReceiptEvent.allCases.map(\.name)), "What happened."),
                may("recipient", .hex(32), "Who says it."), may("sender", .hex(32), "Who sent."),
                may("parcel", .hex(32), "SHA-256 of the parcel."), may("time", .int, "When."),
                may("digest", .hex(32), "SHA-256 of the receipt."),
            ]
        case .address:
            [
                may("base", .text, "What stands before the path in the signed target."),
                may("authority", .text, "The base without its scheme."),
                may("host", .text, "Name or number."), may("port", .int, "Port."),
                may("path", .text, "Path of the socket."),
            ]
        case .invitation:
            [
                may("address", .text, "Where the daemon is."), may("pin", .hex(32), "Its key."),
                may("secret", .hex(16), "TEST KEY: the secret."), may("expires", .int, "End."),
                may("secretHash", .hex(32), "What the daemon keeps."),
            ]
        default:
            [
                may("kind", .word(["withdrawal", "receipt"]), "What it holds."),
                may("object", .hex(), "The signed object, not verified."),
            ]
        }
    }

    /// One daemon in a manifest.
    static let service: Shape = .object([
        need("address", .text, "Where it is."), need("pin", .hex(32), "Hash of its TLS key."),
        need("logKey", .hex(32), "Key of its log."),
    ])
}
