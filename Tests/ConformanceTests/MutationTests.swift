import Foundation
import PassportCoding
import PassportTestSupport
import Testing

@testable import passport_vectors

/// Seeded damage to every positive vector: never a crash, never a fault, and nothing that was
/// damaged is taken for authentic.
@Suite struct MutationTests {
    /// What damage may leave standing.
    private enum Promise {
        /// Damaged bytes are refused.
        case refused
        /// Damaged bytes are refused, or say exactly what the whole ones said.
        case sameMeaning
        /// Damaged bytes are refused, or hold what as many listed keys signed.
        case samePayload
        /// Damaged bytes may be other bytes of the format: nothing authenticates them.
        case anything

        init(_ vector: Vector) {
            switch vector.area {
            // A stranger's signature is not looked at, so it may change, and be another's.
            case .sign where vector.path == "sign/two-and-a-stranger.json": self = .samePayload
            case .cbor, .section, .ring, .address, .invitation, .frame, .image: self = .anything
            // Spaces within a list are not signed; they mean nothing.
            case .request: self = .sameMeaning
            // Boxes of others, decoys and unknown signature lines may change; letters of a card
            // may change case.
            // One code of many may be lost.
            case .envelope, .swaps, .verification, .auditCheckpoint, .auditProof, .card, .sheets:
                self = .sameMeaning
            // Identity and certificates beside a proof are judged by whoever reads them.
            case .auditExport where vector.scenario.hasPrefix("proof-"): self = .sameMeaning
            default: self = .refused
            }
        }
    }

    private static let positive: [String] = VectorFolder.paths.filter { path in
        (try? VectorFolder.shelf.vector(path).verdict.isPositive) ?? false
    }

    /// The input that is damaged; whatever else there is stays whole.
    private static func target(_ area: Area) -> String {
        switch area {
        case .envelope, .swaps, .verification: "envelope"
        case .manifest: "manifests"
        case .slot: "ciphertext"
        case .card, .address, .invitation, .frame: "text"
        case .sheets: "codes"
        case .request: "signatureInput"
        case .auditCheckpoint: "note"
        case .auditProof: "proof"
        case .auditConsistency: "path"
        default: "bytes"
        }
    }

    private static func damaged(_ value: JSON, _ area: Area, _ mutator: inout Mutator) throws
        -> JSON
    {
        switch value {
        case .text(let text)
        where target(area) == "text" || area == .auditCheckpoint
            || area == .auditProof || area == .request || area == .sheets:
            return .text(String(decoding: mutator.mutated(Array(text.utf8)), as: UTF8.self))
        case .text(let text): return .hex(mutator.mutated(try Hexadecimal.decode(text)))
        case .list(var elements):
            guard let last = elements.popLast() else { return .list([""]) }
            elements.append(try damaged(last, area, &mutator))
            return .list(elements)
        default: throw VectorProblem("nothing to damage")
        }
    }

    @Test("damage", arguments: positive)
    func damage(_ path: String) throws {
        let vector = try VectorFolder.shelf.vector(path)
        let key = Self.target(vector.area)
        let seed = path.utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
            ($0 ^ UInt64($1)) &* 1_099_511_628_211
        }
        var mutator = Mutator(seed: seed)
        // Each key file that parses costs a tenth of a second; large envelopes cost as much.
        let isSlow = vector.area == .keyfile || vector.area == .image
        let rounds = isSlow ? 8 : vector.input["envelope"] == .null ? 60 : 15
        for round in 0..<rounds {
            var input = vector.input.entries
            let whole = vector.input[key]
            let changed = try Self.damaged(whole, vector.area, &mutator)
            guard changed != whole else { continue }
            input[key] = changed
            let outcome: Outcome
            do {
                outcome = try Door.judge(vector.area, .object(input))
            } catch let problem as VectorProblem where vector.area == .auditConsistency {
                // A hash of another length cannot be stated at all.
                #expect(problem.description == "a hash is not 32 bytes")
                continue
            }
            guard outcome.verdict.isPositive else { continue }
            switch Promise(vector) {
            case .anything: continue
            case .sameMeaning:
                #expect(outcome.expected == vector.expected, "round \(round)")
            case .samePayload:
                for name in ["payload", "valid"] {
                    #expect(outcome.expected[name] == vector.expected[name], "round \(round)")
                }
            case .refused: Issue.record("accepted in round \(round)")
            }
        }
    }
}
