import PassportCoding

/// What the reference implementation makes of an input.
struct Outcome: Sendable {
    var verdict: Ruling
    var code: String?
    var expected: JSON

    static func accepted(_ expected: JSON) -> Outcome {
        Outcome(verdict: .accept, code: nil, expected: expected)
    }

    func with(_ verdict: Ruling) -> Outcome {
        Outcome(verdict: verdict, code: code, expected: expected)
    }
}

/// The one way in for each area: what a program calls with bytes from outside.
enum Door {
    /// Judges an input.
    ///
    /// - Throws: `VectorProblem` when the input is not that of a vector, and whatever fault the
    ///   implementation has; never a refusal, which is an outcome.
    static func judge(_ area: Area, _ json: JSON) throws -> Outcome {
        do {
            return try enter(area, Input(json))
        } catch let problem as VectorProblem {
            throw problem
        } catch let failure as any DescribedFailure {
            guard let verdict = Ruling(failure) else { throw failure }
            return Outcome(verdict: verdict, code: failure.identifier, expected: .object([:]))
        }
    }

    private static func enter(_ area: Area, _ input: Input) throws -> Outcome {
        switch area {
        case .cbor: try cbor(input)
        case .sign1: try sign1(input)
        case .sign: try sign(input)
        case .manifest: try manifest(input)
        case .identity: try identity(input)
        case .staff: try staff(input)
        case .status: try status(input)
        case .passport: try passport(input)
        case .grant: try grant(input)
        case .withdrawal: try withdrawal(input)
        case .ring: try ring(input)
        case .slot: try slot(input)
        case .card: try card(input)
        case .keyfile: try keyfile(input)
        case .disclosure: try disclosure(input)
        case .envelope, .swaps, .verification: try opening(input)
        case .section: try section(input)
        case .auditEntry: try auditEntry(input)
        case .auditCheckpoint: try auditCheckpoint(input)
        case .auditProof: try auditProof(input)
        case .auditConsistency: try auditConsistency(input)
        case .auditExport: try auditExport(input)
        case .request: try request(input)
        case .receipt: try receipt(input)
        case .address: try address(input)
        case .invitation: try invitation(input)
        case .notice: try notice(input)
        case .frame: try frame(input)
        case .sheets: try sheets(input)
        case .image: try image(input)
        }
    }

    /// Accepted bytes that do not encode to themselves are a second spelling of the same thing.
    static func sameBytes(_ one: [UInt8], _ other: [UInt8], _ what: String) throws {
        guard one == other else { throw VectorProblem("\(what) does not encode to itself") }
    }
}
