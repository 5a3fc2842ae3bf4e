import PassportCoding
import PassportCrypto
import PassportTrust

/// Identities, manifest chains, certificates and status lists.
enum TrustTargets {
    static let all: [FuzzTarget] = [identity, manifest, staffCertificate, statusList, entries]

    /// An identity file has one encoding, and its chain is one that roots signed.
    private static let identity = FuzzTarget(
        name: "identity", maximumLength: 8_192, takesHexadecimal: true, areas: ["identity"],
        seeds: {
            let world = try World.get()
            return [world.issuer.identity.encoded(), world.reader.identity.encoded()]
        },
        check: { input in
            guard let read = try? Identity(decoding: input) else { return }
            require(read.encoded() == input, "identity: two encodings")
            let world = try World.get()
            for house in [world.issuer, world.reader]
            where read.organisation == house.identity.organisation {
                require(read.chain.current == house.manifest, "identity: a forged manifest")
            }
        })

    /// The payload of a manifest that all roots signed: it follows the first one or it does not,
    /// and an update never goes back. The first byte says whose roots sign.
    private static let manifest = FuzzTarget(
        name: "manifest", maximumLength: 4_096, takesHexadecimal: true,
        seeds: {
            let house = try World.get().issuer
            var second = house.manifest
            second.organisation = house.identity.organisation
            second.version = 2
            second.previous = house.identity.chain.currentHash
            var opening = second
            opening.epoch = 2
            opening.version = 1
            opening.rootKeys = [try house.root(next: true).verifyingKey]
            return [
                [0] + house.manifest.encoded(), [0] + second.encoded(), [1] + opening.encoded(),
            ]
        },
        check: { input in
            let house = try World.get().issuer
            let usesNext = (input.first ?? 0) & 1 == 1
            let payload = Array(input.dropFirst())
            guard !payload.isEmpty else { return }
            var builder = COSESign.Builder(payload, as: .manifest)
            try builder.sign(with: house.root(next: usesNext))
            let signed = try builder.finish().bytes
            if let alone = try? ManifestChain(verifying: [signed]) {
                ObjectTargets.requireOneEncoding("manifest", alone.current.encoded(), payload)
                require(alone.organisation.digest == Digest.sha256(of: payload), "manifest: id")
                require(alone.current.version == 1, "manifest: a chain without its beginning")
            }
            let known = house.identity.chain
            guard let chain = try? ManifestChain(verifying: known.manifests + [signed]) else {
                return
            }
            let (old, new) = (known.current, chain.current)
            ObjectTargets.requireOneEncoding("manifest", new.encoded(), payload)
            require(chain.organisation == known.organisation, "manifest: another organisation")
            if new.epoch == old.epoch {
                require(!usesNext && new.rootKeys == old.rootKeys, "manifest: roots changed")
                require(new.nextRootKeyHashes == old.nextRootKeyHashes, "manifest: commitments")
                require(new.version == old.version + 1, "manifest: a gap")
            } else {
                require(usesNext && new.epoch == old.epoch + 1, "manifest: an epoch not committed")
                require(
                    new.rootKeys.allSatisfy { old.nextRootKeyHashes.contains($0.keyHash) },
                    "manifest: a root not committed to")
            }
            require((try? known.updated(with: chain)) == chain, "manifest: an update refused")
            require(isRefused { try chain.updated(with: known) }, "manifest: an update went back")
        })

    private static let staffCertificate = FuzzTarget(
        name: "staff-certificate", maximumLength: 1_024, takesHexadecimal: true, areas: ["staff"],
        seeds: {
            try ObjectTargets.known(.staffCertificate) + ObjectTargets.payloads(.staffCertificate)
        },
        check: { input in
            let house = try World.get().issuer
            if (try? StaffCertificate(verifying: input, by: house.identity)) != nil {
                require(
                    try ObjectTargets.known(.staffCertificate).contains(input),
                    "staff certificate: forged")
            }
            let signed = try COSESign1.sign(
                input, as: .staffCertificate, with: house.key(.issue)
            ).bytes
            guard
                let read = try? StaffCertificate(verifying: signed, by: house.identity)
            else { return }
            require(read.organisation == house.identity.organisation, "staff certificate: house")
            require(read.notBefore <= read.notAfter, "staff certificate: ends before it begins")
            let again = try StaffCertificate.make(
                organisation: read.organisation, key: read.key, notBefore: read.notBefore,
                notAfter: read.notAfter, issuer: house.key(.issue))
            require(
                again == signed || ObjectTargets.holdsIgnorable(input),
                "staff certificate: two encodings")
        })

    private static let statusList = FuzzTarget(
        name: "status-list", maximumLength: 2_048,
        words: [Array("urn:carepass:status:".utf8), Array("bits".utf8), Array("lst".utf8)],
        takesHexadecimal: true, areas: ["status"],
        seeds: { try ObjectTargets.known(.statusList) + ObjectTargets.payloads(.statusList) },
        check: { input in
            let house = try World.get().issuer
            if (try? SignedStatusList(verifying: input, by: house.identity)) != nil {
                require(
                    try ObjectTargets.known(.statusList).contains(input), "status list: forged")
            }
            let signed = try COSESign1.sign(input, as: .statusList, with: house.key(.status)).bytes
            guard let read = try? SignedStatusList(verifying: signed, by: house.identity)
            else { return }
            let number = read.uri.split(separator: ":").last.flatMap { Int($0) } ?? -1
            require(
                read.uri == house.identity.organisation.statusListURI(number),
                "status list: another house's address")
            require(read.issued <= read.expires, "status list: expires before it is issued")
            require(isRefused { try read.list.status(at: read.list.count) }, "status list: end")
            let beyond = StatusReference(uri: read.uri, index: read.list.count)
            require(
                isRefused { try read.freshness(of: beyond, at: World.now) },
                "status list: an entry beyond the end is fresh")
            if let newer = try? SignedStatusList(
                verifying: signed, by: house.identity, newest: read.issued.adding(seconds: 1))
            {
                require(newer.issued == .latest, "status list: rolled back")
            }
        })

    /// Bits of a list: one ended entry ends no other. First byte: bits; next two: the entry.
    private static let entries = FuzzTarget(
        name: "status-entries", maximumLength: 1_024,
        seeds: {
            [[2, 0, 3] + Zlib.deflate([0, 0, 0, 0]), [1, 0, 9] + Zlib.deflate([0xA5, 0])]
        },
        check: { input in
            guard input.count > 3 else { return }
            let bits = Int(input[0])
            let index = Int(input[1]) << 8 | Int(input[2])
            guard
                let list = try? TokenStatusList(bits: bits, compressed: Array(input.dropFirst(3)))
            else { return }
            require([1, 2, 4, 8].contains(bits), "status entries: odd bits")
            require((try? list.status(at: index)) != nil || index >= list.count, "status entries")
            let again = mustHold("status entries: own list refused") {
                try TokenStatusList(bits: bits, compressed: list.compressed())
            }
            require(again == list, "status entries: reads as another list")
            guard bits == 2, index < list.count else { return }
            var ended = list
            ended.end(index)
            for place in max(0, index - 5)..<min(list.count, index + 5) {
                let expected = place == index ? TokenStatusList.ended : try list.status(at: place)
                require(try ended.status(at: place) == expected, "status entries: a neighbour")
            }
        })
}
