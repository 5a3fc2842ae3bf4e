/// The two codes of a dynamic block and the header that describes them (RFC 1951 §3.2.7).
struct DynamicCodes {
    /// The code of literals and lengths.
    let literals: PrefixEncoder
    /// The code of distances.
    let distances: PrefixEncoder

    /// A step of the header: a code length, or a repetition with its further bits.
    private struct Step {
        let symbol: Int
        var extra = 0
        var extraBits = 0
    }

    private let literalCount: Int
    private let distanceCount: Int
    private let code: PrefixEncoder
    private let codeCount: Int
    private let steps: [Step]
    /// Bits that the header takes.
    let headerCost: Int

    /// The shortest codes for these frequencies.
    init(literals literalUse: [Int], distances distanceUse: [Int]) {
        literals = PrefixEncoder(
            frequencies: literalUse, maximumLength: DeflateAlphabet.maximumCodeLength)
        distances = PrefixEncoder(
            frequencies: distanceUse, maximumLength: DeflateAlphabet.maximumCodeLength)
        literalCount = Self.used(literals.lengths, least: 257)
        distanceCount = Self.used(distances.lengths, least: 1)
        steps = Self.steps(
            literals.lengths[..<literalCount] + distances.lengths[..<distanceCount])
        var use = [Int](repeating: 0, count: DeflateAlphabet.codeLengthOrder.count)
        for step in steps { use[step.symbol] += 1 }
        code = PrefixEncoder(
            frequencies: use, maximumLength: DeflateAlphabet.maximumLengthCodeLength)
        let lengths = code.lengths
        codeCount = Self.used(DeflateAlphabet.codeLengthOrder.map { lengths[$0] }, least: 4)
        headerCost =
            14 + 3 * codeCount + code.cost(use) + steps.reduce(0) { $0 + $1.extraBits }
    }

    /// How many lengths there are without the zeros at the end.
    private static func used(_ lengths: [UInt8], least: Int) -> Int {
        max(least, (lengths.lastIndex { $0 > 0 } ?? 0) + 1)
    }

    private static func steps(_ lengths: ArraySlice<UInt8>) -> [Step] {
        var steps: [Step] = []
        var rest = lengths
        while let length = rest.first {
            let run = rest.prefix { $0 == length }.count
            let taken: Int
            if length == 0, run >= 11 {
                taken = min(run, 138)
                steps.append(Step(symbol: 18, extra: taken - 11, extraBits: 7))
            } else if length == 0, run >= 3 {
                taken = run
                steps.append(Step(symbol: 17, extra: taken - 3, extraBits: 3))
            } else if rest.startIndex > lengths.startIndex, run >= 3,
                lengths[rest.startIndex - 1] == length
            {
                taken = min(run, 6)
                steps.append(Step(symbol: 16, extra: taken - 3, extraBits: 2))
            } else {
                taken = 1
                steps.append(Step(symbol: Int(length)))
            }
            rest = rest.dropFirst(taken)
        }
        return steps
    }

    /// Bits that symbols of these frequencies take.
    func cost(_ literalUse: [Int], _ distanceUse: [Int]) -> Int {
        literals.cost(literalUse) + distances.cost(distanceUse)
    }

    /// Writes the header.
    func writeHeader(to writer: inout BitWriter) {
        writer.write(literalCount - 257, bits: 5)
        writer.write(distanceCount - 1, bits: 5)
        writer.write(codeCount - 4, bits: 4)
        for symbol in DeflateAlphabet.codeLengthOrder.prefix(codeCount) {
            writer.write(Int(code.lengths[symbol]), bits: 3)
        }
        for step in steps {
            code.write(step.symbol, to: &writer)
            writer.write(step.extra, bits: step.extraBits)
        }
    }
}
