/// Time on the wall: what is measured here waits for a disk and for other processes.
enum WallClock {
    static func time(_ body: () async throws -> Void) async rethrows -> Duration {
        let start = ContinuousClock.now
        try await body()
        return start.duration(to: .now)
    }

    /// One line: ours, the baseline, and the ratio of their medians.
    static func report(_ name: String, _ ours: [Duration], _ bare: [Duration]) {
        let our = Stopwatch.median(ours)
        let base = Stopwatch.median(bare)
        print(
            "\(name): \(Stopwatch.microseconds(our)) µs, bare \(Stopwatch.microseconds(base)) µs, "
                + "ratio \(Stopwatch.rounded(our / base))")
    }
}
