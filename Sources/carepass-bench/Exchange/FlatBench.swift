import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust

/// A page and a fetch from a small and a large mailbox, in turns.
struct FlatBench {
    let rows: Int
    let requests: Int

    private static let bar = 1.2
    private static let few = 1_000
    private static let parcelBytes = 256
    private static let writers = 512

    func run() async throws {
        let folder = try BenchFolder()
        let small = try await Box(folder, "few", Self.few)
        let large = try await Box(folder, "many", rows)
        defer {
            small.daemon.stop()
            large.daemon.stop()
        }
        print(
            """
            inbox: mailboxes of \(Self.few) and of \(rows) parcels of \(Self.parcelBytes) bytes, \
            each on a daemon of its own; pages of \(Limits.pageItems) from random places, \
            fetches of random parcels; the signed request, its nonce synced, and the answer. \
            The baseline is the same from the small one
            """)
        var pages: (small: [Duration], large: [Duration]) = ([], [])
        var fetches: (small: [Duration], large: [Duration]) = ([], [])
        for round in 0..<requests + 20 {
            let page = (try await small.page(), try await large.page())
            let fetch = (try await small.fetch(), try await large.fetch())
            guard round >= 20 else { continue }
            pages.small.append(page.0)
            pages.large.append(page.1)
            fetches.small.append(fetch.0)
            fetches.large.append(fetch.1)
        }
        await WallClock.report("inbox page", pages.large, pages.small, bar: Self.bar)
        await WallClock.report("inbox fetch", fetches.large, fetches.small, bar: Self.bar)
    }

    /// A daemon with one full mailbox.
    private final class Box {
        let daemon: BenchDaemon
        private let owner: BenchOrganisation
        private let client: BenchClient
        private let parcels: [Digest]

        init(_ folder: BenchFolder, _ name: String, _ count: Int) async throws {
            let daemon = try BenchDaemon(name, in: folder)
            let owner = try BenchOrganisation("owner", at: daemon)
            let sender = try BenchOrganisation("sender")
            try await daemon.host(owner, following: [sender])
            let start = ContinuousClock.now
            var parcels: [Digest] = []
            try await daemon.whileStopped { mailroom in
                parcels = try await Self.fill(mailroom, owner, sender, count)
            }
            print("inbox: \(count) deposits took \(start.duration(to: .now).components.seconds) s")
            try daemon.start()
            self.daemon = daemon
            self.owner = owner
            self.parcels = parcels
            client = try BenchClient(owner, daemon.endpoint)
        }

        private static func fill(
            _ mailroom: Mailroom, _ owner: BenchOrganisation, _ sender: BenchOrganisation,
            _ count: Int
        ) async throws -> [Digest] {
            let now = Timestamp.system
            let (to, from) = (owner.organisation, sender.organisation)
            let receipt = try ReceiptTerms(
                event: .delivered, recipient: to, sender: from, parcel: Digest.sha256(of: []),
                time: now
            ).signed(by: mailroom.keys.exchange)
            return try await withThrowingTaskGroup(of: [Digest].self) { group in
                for writer in 0..<writers {
                    let share = count / writers + (writer < count % writers ? 1 : 0)
                    group.addTask {
                        var digests: [Digest] = []
                        for _ in 0..<share {
                            let bytes = BenchParcel(parcelBytes).bytes
                            let parcel = try await mailroom.parcel(from: bytes)
                            _ = try await mailroom.deposit(
                                parcel, for: to, from: from, kind: .envelope, receipt: receipt,
                                now: now)
                            digests.append(parcel.digest)
                        }
                        return digests
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }

        func page() async throws -> Duration {
            let places = max(parcels.count - Limits.pageItems, 1)
            let after = Int64(Randomness.system.number(below: places))
            return try await WallClock.time {
                let page = try await client.page(of: owner.organisation, after: after)
                guard page.parcels.count == min(Limits.pageItems, parcels.count) else {
                    throw BenchFault(what: "a page of \(page.parcels.count)")
                }
            }
        }

        func fetch() async throws -> Duration {
            let parcel = parcels[Randomness.system.number(below: parcels.count)]
            return try await WallClock.time {
                let bytes = try await client.fetch(parcel, of: owner.organisation)
                guard bytes.count == parcelBytes else { throw BenchFault(what: "a fetch") }
            }
        }
    }
}
