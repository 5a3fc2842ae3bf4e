import Foundation

// Arguments: rounds, then the names of the comparisons, all if there is none; `exchange` stands
// for all four of the daemon's. `--rows 100000` makes the large mailbox smaller.
// Figures are ratios within one run: this machine's speed, and its noise, cancel out. Of the
// daemon's each says whether it is within its bar; a bar that was missed ends the run with 1 only
// with `--strict`, for what others do on a shared machine must not fail it.
var arguments = Array(CommandLine.arguments.dropFirst())
var rows = 1_000_000
if let place = arguments.firstIndex(of: "--rows"), place + 1 < arguments.count {
    rows = Int(arguments[place + 1]) ?? rows
    arguments.removeSubrange(place...place + 1)
}
let isStrict = arguments.contains("--strict")
arguments.removeAll { $0 == "--strict" }
let rounds = arguments.first.flatMap { Int($0) } ?? 200
do {
    let wanted = Set(arguments.drop { Int($0) != nil })
    func isWanted(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
    let exchange = ExchangeBench.names.filter { isWanted($0) || wanted.contains("exchange") }
    if ["seal", "open", "log"].contains(where: isWanted) {
        print("rounds: \(rounds); median of each in processor time, measured in turns")
        let world = try BenchWorld()
        if isWanted("seal") { try SealBench(world: world).run(rounds) }
        if isWanted("open") { try OpenBench(world: world).run(max(rounds / 4, 5)) }
        if isWanted("log") { try LogBench().run(max(rounds / 4, 5)) }
    }
    if !exchange.isEmpty {
        print("rounds: \(rounds); median of each in time on the wall, measured in turns")
        let missed = try ExchangeBench.run(Set(exchange), rounds: rounds, rows: rows)
        for name in missed { print("MISSED: \(name)") }
        if isStrict, !missed.isEmpty { exit(1) }
    }
} catch {
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    exit(70)
}
