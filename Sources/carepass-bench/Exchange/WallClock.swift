/// Time on the wall: what is measured here waits for a disk and for other processes.
enum WallClock {
    static func time(_ body: () async throws -> Void) async rethrows -> Duration {
        let start = ContinuousClock.now
        try await body()
        return start.duration(to: .now)
    }

    /// One line: ours, the baseline, the ratio of their medians, and whether it is within a bar
    /// where there is one.
    static func report(
        _ name: String, _ ours: [Duration], _ bare: [Duration], bar: Double? = nil
    ) async {
        let our = Stopwatch.median(ours)
        let base = Stopwatch.median(bare)
        var line =
            "\(name): \(Stopwatch.microseconds(our)) µs, bare \(Stopwatch.microseconds(base)) µs, "
            + "ratio \(Stopwatch.rounded(our / base))"
        if let bar {
            line += ", "
            line += await Bars.shared.judge(
                name, our / base <= bar, "at most \(Stopwatch.rounded(bar))")
        }
        print(line)
    }
}
