import CDispatch
import Glibc

/// Times two things in turns, so that both meet the same disturbances.
///
/// The processor's time for this thread, system calls included, not the clock on the wall: nothing
/// here waits, and what other programs do meanwhile must not enter a comparison.
enum Stopwatch {
    static func compare(
        _ name: String, rounds: Int, operations: Int = 1, ours: () throws -> Void,
        bare: () throws -> Void
    ) throws -> Double {
        var ourTimes: [Duration] = []
        var bareTimes: [Duration] = []
        for _ in 0..<3 {
            try ours()
            try bare()
        }
        for _ in 0..<rounds {
            ourTimes.append(try measure(ours))
            bareTimes.append(try measure(bare))
        }
        let our = median(ourTimes) / operations
        let base = median(bareTimes) / operations
        let ratio = our / base
        print(
            "\(name): \(microseconds(our)) µs, bare \(microseconds(base)) µs, ratio \(rounded(ratio))"
        )
        return ratio
    }

    private static func measure(_ body: () throws -> Void) rethrows -> Duration {
        let start = now()
        try body()
        return now() - start
    }

    private static func now() -> Duration {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    static func median(_ times: [Duration]) -> Duration {
        times.sorted()[times.count / 2]
    }

    static func microseconds(_ duration: Duration) -> Int {
        Int(duration / .microseconds(1))
    }

    static func rounded(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
