import Foundation
import Glibc

/// One reader of untrusted bytes and what must hold for every input.
struct FuzzTarget: Sendable {
    /// The name on the command line.
    let name: String
    /// Bytes of the longest input.
    let maximumLength: Int
    /// Words that inputs are made of.
    var words: [[UInt8]] = []
    /// Extensions of files from which inputs may start.
    var files: Set<String> = []
    /// Whether hexadecimal text in test vectors is of use here.
    var takesHexadecimal = false
    /// Folders of test vectors that are about the same objects; they are looked at first.
    var areas: [String] = []
    /// Makes inputs of a file's bytes.
    var fromFile: @Sendable ([UInt8]) -> [[UInt8]] = { [$0] }
    /// Inputs from which to start, made here.
    let seeds: @Sendable () throws -> [[UInt8]]
    /// Checks one input. What it throws is a fault of the target's own making.
    let check: @Sendable ([UInt8]) throws -> Void

    /// All targets, in the order in which they run.
    static let all: [FuzzTarget] =
        TextTargets.all + CodingTargets.all + ObjectTargets.all + TrustTargets.all
        + EnvelopeTargets.all + ExchangeTargets.all + AuditTargets.all + CareTargets.all
        + FHIRTargets.all + PaperTargets.all

    static func named(_ name: String) throws -> FuzzTarget {
        guard let target = all.first(where: { $0.name == name }) else {
            throw Unusable(what: "no target '\(name)'")
        }
        return target
    }

    /// The target of this process; libFuzzer's callback can be handed nothing else.
    static let current: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["CAREPASS_FUZZ_TARGET"] ?? ""
        do { return try named(name) } catch { stop("\(error)") }
    }()

    /// Makes what the target needs and runs it once.
    func warmUp() throws {
        for seed in try seeds().prefix(1) { try check(seed) }
    }

    /// Checks one input; a fault of the target's own stops the run as a finding does.
    func run(_ input: [UInt8]) {
        do { try check(input) } catch { stop("\(name): \(error)") }
    }
}

/// The harness cannot do what it was asked to.
struct Unusable: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}

/// Stops the process so that libFuzzer keeps the input.
func stop(_ what: String) -> Never {
    FileHandle.standardError.write(Data("PROPERTY: \(what)\n".utf8))
    abort()
}

/// Stops the process when a property does not hold. Unlike `precondition` it says which, in a
/// release build too.
func require(_ holds: Bool, _ what: @autoclosure () -> String) {
    if !holds { stop(what()) }
}

/// The value, or a stop: for what must never be refused.
func mustHold<Value>(_ what: String, _ body: () throws -> Value) -> Value {
    do { return try body() } catch { stop("\(what): \(error)") }
}

/// True when `body` throws.
func isRefused<Value: ~Copyable>(_ body: () throws -> Value) -> Bool {
    do {
        _ = try body()
        return false
    } catch {
        return true
    }
}
