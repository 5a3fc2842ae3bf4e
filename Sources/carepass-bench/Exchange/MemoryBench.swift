import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust

/// What a daemon holds in memory, by what the kernel says, idle and with large bodies on many
/// connections at once.
struct MemoryBench {
    private static let idleBar = 40_000_000
    private static let loadBar = 200_000_000
    private static let connections = 64
    private static let sizes = [BenchParcel.usualBytes, 1_048_576, Limits.envelopeBytes]

    func run() async throws {
        let folder = try BenchFolder()
        for size in Self.sizes { try await run(size, folder) }
    }

    private func run(_ size: Int, _ folder: BenchFolder) async throws {
        let daemon = try BenchDaemon("memory-\(size)", in: folder)
        // One sender each: what one organisation may have under way at once is bounded.
        let senders = try (0..<Self.connections).map { try BenchOrganisation("sender \($0)") }
        let recipient = try BenchOrganisation("recipient", at: daemon)
        try await daemon.host(recipient, following: senders)
        try daemon.start()
        defer { daemon.stop() }
        let idle = try daemon.memory("VmRSS")
        let own = try daemon.memory("RssAnon")
        let readers = try senders.map { _ in try BenchClient(recipient, daemon.endpoint) }
        let parcel = BenchParcel(size)
        let file = folder.path("body-\(size)")
        try Data(parcel.bytes).write(to: URL(filePath: file))
        let owner = recipient.organisation
        let deposits = try senders.map { try BenchClient($0, daemon.endpoint) }
        try await all(deposits) { client, _ in
            _ = try await client.caller.call(
                client.endpoint, "PUT", ExchangePath.inbox(owner, parcel.digest),
                body: .file(path: file, offset: 0, count: size),
                mediaType: ParcelKind.envelope.mediaType, digest: parcel.digest
            ).get()
        }
        let afterDeposits = try daemon.memory("VmHWM")
        try await all(readers) { client, number in
            let sink = folder.path("fetched-\(size)-\(number)")
            _ = try await client.caller.call(
                client.endpoint, "GET", ExchangePath.inbox(owner, parcel.digest),
                into: .file(path: sink, maximum: size)
            ).get()
            try FileManager.default.removeItem(atPath: sink)
        }
        let most = try daemon.memory("VmHWM")
        let name = "memory, bodies of \(size) bytes"
        let verdicts = (
            idle: await Bars.shared.judge("\(name), idle", idle < Self.idleBar, "under 40 MB"),
            load: await Bars.shared.judge("\(name), loaded", most < Self.loadBar, "under 200 MB")
        )
        print(
            "memory: \(Self.connections) connections, bodies of \(size) bytes: idle "
                + "\(Self.megabytes(idle)) MB (its own \(Self.megabytes(own)) MB, the rest is program "
                + "and libraries), at most while they deposit "
                + "\(Self.megabytes(afterDeposits)) MB, and fetch "
                + "\(Self.megabytes(most)) MB, now "
                + "\(Self.megabytes(try daemon.memory("VmRSS"))) MB; idle \(verdicts.idle), "
                + "loaded \(verdicts.load)")
    }

    private func all(
        _ clients: [BenchClient],
        _ body: @escaping @Sendable (BenchClient, Int) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, client) in clients.enumerated() {
                group.addTask { try await body(client, number) }
            }
            try await group.waitForAll()
        }
    }

    private static func megabytes(_ bytes: Int) -> String {
        let tenths = (bytes + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
