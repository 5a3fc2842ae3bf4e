import Foundation

// Arguments: rounds, then the names of the comparisons, all if there is none.
// Figures are ratios within one run: this machine's speed, and its noise, cancel out.
let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200
do {
    let world = try BenchWorld()
    print("rounds: \(rounds); median of each in processor time, measured in turns")
    let wanted = Set(CommandLine.arguments.dropFirst(2))
    func isWanted(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
    if isWanted("seal") { try SealBench(world: world).run(rounds) }
    if isWanted("open") { try OpenBench(world: world).run(max(rounds / 4, 5)) }
    if isWanted("log") { try LogBench().run(max(rounds / 4, 5)) }
} catch {
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    exit(70)
}
