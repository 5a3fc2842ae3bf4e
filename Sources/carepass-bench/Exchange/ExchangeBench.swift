import PassportClient

/// The daemon's bars: deposits, large mailboxes, memory, and the way from agent to agent.
enum ExchangeBench {
    static let names = ["deposit", "flat", "memory", "delivery"]

    /// - Parameter rows: parcels in the large mailbox.
    /// - Returns: what is not within its bar.
    static func run(_ wanted: Set<String>, rounds: Int, rows: Int) throws -> [String] {
        try Blocking.run {
            if wanted.contains("deposit") { try await DepositBench(rounds: rounds).run() }
            if wanted.contains("delivery") { try await DeliveryBench(rounds: rounds).run() }
            if wanted.contains("memory") { try await MemoryBench().run() }
            if wanted.contains("flat") {
                try await FlatBench(rows: rows, requests: max(rounds, 300)).run()
            }
            return await Bars.shared.missed
        }
    }
}
