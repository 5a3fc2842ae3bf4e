import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

/// Homes that pair again, and homes whose daemon was stolen.
@Suite(.serialized) struct PairingTests {
    /// Requests for an organisation under the keys of a daemon's folder, as its thief signs them.
    struct Thief: RequestSigner {
        let organisation: OrganisationID
        let keys: NodeKeys

        func sign(
            _ components: RequestComponents, at now: Timestamp
        ) throws(ExchangeError) -> SignatureFields {
            try components.signed(
                for: organisation, by: keys.exchange, at: now, randomness: .system)
        }
    }

    private static func fingerprint(_ world: World, _ home: String) throws -> String {
        try #require(try world.ask(home, ["org", "show"])["fingerprint"].string)
    }

    private static func manifests(_ world: World, _ home: String) throws -> Int {
        try world.ask(home, ["org", "export", "--out", world.path("\(home).now")])
        return try Identity(decoding: world.folder.bytes("\(home).now")).chain.manifests.count
    }

    @Test("A pairing that broke off goes on without a second manifest of one number")
    func pairingAgainDoesNotFork() async throws {
        try await Apart.run {
            let world = try World()
            let daemon = try DaemonProcess(in: world.path("daemon"))
            try await daemon.startUp()
            // Nobody invited, so the daemon refuses, and what was signed for it counts nowhere.
            let unpaired = try Self.fingerprint(world, "izmir")
            let invitation = try daemon.invitation()
            let forged = Invitation(
                endpoint: invitation.endpoint, secret: Randomness.system.bytes(16),
                expires: invitation.expires)
            try world.ask("izmir", ["daemon", "pair", forged.text], expecting: 77)
            #expect(try Self.fingerprint(world, "izmir") == unpaired)
            #expect(try Self.manifests(world, "izmir") == 1)
            // Then it works; and when the answer is lost, so does the used invitation again.
            let first = try world.ask("izmir", ["daemon", "pair", invitation.text])
            let fingerprint = try #require(first["fingerprint"].string)
            let again = try world.ask("izmir", ["daemon", "pair", invitation.text])
            #expect(again["fingerprint"].string == fingerprint)
            try world.ask("izmir", ["daemon", "pair", daemon.invitation().text])
            #expect(try Self.manifests(world, "izmir") == 2)
            #expect(try Self.fingerprint(world, "izmir") == fingerprint)
            try world.ask("izmir", ["sync"])
            // An invitation is for one organisation.
            try world.ask("munich", ["daemon", "pair", invitation.text], expecting: 77)
            try await daemon.stop()
        }
    }

    @Test("After 'daemon pair --stolen' peers refuse the stolen daemon's key")
    func aStolenDaemonIsShutOut() async throws {
        try await Apart.run {
            let world = try World()
            let stolen = try DaemonProcess(in: world.path("stolen"))
            let fresh = try DaemonProcess(in: world.path("fresh"))
            let peer = try DaemonProcess(in: world.path("peer"))
            for daemon in [stolen, fresh, peer] { try await daemon.startUp() }
            try world.ask("izmir", ["daemon", "pair", stolen.invitation().text])
            try world.ask("munich", ["daemon", "pair", peer.invitation().text])
            try Self.tell(world, "izmir", to: "munich")
            try Self.tell(world, "munich", to: "izmir")
            for home in ["izmir", "munich"] { try world.ask(home, ["sync"]) }
            let izmir = try Identity(decoding: world.folder.bytes("izmir.tell")).organisation
            let munich = try Identity(decoding: world.folder.bytes("munich.tell")).organisation
            let thief = ExchangeCaller(
                transport: try PinnedTransport(),
                signer: Thief(organisation: izmir, keys: try NodeKeys.load(from: stolen.data)),
                clock: { .current })
            let endpoint = try peer.invitation().endpoint
            func deposit() async throws -> Int {
                let parcel = Parcel()
                let reply = try await thief.uploadParcel(
                    to: endpoint, ExchangePath.inbox(munich, parcel.digest),
                    .bytes(parcel.bytes), kind: .envelope, digest: parcel.digest,
                    maximumAttempts: 1)
                switch reply {
                case .success(let answer): return answer.status
                case .problem(let problem): return problem.status
                }
            }
            #expect(try await deposit() == 201, "the daemon sends for Izmir")
            let paired = try world.ask(
                "izmir", ["daemon", "pair", fresh.invitation().text, "--stolen"])
            #expect(paired["reachable"].bool == true)
            try Self.tell(world, "izmir", to: "munich")
            for home in ["izmir", "munich"] { try world.ask(home, ["sync"]) }
            #expect(try await deposit() == 401, "the key has ended")
            // And the new one does its work.
            _ = try world.grant("izmir", world.passport, to: "Clinic Munich", "emergency")
            let envelope = try world.packs(
                "izmir", [world.passport], to: "Clinic Munich", as: "to-munich")
            try world.ask("izmir", ["send", envelope, "--to", "Clinic Munich"])
            try await Poll.until("Munich fetches from the new daemon", every: .milliseconds(300)) {
                let fetched = try world.ask("munich", ["fetch"])["fetched"].list
                return fetched.contains { $0["sender"].string == izmir.text }
                    && FileManager.default.fileExists(atPath: envelope)
            }
            for daemon in [stolen, fresh, peer] { try await daemon.stop() }
        }
    }

    /// Another home takes in the newest identity file.
    private static func tell(_ world: World, _ home: String, to other: String) throws {
        let file = world.path("\(home).tell")
        try world.ask(home, ["org", "export", "--out", file])
        try world.ask(other, ["take-in", file])
    }
}
