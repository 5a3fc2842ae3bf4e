import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

extension Door {
    /// A whole opening, as `carepass open` does it: unlock, examine, log the intent, open.
    static func opening(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("envelope")
        let envelope = try Envelope(decoding: bytes)
        try sameBytes(envelope.encoded(), bytes, "the envelope")
        let unlocked = try unlock(envelope, input.part("opener"))
        let code = try input.text("purpose")
        guard let purpose = Purpose.allCases.first(where: { $0.code == code }) else {
            throw VectorProblem("no such purpose")
        }
        let examined = unlocked.examine(try knowledge(input.part("knowledge")), purpose: purpose)
        let wanted = input.has("wanted") ? input.json["wanted"].elements.compactMap(\.number) : nil
        let request = examined.request(wanted)
        var expected: [String: JSON] = [
            "passports": .list(examined.passports.map { report($0.report) }),
            "sender": .hex(examined.disclosure.sender.digest.bytes),
        ]
        let opened: [OpenedSection]
        do {
            opened = try examined.open(
                request, intent: DurableIntent(index: 0, subject: request.subject))
        } catch {
            guard let verdict = Ruling(error) else { throw error }
            return Outcome(verdict: verdict, code: error.identifier, expected: .object(expected))
        }
        guard !opened.isEmpty else {
            return Outcome(verdict: .refused, code: nil, expected: .object(expected))
        }
        expected["opened"] = .list(
            opened.map { section in
                [
                    "passport": .hex(section.passport.bytes),
                    "kind": .int(section.section.content.kind),
                    "plaintext": .hex(section.section.encoded()),
                ]
            })
        let warns = request.items.contains { item in
            examined.passports.contains {
                $0.report.passport == item.passport
                    && $0.report.verdict(section: item.kind) == .warn
            }
        }
        return Outcome.accepted(.object(expected)).with(warns ? .warn : .accept)
    }

    private static func unlock(_ envelope: Envelope, _ opener: Input) throws -> UnlockedEnvelope {
        let kind = try opener.text("kind")
        guard kind != "carry" else {
            return try EnvelopeOpener(envelope).unlock(with: CarryHalf(text: opener.text("text")))
        }
        var seed = try opener.bytes("seed")
        let key = try OpeningKey(
            seed: SecretBytes(consuming: &seed),
            purpose: kind == "seal-net" ? .sealNet : .sealPaper)
        return try EnvelopeOpener(envelope).unlock(with: key)
    }

    private static func knowledge(_ input: Input) throws -> Knowledge {
        var pins: [OrganisationID: Pin] = [:]
        for pin in input.parts("pins") {
            let id = OrganisationID(try pin.digest("organisation"))
            let names = pin.json["purposes"].elements.compactMap(\.string)
            pins[id] = Pin(
                organisation: id,
                purposes: Set(KeyPurpose.allCases.filter { names.contains($0.name) }),
                pinned: Timestamp(clamping: 0))
        }
        var knowledge = Knowledge(
            ourselves: input.has("ourselves") ? OrganisationID(try input.digest("ourselves")) : nil,
            identities: try input.identities("identities"), pins: pins,
            withdrawals: try input.bytesList("withdrawals").map {
                try UnverifiedWithdrawal(decoding: $0)
            },
            clock: try input.time("clock"), floor: try input.time("floor"))
        for list in try input.bytesList("statusLists") { knowledge.add(list: list) }
        return knowledge
    }

    private static func report(_ report: VerificationReport) -> JSON {
        [
            "passport": .hex(report.passport.bytes), "issuer": .hex(report.issuer.digest.bytes),
            "standing": .text(report.standing.rawValue),
            "lines": .list(
                report.lines.map { line in
                    [
                        "check": .text(line.check.rawValue), "state": .text(line.state.rawValue),
                        "days": line.days.map { .int($0) } ?? .null,
                        "time": line.time.map { .int(Int($0.seconds)) } ?? .null,
                        "organisation": .hex(line.organisation?.digest.bytes),
                        "reason": line.reason.map { .text($0.name) } ?? .null,
                    ]
                }),
            "granted": .list(report.granted.map { .int($0) }),
            "sections": .list(
                (1...6).map { kind in
                    ["kind": .int(kind), "verdict": .text(report.verdict(section: kind).name)]
                }),
        ]
    }
}
