import Foundation
import PassportCoding
import PassportCrypto
import PassportTrust

/// A deposit against what it cannot do without: in the daemon, and as its sender sees it.
struct DepositBench {
    let rounds: Int

    /// What one line meets says nothing of another (Spec/decisions/0012).
    private static let bar = 1.5
    private static let connections = 64
    private static let each = 4

    func run() async throws {
        let folder = try BenchFolder()
        let daemon = try BenchDaemon("deposit", in: folder)
        let sender = try BenchOrganisation("sender")
        let recipient = try BenchOrganisation("recipient", at: daemon)
        try await daemon.host(recipient, following: [sender])
        try daemon.start()
        defer { daemon.stop() }
        let rows = try DiskBaseline(.rows, in: folder.path("rows"))
        let blob = try DiskBaseline(.blob, in: folder.path("blob"))
        print(
            """
            deposit: one envelope of \(BenchParcel.usualBytes) bytes. The baseline counts 1 \
            Ed25519 verification, 1 SHA-256 over the envelope, and the rows of a deposit inserted \
            by bare statements, committed and synced by SQLite (WAL, FULL); one after the other. \
            'One row': the envelope alone, in a table without an index. In the daemon: from the \
            request's head until its answer is ready, without the waits for its body. As its \
            sender sees it: from before the request is signed until the receipt is here, over \
            TLS 1.3 on a kept connection to a carepassd in a process of its own
            """)
        try await alone(sender, recipient.organisation, daemon, rows, blob)
        try await together(sender, recipient.organisation, daemon, rows)
    }

    private func alone(
        _ sender: BenchOrganisation, _ recipient: OrganisationID, _ daemon: BenchDaemon,
        _ rows: DiskBaseline, _ blob: DiskBaseline
    ) async throws {
        let client = try BenchClient(sender, daemon.endpoint)
        var ours: [Duration] = []
        var bare: [Duration] = []
        var least: [Duration] = []
        var greetings: [Duration] = []
        for round in 0..<rounds + 20 {
            let parcel = BenchParcel()
            let bytes = Data(parcel.bytes)
            let our = try await WallClock.time {
                try await client.deposit(parcel, for: recipient)
            }
            let base = try await WallClock.time { try rows.run(bytes) }
            let row = try await WallClock.time { try blob.run(bytes) }
            let greeting = try await WallClock.time { try await client.greet() }
            guard round >= 20 else { continue }
            ours.append(our)
            bare.append(base)
            least.append(row)
            greetings.append(greeting)
        }
        let inDaemon = Array(
            try daemon.times("PUT", "/v1/organisations/{organisation}/inbox/{parcel}")
                .dropFirst(20))
        await WallClock.report("deposit alone, in the daemon", inDaemon, bare, bar: Self.bar)
        // Without a bar, and why: Spec/decisions/0012.
        await WallClock.report("  against one row", inDaemon, least)
        await WallClock.report("  as its sender sees it", ours, bare)
        print(
            "  of which an unsigned request that writes nothing, there and back: "
                + "\(Stopwatch.microseconds(Stopwatch.median(greetings))) µs")
    }

    private func together(
        _ sender: BenchOrganisation, _ recipient: OrganisationID, _ daemon: BenchDaemon,
        _ baseline: DiskBaseline
    ) async throws {
        let clients = try (0..<Self.connections).map { _ in
            try BenchClient(sender, daemon.endpoint)
        }
        var ours: [Duration] = []
        var bare: [Duration] = []
        for round in 0..<max(rounds / 10, 8) + 1 {
            let parcels = clients.map { _ in (0..<Self.each).map { _ in BenchParcel() } }
            let blobs = parcels.flatMap { $0.map { Data($0.bytes) } }
            let our = try await WallClock.time {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (client, parcels) in zip(clients, parcels) {
                        group.addTask {
                            for parcel in parcels {
                                try await client.deposit(parcel, for: recipient)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let base = try await WallClock.time { for blob in blobs { try baseline.run(blob) } }
            // In the first round the connections are made.
            guard round > 0 else { continue }
            ours.append(our / blobs.count)
            bare.append(base / blobs.count)
        }
        await WallClock.report(
            "deposit, \(Self.connections) connections, each", ours, bare, bar: Self.bar)
    }
}
