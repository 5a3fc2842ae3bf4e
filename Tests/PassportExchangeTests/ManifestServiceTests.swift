import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@Suite("Manifests: where the mailbox is")
struct ManifestServiceTests {
    private func service(_ address: String, _ number: UInt8 = 1) throws -> Service {
        Service(
            address: address, tlsKeyHash: Digest.sha256(of: [number]),
            logKey: try House.izmir.key(.log, number).verifyingKey)
    }

    private func services(_ count: Int) throws -> [Service] {
        try (0..<count).map { try service("https://d\($0).example") }
    }

    /// Reads a manifest whose part −1 is exactly this.
    private func read(_ part: CBORItem?) throws -> [Service] {
        let house = House.izmir
        let fields = try CBORReader.item(from: house.manifest().encoded())
        guard case .map(let map) = fields else { return [] }
        var pairs = map.entries.map { ($0.key, $0.value) }
        if let part { pairs.append((CBORItem(-1), part)) }
        let bytes = try COSESign.Builder(CBORItem.map(CBORMap(pairs)).encoded(), as: .manifest)
            .signed(by: house.root())
        return try ManifestChain(verifying: [bytes]).current.services
    }

    private func item(_ service: Service) -> CBORItem {
        .array([
            .text(service.address), service.tlsKeyHash.item,
            .bytes(service.logKey.rawRepresentation),
        ])
    }

    private func refuses(_ part: CBORItem) -> Bool { (try? read(part)) == nil }

    @Test("services come back, ordered by address")
    func roundTrip() throws {
        let services = try services(Limits.services)
        let chain = try ManifestChain(verifying: [
            House.izmir.sign(House.izmir.manifest(services: services.reversed()))
        ])
        #expect(chain.current.services == services)
        #expect(try read(.array(services.map(item))) == services)
    }

    @Test("no services, no part: the manifest has the bytes that it always had")
    func none() throws {
        #expect(try read(nil) == [])
        #expect(refuses(.array([])))
    }

    @Test("services out of order, twice, or one too many are refused")
    func lists() throws {
        let two = try services(2)
        #expect(refuses(.array([item(two[1]), item(two[0])])))
        #expect(refuses(.array([item(two[0]), item(two[0])])))
        // One address, two keys: which one answers would be for the reader to say.
        let twin = try service("https://d0.example", 2)
        #expect(refuses(.array([item(two[0]), item(twin)])))
        #expect(try !refuses(.array(services(Limits.services).map(item))))
        #expect(try refuses(.array(services(Limits.services + 1).map(item))))
    }

    @Test("a service of another form is refused")
    func forms() throws {
        let good = item(try service("https://d.example"))
        #expect(!refuses(.array([good])))
        guard case .array(let parts) = good else { return }
        let short = CBORItem.bytes([UInt8](repeating: 1, count: 31))
        for other in [
            Array(parts.dropLast()), parts + [.null], [parts[0], short, parts[2]],
            [parts[0], parts[1], short], [.text(""), parts[1], parts[2]],
            [.bytes([1]), parts[1], parts[2]],
            [.text(String(repeating: "a", count: Limits.addressBytes + 1)), parts[1], parts[2]],
        ] {
            #expect(refuses(.array([.array(other)])))
        }
        let most = CBORItem.text(String(repeating: "a", count: Limits.addressBytes))
        #expect(!refuses(.array([.array([most, parts[1], parts[2]])])))
    }

    @Test("the next manifest follows, keeps everything, and adds the daemon's key")
    func amending() throws {
        let house = House.izmir
        let identity = try house.identity()
        var next = identity.nextManifest(issued: second(10), expires: second(1_000))
        #expect(next.version == 2 && next.previous == identity.chain.currentHash)
        #expect(next.organisation == identity.organisation)
        #expect(next.issued == second(10) && next.expires == second(1_000))
        #expect(next.roleKeys == identity.chain.current.roleKeys)
        let daemon = try signingKey(200, .exchange).verifyingKey
        next.roleKeys.append(
            RoleKey(
                purpose: .exchange, keyHash: daemon.keyHash, notBefore: start,
                notAfter: second(1_000)))
        next.services = [try service("https://d.example")]
        // A list is put into its order by whoever states a manifest, here by stating it again.
        let stated = KeyManifest(
            organisation: next.organisation, epoch: next.epoch, version: next.version,
            previous: next.previous, rootKeys: next.rootKeys, threshold: next.threshold,
            nextRootKeyHashes: next.nextRootKeyHashes, nextThreshold: next.nextThreshold,
            issued: next.issued, expires: next.expires, roleKeys: next.roleKeys, name: next.name,
            services: next.services)
        let extended = try identity.extended(by: house.sign(stated), adding: [daemon])
        #expect(extended.organisation == identity.organisation)
        #expect(extended.chain.current.services == next.services)
        _ = try extended.signingKey(daemon.keyHash, for: .exchange)
        _ = try extended.signingKey(
            house.key(.exchange).verifyingKey.keyHash, for: .exchange)
        #expect(try Identity(decoding: extended.encoded()) == extended)
    }

    @Test("a manifest of other roots, without its keys, or that does not follow is refused")
    func notExtended() throws {
        let house = House.izmir
        let identity = try house.identity()
        let next = identity.nextManifest(issued: second(10), expires: second(1_000))
        #expect((try? identity.extended(by: house.sign(next), adding: [])) != nil)
        #expect((try? identity.extended(by: House.athens.sign(next), adding: [])) == nil)
        var gap = next
        gap.version += 1
        #expect((try? identity.extended(by: house.sign(gap), adding: [])) == nil)
        var parted = next
        parted.previous = Digest.sha256(of: [1])
        #expect((try? identity.extended(by: house.sign(parted), adding: [])) == nil)
        var more = next
        more.roleKeys = [
            RoleKey(
                purpose: .exchange, keyHash: try signingKey(200, .exchange).verifyingKey.keyHash,
                notBefore: start, notAfter: second(1_000))
        ]
        #expect((try? identity.extended(by: house.sign(more), adding: [])) == nil)
    }

    @Test("keys that the next manifest no longer names are left out")
    func fewerKeys() throws {
        let house = House.izmir
        let identity = try house.identity()
        var next = identity.nextManifest(issued: second(10), expires: second(1_000))
        next.roleKeys.removeAll { $0.purpose == .exchange }
        let extended = try identity.extended(by: house.sign(next), adding: [])
        #expect(extended.signingKeys(for: .exchange).isEmpty)
        #expect(extended.signingKeys(for: .consent).count == 1)
    }
}

extension COSESign.Builder {
    /// The object under one signature.
    func signed(by key: borrowing SigningKey) throws -> [UInt8] {
        var builder = self
        try builder.sign(with: key)
        return try builder.finish().bytes
    }
}
