import Foundation
import PassportCoding
import PassportCrypto
import PassportSecrecy
import Testing

/// What a thief finds who takes a daemon's machine while it runs: files, logs and memory.
@Suite(.serialized) struct StolenServerTests {
    /// A canary for bytes that must not be found in any form.
    private static func canary(_ field: String, _ bytes: [UInt8]) -> Canary {
        Canary(
            section: "key", field: field, text: field, patterns: CanaryForm.forms(of: bytes))
    }

    /// The seeds in a key file, one for each purpose.
    private static func seeds(_ world: World, _ path: String, _ passphrase: String) throws
        -> [Canary]
    {
        var words = Array(passphrase.utf8)
        let (salt, ciphertext) = try KeyFile.parse(world.folder.bytes(path))
        let records = try Passphrase(consuming: &words).key(salt: salt)
            .open(ciphertext, authenticating: Array("care-passport/1 key file".utf8))
        try #require(records.count.isMultiple(of: 33) && !records.isEmpty)
        return stride(from: 0, to: records.count, by: 33).map { start in
            canary("\(path) \(records[start])", Array(records[start + 1..<start + 33]))
        }
    }

    /// Every secret of the homes.
    private static func secrets(_ world: World) throws -> [Canary] {
        var all: [Canary] = []
        for home in World.homes {
            for file in ["keystore", "root", "next-root"] {
                all += try seeds(world, "\(home)/\(file).key", World.passphrase)
            }
            all += try seeds(
                world, "\(home)/operator-dr-\(home).key", World.operatorPassphrase)
        }
        for half in ["consent-half.txt", "carry-half.txt"] {
            let text = String(decoding: try world.folder.bytes("card/\(half)"), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            all.append(canary(half, Array(text.utf8)))
            let bare = text.replacingOccurrences(of: "-", with: "")
            all.append(canary("bare \(half)", Array(bare.utf8)))
        }
        all += [World.passphrase, World.operatorPassphrase].map { canary($0, Array($0.utf8)) }
        return all
    }

    /// The name of a passport or a grant: how many there are, and which, is nobody's business.
    private static func name(_ field: String, _ id: String) throws -> Canary {
        let bytes = try Hexadecimal.decode(id)
        return Canary(
            section: "name", field: field, text: id,
            patterns: CanaryForm.forms(of: bytes) + CanaryForm.forms(of: Array(id.utf8)))
    }

    /// Izmir sends Athens an envelope full of canaries.
    private static func traffic(_ scene: ExchangeWorld) async throws -> [Canary] {
        let world = scene.world
        let inputs = try TemporaryFolder()
        let form = CanaryForm(CanaryInput.supplement, seed: 77)
        let file = try inputs.write(form.bytes, to: "supplement")
        let imported = try world.ask(
            "izmir", ["summary", "import", "--supplement", file, "--cadre", "nurse"])
        let summary = try #require(imported["summary"].string)
        let sealed = try world.ask("izmir", ["seal", summary, "--card", world.consentHalf])
        let passport = try #require(sealed["passport"].string)
        var names = [try Self.name("passport", passport)]
        for (home, name) in [("athens", "Clinic Athens"), ("munich", "Clinic Munich")] {
            let grant = try world.grant(
                "izmir", passport, to: name, "emergency,medication,care,scores,diagnosis,risk")
            names.append(try Self.name("grant for \(home)", grant))
            let envelope = try world.packs(
                "izmir", [passport], to: name, as: "to-\(home).envelope")
            try world.ask("izmir", ["send", envelope, "--to", name])
            var file: String?
            try await Poll.until("\(home) fetches", every: .milliseconds(300)) {
                file = try world.ask(home, ["fetch"])["fetched"][0]["file"].string
                return file != nil
            }
            _ = try world.opens(home, try #require(file))
            if home == "athens" {
                try world.ask(
                    "izmir", ["withdraw", "--grant", grant, "--out", world.path("withdrawal")])
            }
        }
        for home in World.homes + ["izmir"] { try world.ask(home, ["sync"]) }
        // One more that nobody fetches stays in the daemon's hands.
        try world.ask("izmir", ["send", world.envelope, "--to", "Clinic Athens"])
        return form.canaries + names
    }

    @Test("A stolen server holds no care content and no secret key, on disk or in memory")
    func aStolenServerHoldsNothing() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            let canaries = try await Self.traffic(scene) + Self.secrets(world)
            let search = CanarySearch(canaries)
            // The search is worth something only when it finds what is there.
            #expect(search.found(in: try world.folder.bytes("card/consent-half.txt")).count >= 1)
            for daemon in [scene.open, scene.hidden] {
                let keys = try [UInt8](Data(contentsOf: URL(filePath: "\(daemon.data)/node.keys")))
                let own = CanarySearch([Self.canary("exchange seed", Array(keys[6..<38]))])
                #expect(own.found(in: keys).count == 1)
                var found: Set<String> = []
                var isOwnThere = false
                try ProcessMemory.scan(daemon.processID) { bytes in
                    found.formUnion(search.found(in: bytes).map { "\($0.section).\($0.field)" })
                    if !own.found(in: bytes).isEmpty { isOwnThere = true }
                }
                #expect(found.isEmpty, "in memory: \(found)")
                #expect(isOwnThere, "the daemon signs with its seed, so it has to be there")
                let finds = try search.finds(below: daemon.folder) { _, _ in false }
                #expect(finds.isEmpty, "\(finds)")
                #expect(FileTree.paths(below: daemon.folder).contains { $0.hasSuffix("-wal") })
            }
            try await scene.stop()
        }
    }
}
