import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

/// Recipients whose daemon is not what it should be.
@Suite(.serialized) struct HostilePeerTests {
    /// An organisation whose manifest says that its mailbox is at a port under a key.
    private static func recipient(_ name: String, port: Int, pin: Digest) throws -> Correspondent {
        var seed = Randomness.system.bytes(32)
        let log = try SigningKey(seed: SecretBytes(consuming: &seed), purpose: .log)
        return try Correspondent(
            name,
            at: Endpoint(address: ServiceAddress("https://127.0.0.1:\(port)"), pin: pin),
            keys: [], logKey: log.verifyingKey)
    }

    @Test(
        "Silent, lying, redirecting and foreign peers hold up only what is for them",
        .enabled(if: HostilePeer.python != nil || Tracing.isRequired, HostilePeer.reason))
    func othersAreServedMeanwhile() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            let honest = try DaemonProcess(in: folder.file("h"))
            let foreign = try DaemonProcess(in: folder.file("f"))
            for process in [daemon, honest, foreign] { try await process.startUp() }
            let sender = try await Correspondent.paired("Sender", with: daemon)
            let friend = try await Correspondent.paired("Friend", with: honest)
            try await sender.follow(friend)
            try await friend.follow(sender)
            // The hostile ones have the honest daemon's TLS key, as a thief of it has.
            let pin = friend.endpoint.pin
            var peers: [HostilePeer] = []
            var recipients: [(name: String, house: Correspondent)] = []
            for manner in HostilePeer.Manner.allCases {
                let peer = try await HostilePeer(
                    manner, elsewhere: Self.port(honest), keysIn: honest.data)
                peers.append(peer)
                recipients.append(
                    (manner.rawValue, try Self.recipient("Away", port: peer.port, pin: pin)))
            }
            recipients.append(
                ("foreign", try Self.recipient("Away", port: Self.port(foreign), pin: pin)))
            recipients.append(
                ("absent", try Self.recipient("Away", port: LoopbackPort.free(), pin: pin)))
            for (_, house) in recipients {
                try await sender.follow(house)
                #expect(try await sender.handOver(Parcel(), to: house).get().status == 201)
            }
            for _ in 0..<5 {
                #expect(try await sender.handOver(Parcel(), to: friend).get().status == 201)
            }
            try await Poll.until("the friend has everything", every: .milliseconds(100)) {
                try await friend.inbox().count == 5
            }
            try await Self.checkWaiting(sender, recipients)
            withExtendedLifetime(peers) {}
            for process in [daemon, honest, foreign] { try await process.stop() }
        }
    }

    private static func port(_ daemon: DaemonProcess) -> Int {
        if case .machine(let port) = daemon.place { port } else { 0 }
    }

    /// Each of them waits, with a code that says why and nothing that the peer said.
    private static func checkWaiting(
        _ sender: Correspondent, _ recipients: [(name: String, house: Correspondent)]
    ) async throws {
        let names = Dictionary(
            recipients.map { ($0.house.organisation.text, $0.name) },
            uniquingKeysWith: { first, _ in first })
        try await Poll.until("every attempt is over", every: .milliseconds(200)) {
            try await sender.outbox().filter { names[$0.recipient] != nil }
                .allSatisfy { $0.attempts >= 1 }
        }
        let expected = [
            "silent": ["exchange.unreachable"],
            "noise": ["exchange.unreachable", "exchange.wrongPeer"],
            "garbage": ["exchange.badAnswer", "exchange.unreachable"],
            "redirect": ["exchange.badAnswer", "status-307"],
            // Whether its line was cut before the answer was read, only time tells.
            "liar": ["exchange.badAnswer", "exchange.malformed"], "foreign": ["exchange.wrongPeer"],
            "absent": ["exchange.unreachable"],
        ]
        for entry in try await sender.outbox() {
            guard let name = names[entry.recipient] else { continue }
            #expect(entry.state == .waiting && entry.nextAttempt != nil, "\(name)")
            #expect(
                expected[name]?.contains(entry.lastProblem ?? "") == true,
                "\(name): \(entry.lastProblem ?? "no problem")")
        }
    }
}
