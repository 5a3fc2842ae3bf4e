import CarePassport
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportSealing
import PassportSecrecy
import PassportTrust

/// What comes over the network: signed requests, receipts, addresses, invitations, notices.
enum ExchangeTargets {
    static let all: [FuzzTarget] = [request, receipt, address, invitation, notice]

    private static let components = RequestComponents(
        method: "PUT", targetURI: "https://daemon.example/v1/organisations/o/inbox/d",
        contentDigest: ContentDigest.empty, upload: .init(offset: 0, length: 65_536))

    private static let words = [
        "carepass=", "(", ")", "\"@method\"", "\"@target-uri\"", "\"content-digest\"",
        "\"upload-offset\"", "\"upload-length\"", ";created=", ";expires=", ";nonce=\"",
        ";keyid=\"", ";alg=\"ed25519\"", ";tag=\"care-passport/1\"", ";req", ":", ", ", "?1",
    ].map { Array($0.utf8) }

    private static func sample() throws -> SignatureFields {
        let house = try World.get().issuer
        return try components.signed(
            for: house.identity.organisation, by: house.key(.exchange), at: World.now,
            randomness: World.randomness(40))
    }

    private static func list(_ fields: SignatureFields) -> Substring {
        fields.input.dropFirst("carepass=".count)
    }

    /// The first byte chooses: both fields as they arrived, parted by a zero byte; or a list that
    /// a house was talked into signing word for word, which brings the rules within reach.
    private static let request = FuzzTarget(
        name: "request", maximumLength: 1_024, words: words,
        seeds: {
            let fields = try sample()
            return [
                [0] + Array(fields.input.utf8) + [0] + Array(fields.signature.utf8),
                [1] + Array(list(fields).utf8),
            ]
        },
        check: { input in
            let house = try World.get().issuer
            let rest = Array(input.dropFirst())
            if (input.first ?? 0) & 1 == 0 {
                let parts = rest.split(
                    separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { return }
                let fields = SignatureFields(
                    input: String(decoding: parts[0], as: UTF8.self),
                    signature: String(decoding: parts[1], as: UTF8.self))
                guard let read = verified(fields, house) else { return }
                let ours = verified(try sample(), house)
                require(read == ours, "request: forged")
            } else {
                let text = String(decoding: rest, as: UTF8.self)
                let fields = try signed(text, house)
                guard let read = verified(fields, house) else { return }
                let skew = read.created.seconds - World.now.seconds
                require((-120...120).contains(skew), "request: a clock that differs")
                let lifetime = read.expires.seconds - read.created.seconds
                require((0...300).contains(lifetime), "request: lasts too long")
                require(read.expires >= World.now, "request: over")
                require((16...64).contains(read.nonce.utf8.count), "request: a nonce")
                require(
                    read.organisation == house.identity.organisation, "request: another house")
            }
        })

    private static func verified(_ fields: SignatureFields, _ house: House) -> VerifiedRequest? {
        try? UnverifiedRequest(components, fields).verify(by: house.identity, at: World.now)
    }

    /// Signs a list as it stands: the components that it begins with, then itself.
    private static func signed(_ list: String, _ house: House) throws -> SignatureFields {
        let values = [
            "\"@method\"": "PUT", "\"@target-uri\"": components.targetURI,
            "\"content-digest\"": ContentDigest.text(ContentDigest.empty),
            "\"upload-offset\"": "0", "\"upload-length\"": "65536",
        ]
        let names = list.dropFirst().prefix { $0 != ")" }.split(separator: " ").map(String.init)
        let lines = names.map { "\($0): \(values[$0] ?? "")" }
        let base = (lines + ["\"@signature-params\": \(list)"]).joined(separator: "\n")
        let signature = try house.key(.exchange).signature(for: Array(base.utf8))
        return SignatureFields(
            input: "a=\(list)", signature: "a=:\(Base64.encode(signature)):")
    }

    private static func sampleTerms() throws -> ReceiptTerms {
        let world = try World.get()
        return ReceiptTerms(
            event: .delivered, recipient: world.issuer.identity.organisation,
            sender: world.reader.identity.organisation, parcel: Digest.sha256(of: [1]),
            time: World.now)
    }

    private static let receipt = FuzzTarget(
        name: "receipt", maximumLength: 1_200, takesHexadecimal: true, areas: ["receipt"],
        seeds: {
            let terms = try sampleTerms()
            return [
                try terms.signed(by: World.get().issuer.key(.exchange)), terms.encoded(),
            ]
        },
        check: { input in
            let world = try World.get()
            let house = world.issuer
            let sender = world.reader.identity.organisation
            let known = try sampleTerms().signed(by: house.key(.exchange))
            if let read = try? UnverifiedReceipt(decoding: input),
                let verified = try? read.verify(by: house.identity, sender: sender)
            {
                require(verified.bytes == known, "receipt: forged")
            }
            let signed = try COSESign1.sign(
                input, as: .receipt, with: house.key(.exchange)
            ).bytes
            guard let read = try? UnverifiedReceipt(decoding: signed),
                let verified = try? read.verify(by: house.identity, sender: sender)
            else { return }
            require(verified.terms.event == .delivered, "receipt: a daemon says more")
            require(
                verified.terms.recipient == house.identity.organisation, "receipt: another's")
            ObjectTargets.requireOneEncoding("receipt", verified.terms.encoded(), input)
        })

    private static let address = FuzzTarget(
        name: "address", maximumLength: 300,
        words: ["https://", "unix:/", ":443", ".example", "[::1]"].map { Array($0.utf8) },
        areas: ["address"],
        seeds: {
            ["https://daemon.example:8443", "https://[2001:db8::1]", "unix:/run/socket"].map {
                Array($0.utf8)
            }
        },
        check: { input in
            let text = String(decoding: input, as: UTF8.self)
            guard let read = try? ServiceAddress(text) else { return }
            let pin = Digest.sha256(of: [1])
            require(read.base(pin: pin).hasPrefix("https://"), "address: base")
            switch read.place {
            case .socket(let path): require("unix:\(path)" == text, "address: two spellings")
            case .machine(let host, let port):
                require((1...65_535).contains(port), "address: port")
                let shown = host.contains(":") ? "[\(host)]" : host
                let again = "https://\(shown)" + (port == 443 ? "" : ":\(port)")
                // A number in brackets may do without colons, as the text says.
                let bracketed = "https://[\(host)]" + (port == 443 ? "" : ":\(port)")
                require(again == text || bracketed == text, "address: two spellings")
            }
        })

    private static let invitation = FuzzTarget(
        name: "invitation", maximumLength: 1_100,
        words: [Array("carepass-invitation-1.".utf8)], areas: ["invitation"],
        seeds: {
            let endpoint = Endpoint(
                address: try ServiceAddress("https://daemon.example"),
                pin: Digest.sha256(of: [1]))
            let invitation = Invitation(
                endpoint: endpoint, secret: [UInt8](repeating: 3, count: 16),
                expires: World.end)
            return [Array(invitation.text.utf8)]
        },
        check: { input in
            let text = String(decoding: input, as: UTF8.self)
            guard let read = try? Invitation(text: text) else { return }
            require(
                text.split(whereSeparator: \.isWhitespace).map(String.init) == [read.text],
                "invitation: two spellings")
            require(
                Invitation.secret(in: read.authorization) == read.secret, "invitation: secret")
        })

    private static let noticeBytes = 8_704
    private static let noticeBinding = CBORItem.array([
        .text("Encrypt0"), .bytes(noticeHeader), .bytes(Array("care-passport/1 notice".utf8)),
    ]).encoded()
    private static let noticeHeader = CBORItem(fields: [
        (1, CBORItem(Profile.net.boxAlgorithm))
    ]).encoded()

    /// What a hostile sender seals: the input is the plaintext, padded where it fits. As it
    /// arrives, it must not be a notice at all.
    private static let notice = FuzzTarget(
        name: "notice", maximumLength: 8_704, takesHexadecimal: true,
        seeds: {
            let world = try World.get()
            return [
                CBORItem(fields: [(1, CBORItem(1)), (2, .bytes(world.withdrawal.bytes))]),
                CBORItem(fields: [(1, CBORItem(2)), (2, .bytes([1, 2, 3]))]),
            ].map { $0.encoded() }
        },
        check: { input in
            let house = try World.get().reader
            let key = try house.openingKey(.sealNet)
            require(isRefused { try Notice(opening: input, with: key) }, "notice: forged")
            guard input.count + 4 <= noticeBytes else { return }
            let box = try HPKEBox.seal(
                Padding.pad(input, to: noticeBytes), to: key.publicKey,
                authenticating: noticeBinding)
            let sealed = CBORItem.tagged(
                16,
                .array([
                    .bytes(noticeHeader), CBORItem(fields: [(-4, .bytes(box.encapsulatedKey))]),
                    .bytes(box.ciphertext),
                ])
            ).encoded()
            guard let read = try? Notice(opening: sealed, with: key) else { return }
            let (kind, object) =
                switch read {
                case .withdrawal(let bytes): (1, bytes)
                case .receipt(let bytes): (2, bytes)
                }
            let again = CBORItem(fields: [(1, CBORItem(kind)), (2, .bytes(object))]).encoded()
            require(again == input, "notice: two encodings")
            require(object.count <= Limits.withdrawalBytes, "notice: too long")
        })
}
