import Foundation
import Testing

/// Daemons that end as in a power cut, at hundreds of random moments.
@Suite struct KillTests {
    /// `make soak` asks for ten times as many.
    private static let wanted =
        ProcessInfo.processInfo.environment["CAREPASS_SOAK"] == "1" ? 3_000 : 300

    @Test("kill -9 at random moments loses nothing acknowledged, delivers nothing twice")
    func nothingAcknowledgedIsLostAndNothingComesTwice() async throws {
        try await Apart.run {
            let driver = try await KillDriver()
            // A start is killed seven times in one round, the others once or twice.
            let phases: [KillDriver.Phase] = [
                .deposit, .forward, .fetch, .receipt, .deposit, .startUp, .forward, .fetch,
                .receipt,
            ]
            var round = 0
            while driver.points.values.reduce(0, +) < Self.wanted {
                try await driver.round(phases[round % phases.count])
                round += 1
            }
            try await driver.reckon()
            let points = driver.points
            let counts = KillDriver.Phase.allCases.map { "\(points[$0] ?? 0) \($0.rawValue)" }
            #expect(points.values.reduce(0, +) >= Self.wanted && points.count == 5)
            // Kills that fall between requests would prove nothing.
            #expect(driver.cuts >= Self.wanted / 20)
            print(
                "kill -9 at \(points.values.reduce(0, +)) points: "
                    + counts.joined(separator: ", ")
                    + "; \(driver.cuts) requests cut, nothing lost, nothing twice")
        }
    }
}
