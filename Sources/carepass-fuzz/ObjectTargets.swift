import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Signed objects. Each input is read twice: as an object that arrived, where only what the
/// world signed may verify, and as a payload that a house was talked into signing, which brings
/// the reader of claims within reach.
enum ObjectTargets {
    static let all: [FuzzTarget] = [
        sign1, sign, passport, grant, withdrawal, disclosure, keyFile,
    ]

    private static let types: [ObjectType] = [
        .passport, .grant, .disclosure, .withdrawal, .staffCertificate, .act, .statusList,
        .receipt,
    ]

    /// Objects that the world signed, by type.
    static func known(_ type: ObjectType) throws -> [[UInt8]] {
        let world = try World.get()
        return switch type {
        case .passport: [world.passport.bytes]
        case .grant: world.grants.map(\.grant.bytes)
        case .disclosure: [world.disclosure]
        case .withdrawal: [world.withdrawal.bytes]
        case .staffCertificate: [world.staffCertificate]
        case .statusList: [world.statusList.bytes]
        default: []
        }
    }

    /// Payloads of what the world signed, by type.
    static func payloads(_ type: ObjectType) throws -> [[UInt8]] {
        try known(type).map {
            try COSESign1(
                decoding: $0, as: type, maximum: Limits.envelopeBytes
            ).unverifiedPayload
        }
    }

    /// An object around a payload; its signature is never looked at.
    static func wrap(_ payload: [UInt8], _ type: ObjectType) throws -> [UInt8] {
        let header = CBORItem(fields: [
            (1, CBORItem(-19)), (4, Digest.sha256(of: []).item), (16, .text(type.mediaType)),
        ]).encoded()
        let signature = [UInt8](repeating: 0, count: 64)
        return CBORItem.tagged(
            18,
            .array([
                .bytes(header), CBORItem(fields: []), .bytes(payload), .bytes(signature),
            ])
        ).encoded()
    }

    /// True when some map inside has a negative key, which a reader may ignore.
    static func holdsIgnorable(_ payload: [UInt8]) -> Bool {
        func holds(_ item: CBORItem) -> Bool {
            switch item {
            case .array(let items): return items.contains(where: holds)
            case .tagged(_, let item): return holds(item)
            case .map(let map):
                return map.entries.contains { entry in
                    if case .negative = entry.key { return true }
                    return holds(entry.value)
                }
            default: return false
            }
        }
        return (try? CBORReader.item(from: payload)).map(holds) ?? false
    }

    /// Terms that were read write the bytes they were read from, ignorable parts aside.
    static func requireOneEncoding(_ name: String, _ encoded: [UInt8], _ payload: [UInt8]) {
        require(
            encoded == payload || holdsIgnorable(payload), "\(name): terms with two encodings")
    }

    /// One changed bit breaks a signature; the first input byte names the type, the next two
    /// the bit.
    private static let sign1 = FuzzTarget(
        name: "cose-sign1", maximumLength: 2_048, words: words, takesHexadecimal: true,
        seeds: {
            try types.enumerated().flatMap { number, type in
                try known(type).map { [UInt8(number), 0, 9] + $0 }
            }.filter { $0.count <= 2_048 }
        },
        check: { input in
            guard input.count > 3 else { return }
            let world = try World.get()
            let type = types[Int(input[0]) % types.count]
            let body = Array(input.dropFirst(3))
            if let object = try? COSESign1(decoding: body, as: type, maximum: 2_048) {
                require(object.bytes == body, "sign1: other bytes than were read")
                let again = try? CBORReader.item(from: body).encoded()
                require(again == body, "sign1: two encodings")
                for purpose in KeyPurpose.roles where purpose.isSigning {
                    let key = try world.issuer.key(purpose).verifyingKey
                    guard (try? object.verify(with: key)) != nil else { continue }
                    require(
                        try known(type).contains(body), "sign1: verifies, and nobody signed it")
                }
            }
            guard let purpose = type.signers.first(where: { $0.rawValue <= 8 }) else { return }
            let key = try world.issuer.key(purpose)
            var bytes = try COSESign1.sign(body, as: type, with: key).bytes
            let bit = (Int(input[1]) << 8 | Int(input[2])) % (bytes.count * 8)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let broken = try? COSESign1(decoding: bytes, as: type, maximum: 4_096)
            require(
                isRefused { try broken?.verify(with: key.verifyingKey).bytes } || broken == nil,
                "sign1: verifies with one bit changed")
        })

    private static let words: [[UInt8]] =
        types.map { Array($0.mediaType.utf8) } + [
            [0xD2, 0x84], [0xA3, 0x01, 0x32], [0x58, 0x40],
        ]

    private static let sign = FuzzTarget(
        name: "cose-sign", maximumLength: 2_048, takesHexadecimal: true,
        areas: ["sign", "manifest"],
        seeds: { try World.get().issuer.identity.chain.manifests },
        check: { input in
            guard
                let object = try? COSESign(decoding: input, as: .manifest, maximum: 2_048)
            else { return }
            require(object.bytes == input, "sign: other bytes than were read")
            require(
                Set(object.signerKeyHashes).count == object.signerKeyHashes.count,
                "sign: one key twice")
            let world = try World.get()
            let root = try world.issuer.root(next: false).verifyingKey
            let count = (try? object.countValidSignatures(from: [root, root])) ?? 0
            require(count <= 1, "sign: one key counts twice")
            require(
                count == 0 || object.unverifiedPayload == world.issuer.manifest.encoded(),
                "sign: verifies, and nobody signed it")
        })

    private static let passport = FuzzTarget(
        name: "passport", maximumLength: 6_144, takesHexadecimal: true, areas: ["passport"],
        seeds: { try known(.passport) + payloads(.passport) },
        check: { input in
            let world = try World.get()
            if let arrived = try? UnverifiedPassport(decoding: input),
                (try? arrived.verify(by: world.issuer.identity)) != nil
            {
                require(try known(.passport).contains(input), "passport: forged")
            }
            for bytes in [input, try wrap(input, .passport)] {
                guard let read = try? UnverifiedPassport(decoding: bytes) else { continue }
                require(
                    read.claims.encoded() == read.object.unverifiedPayload,
                    "passport: claims with two encodings")
                require(read.claims.slots.count == read.claims.commitments.count, "passport: slots")
            }
        })

    private static let grant = FuzzTarget(
        name: "grant", maximumLength: 3_072, takesHexadecimal: true, areas: ["grant"],
        seeds: { try known(.grant) + payloads(.grant) },
        check: { input in
            let world = try World.get()
            if let read = try? UnverifiedGrant(decoding: input),
                (try? read.verify(for: world.passport, identities: world.identities)) != nil
            {
                require(try known(.grant).contains(input), "grant: forged")
            }
            guard let read = try? UnverifiedGrant(decoding: wrap(input, .grant)) else { return }
            requireOneEncoding("grant", read.terms.encoded(), input)
            let signed = try UnverifiedGrant(decoding: sign(input, for: read.terms))
            guard
                let verified = try? signed.verify(
                    for: world.passport, identities: world.identities)
            else { return }
            require(!isRefused { try verified.terms.checkRules() }, "grant: verified against rules")
            require(verified.terms.passport == world.passport.digest, "grant: another passport")
            require(verified.lineage.count <= Limits.onwardDepth + 1, "grant: passed on too often")
            for (child, parent) in zip(verified.lineage, verified.lineage.dropFirst()) {
                require(
                    Set(child.sections).isSubset(of: parent.sections)
                        && child.until <= parent.until && child.onward < parent.onward,
                    "grant: wider than its parent")
            }
            // Whoever signed here signed alone; a desk that is named has not countersigned.
            require(verified.terms.desk == nil, "grant: a desk that never signed")
        })

    /// Signs a grant's payload with the key of whoever it names.
    private static func sign(_ payload: [UInt8], for terms: GrantTerms) throws -> [UInt8] {
        let world = try World.get()
        guard case .organisation(let id) = terms.authority else {
            let holder = try world.card.holderKey(for: world.passport.claims.id)
            return try COSESign1.sign(payload, as: .grant, with: holder).bytes
        }
        let house = id == world.reader.identity.organisation ? world.reader : world.issuer
        return try COSESign1.sign(payload, as: .grant, with: house.key(.consent)).bytes
    }

    private static let withdrawal = FuzzTarget(
        name: "withdrawal", maximumLength: 2_048, takesHexadecimal: true, areas: ["withdrawal"],
        seeds: { try known(.withdrawal) + payloads(.withdrawal) },
        check: { input in
            let world = try World.get()
            if let read = try? UnverifiedWithdrawal(decoding: input),
                (try? read.verify(for: world.passport, identities: world.identities)) != nil
            {
                require(try known(.withdrawal).contains(input), "withdrawal: forged")
            }
            guard let read = try? UnverifiedWithdrawal(decoding: wrap(input, .withdrawal))
            else { return }
            requireOneEncoding("withdrawal", read.terms.encoded(), input)
            let holder = try world.card.holderKey(for: world.passport.claims.id)
            let signed = try UnverifiedWithdrawal(
                decoding: COSESign1.sign(input, as: .withdrawal, with: holder).bytes)
            if let verified = try? signed.verify(
                for: world.passport, identities: world.identities)
            {
                require(verified.terms.authority == .holder, "withdrawal: of another authority")
                require(verified.terms.passport == world.passport.digest, "withdrawal: passport")
            }
        })

    private static let disclosure = FuzzTarget(
        name: "disclosure", maximumLength: 2_048, takesHexadecimal: true, areas: ["disclosure"],
        seeds: { try known(.disclosure) + payloads(.disclosure) },
        check: { input in
            let sender = try World.get().issuer.identity
            if let read = try? UnverifiedDisclosure(decoding: input),
                (try? read.verify(by: sender)) != nil
            {
                require(try known(.disclosure).contains(input), "disclosure: forged")
            }
            guard let read = try? UnverifiedDisclosure(decoding: wrap(input, .disclosure))
            else { return }
            requireOneEncoding("disclosure", read.terms.encoded(), input)
        })

    /// Around the passphrase, not through it: Argon2id takes 64 MiB for one input.
    private static let keyFile = FuzzTarget(
        name: "key-file", maximumLength: 1_024, takesHexadecimal: true, areas: ["keyfile"],
        seeds: {
            let salt = [UInt8](repeating: 1, count: 16)
            let file = CBORItem(fields: [
                (1, CBORItem(1)), (2, .bytes(salt)), (3, .bytes(salt + salt)),
            ])
            let record = [UInt8](repeating: 1, count: 33)
            return [file.encoded(), record + record]
        },
        check: { input in
            if let parts = try? KeyFile.parse(input) {
                let item = CBORItem(fields: [
                    (1, CBORItem(1)), (2, .bytes(parts.salt)), (3, .bytes(parts.ciphertext)),
                ])
                require(item.encoded() == input, "key file: two encodings")
            }
            var plaintext = input
            if let file = try? KeyFile(consuming: &plaintext) {
                require(file.purposes.count * 33 == input.count, "key file: a key was skipped")
            }
        })
}
