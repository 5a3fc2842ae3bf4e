import CarePassport
import PassportCoding
import PassportCrypto
import PassportTrust

extension Door {
    static func cbor(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let item = try CBORReader.item(from: bytes)
        try sameBytes(item.encoded(), bytes, "the item")
        return .accepted(["type": .text(name(item)), "items": .int(count(item))])
    }

    private static func name(_ item: CBORItem) -> String {
        switch item {
        case .unsigned: "unsigned"
        case .negative: "negative"
        case .bytes: "bytes"
        case .text: "text"
        case .array: "array"
        case .map: "map"
        case .tagged: "tag"
        case .bool: "bool"
        case .null: "null"
        }
    }

    private static func count(_ item: CBORItem) -> Int {
        switch item {
        case .array(let items): items.reduce(1) { $0 + count($1) }
        case .map(let map): map.entries.reduce(1) { $0 + count($1.key) + count($1.value) }
        case .tagged(_, let content): 1 + count(content)
        default: 1
        }
    }

    static func section(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let section = try Section(decoding: bytes)
        try sameBytes(section.encoded(), bytes, "the section")
        guard case .map(let map) = try CBORReader.item(from: bytes) else {
            throw VectorProblem("the section is no map")
        }
        return .accepted([
            "kind": .int(section.content.kind), "person": .hex(section.person.bytes),
            "notUnderstood": .int(section.notUnderstood),
            "supersedes": .hex(section.supersedes), "content": .hex(map[CBORItem(4)]?.encoded()),
        ])
    }

    private static let types: [ObjectType] = [
        .passport, .grant, .disclosure, .withdrawal, .manifest, .staffCertificate, .act,
        .statusList, .receipt,
    ]

    private static func type(_ input: Input) throws -> ObjectType {
        let name = try input.text("type")
        guard let type = types.first(where: { $0.mediaType == name }) else {
            throw VectorProblem("no such type")
        }
        return type
    }

    static func sign1(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let object = try COSESign1(
            decoding: bytes, as: type(input), maximum: Limits.passportBytes)
        try sameBytes(object.bytes, bytes, "the object")
        let payload = try object.verify(with: input.key("key"))
        if input.has("countersigner") {
            guard let second = object.countersignature else {
                throw CryptoError(.badSignature, .refused, "no countersignature")
            }
            try second.verify(on: object, with: input.key("countersigner"))
        }
        return .accepted([
            "payload": .hex(payload.bytes), "digest": .hex(object.digest.bytes),
            "keyHash": .hex(object.keyHash.bytes),
            "countersigner": .hex(object.countersignature?.keyHash.bytes),
        ])
    }

    static func sign(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let object = try COSESign(
            decoding: bytes, as: type(input), maximum: Limits.manifestBytes)
        try sameBytes(object.bytes, bytes, "the object")
        let keys = try input.bytesList("keys").map { try VerifyingKey(rawRepresentation: $0) }
        let valid = try object.countValidSignatures(from: keys)
        guard valid >= (try input.int("threshold")) else {
            throw TrustError(.belowThreshold, .refused, "too few root signatures")
        }
        return .accepted([
            "payload": .hex(object.unverifiedPayload),
            "signers": .hexes(object.signerKeyHashes.map(\.bytes)), "valid": .int(valid),
        ])
    }

    static func manifest(_ input: Input) throws -> Outcome {
        var chain = try ManifestChain(verifying: input.bytesList("manifests"))
        if input.has("known") {
            chain = try ManifestChain(verifying: input.bytesList("known")).updated(with: chain)
        }
        return .accepted([
            "organisation": .hex(chain.organisation.digest.bytes),
            "epoch": .int(chain.current.epoch), "number": .int(chain.current.version),
            "hash": .hex(chain.currentHash.bytes), "roles": .int(chain.current.roleKeys.count),
            "services": chain.current.services.isEmpty
                ? .null : .list(chain.current.services.map(service)),
        ])
    }

    private static func service(_ service: Service) -> JSON {
        [
            "address": .text(service.address), "pin": .hex(service.tlsKeyHash.bytes),
            "logKey": .hex(service.logKey.rawRepresentation),
        ]
    }

    static func identity(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let identity = try Identity(decoding: bytes)
        try sameBytes(identity.encoded(), bytes, "the identity")
        let fingerprint = Fingerprint(of: identity)
        if input.has("fingerprint") {
            guard try Fingerprint(typed: input.text("fingerprint")) == fingerprint else {
                throw TrustError(.fingerprintMismatch, .refused, "another fingerprint")
            }
        }
        var expected = [
            "organisation": JSON.hex(identity.organisation.digest.bytes),
            "name": .text(identity.name), "fingerprint": .text(fingerprint.text),
        ]
        if input.has("sealing") {
            let name = try input.text("sealing")
            let key = try identity.sealingKey(
                name == "seal-net" ? .sealNet : .sealPaper, at: input.time("time"))
            expected["sealingKey"] = .hex(key.rawRepresentation)
        }
        return .accepted(.object(expected))
    }

    static func staff(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let certificate = try StaffCertificate(
            verifying: bytes, by: Identity(decoding: input.bytes("identity")))
        try sameBytes(certificate.bytes, bytes, "the certificate")
        return .accepted([
            "organisation": .hex(certificate.organisation.digest.bytes),
            "key": .hex(certificate.key.rawRepresentation),
            "notBefore": .int(Int(certificate.notBefore.seconds)),
            "notAfter": .int(Int(certificate.notAfter.seconds)),
        ])
    }

    static func status(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let list = try SignedStatusList(
            verifying: bytes, by: Identity(decoding: input.bytes("identity")),
            newest: input.has("newest") ? input.time("newest") : nil)
        try sameBytes(list.bytes, bytes, "the list")
        var expected = [
            "uri": JSON.text(list.uri), "issued": .int(Int(list.issued.seconds)),
            "expires": .int(Int(list.expires.seconds)), "entries": .int(list.list.count),
        ]
        guard input.has("reference") else { return .accepted(.object(expected)) }
        let part = input.part("reference")
        let freshness = try list.freshness(
            of: StatusReference(uri: part.text("uri"), index: part.int("index")),
            at: input.time("now"))
        expected["freshness"] = .text(freshness.name)
        if case .stale(let days) = freshness { expected["days"] = .int(days) }
        let outcome = Outcome.accepted(.object(expected))
        return switch freshness {
        case .fresh: outcome
        case .stale, .unknown: outcome.with(.warn)
        case .ended, .endedEarlier: outcome.with(.refused)
        }
    }
}
