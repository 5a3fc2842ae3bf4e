import Foundation

// Figures are ratios within one run: this machine's speed, and its noise, cancel out.
let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200
do {
    let world = try BenchWorld()
    print("rounds: \(rounds); median of each, measured in turns")
    try SealBench(world: world).run(rounds)
    try OpenBench(world: world).run(rounds)
    try LogBench().run(max(rounds / 20, 5))
} catch {
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    exit(70)
}
