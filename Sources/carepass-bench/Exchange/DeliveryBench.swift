import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust

/// From one agent to the other through two daemons, against its three parts alone.
struct DeliveryBench {
    let rounds: Int

    private struct Scene {
        let sending: BenchClient
        let forwarding: BenchClient
        let fetching: BenchClient
        let owner: OrganisationID
        let recipient: OrganisationID
        /// Followed, and nobody has an address of it: what is handed over for it stays.
        let unreachable: OrganisationID
    }

    private static let bar = 1.5
    private static let patience = Duration.seconds(10)

    func run() async throws {
        let folder = try BenchFolder()
        let near = try BenchDaemon("near", in: folder)
        let far = try BenchDaemon("far", in: folder)
        let sender = try BenchOrganisation("sender", at: near)
        let recipient = try BenchOrganisation("recipient", at: far)
        let unreachable = try BenchOrganisation("unreachable")
        try await near.host(sender, following: [recipient, unreachable])
        try await far.host(recipient, following: [sender])
        try near.start()
        try far.start()
        defer {
            near.stop()
            far.stop()
        }
        print(
            """
            delivery: one envelope of \(BenchParcel.usualBytes) bytes, from before it is handed \
            over until the recipient, who asks at most 1 ms after each answer, has fetched it. \
            The baseline counts what is done one after the other, each alone: 1 handing over, \
            1 forwarding (a question for what has arrived, a deposit), 1 page and 1 fetch
            """)
        let scene = Scene(
            sending: try BenchClient(sender, near.endpoint),
            forwarding: try BenchClient(sender, far.endpoint),
            fetching: try BenchClient(recipient, far.endpoint),
            owner: sender.organisation, recipient: recipient.organisation,
            unreachable: unreachable.organisation)
        try await compare(scene)
    }

    private func compare(_ scene: Scene) async throws {
        var ours: [Duration] = []
        var parts: [[Duration]] = [[], [], []]
        var place: Int64 = 0
        for round in 0..<rounds + 10 {
            let whole = BenchParcel()
            let our = try await WallClock.time {
                place = try await deliver(whole, scene, after: place)
            }
            let alone = try await alone(scene, after: place)
            place += 1
            guard round >= 10 else { continue }
            ours.append(our)
            for (part, time) in alone.enumerated() { parts[part].append(time) }
        }
        let sums = ours.indices.map { round in
            parts.reduce(Duration.zero) { $0 + $1[round] }
        }
        await WallClock.report("delivery", ours, sums, bar: Self.bar)
        let each = parts.map { "\(Stopwatch.microseconds(Stopwatch.median($0)))" }
        print("  hand over \(each[0]) µs, forward \(each[1]) µs, page and fetch \(each[2]) µs")
    }

    private func deliver(
        _ parcel: BenchParcel, _ scene: Scene, after place: Int64
    ) async throws -> Int64 {
        try await scene.sending.handOver(parcel, from: scene.owner, to: scene.recipient)
        let end = ContinuousClock.now + Self.patience
        while true {
            let page = try await scene.fetching.page(of: scene.recipient, after: place)
            if page.parcels.contains(where: { $0.parcel == "\(parcel.digest)" }) { break }
            guard ContinuousClock.now < end else { throw BenchFault(what: "not delivered") }
            try await Task.sleep(for: .microseconds(500))
        }
        _ = try await scene.fetching.fetch(parcel.digest, of: scene.recipient)
        return place + 1
    }

    private func alone(_ scene: Scene, after place: Int64) async throws -> [Duration] {
        let parcel = BenchParcel()
        let forward = try await WallClock.time {
            _ = try await scene.forwarding.caller.uploadParcel(
                to: scene.forwarding.endpoint, ExchangePath.inbox(scene.recipient, parcel.digest),
                .bytes(parcel.bytes), kind: .envelope, digest: parcel.digest, maximumAttempts: 1
            ).get()
        }
        let fetch = try await WallClock.time {
            let page = try await scene.fetching.page(of: scene.recipient, after: place)
            guard page.parcels.count == 1 else { throw BenchFault(what: "another page") }
            _ = try await scene.fetching.fetch(parcel.digest, of: scene.recipient)
        }
        // Last: what the daemon does about it afterwards falls into no other part.
        let other = BenchParcel()
        let handOver = try await WallClock.time {
            try await scene.sending.handOver(other, from: scene.owner, to: scene.unreachable)
        }
        return [handOver, forward, fetch]
    }
}
