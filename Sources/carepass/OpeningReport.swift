import ArgumentParser
import CarePassport
import PassportCoding
internal import PassportCrypto
import PassportSealing
import PassportTrust

/// What `open` says: every check of every passport, then what opened, with its sources.
struct OpeningReport {
    private let examined: ExaminedEnvelope
    private let wanted: [Int]?
    private let listsAll: Bool

    init(_ examined: ExaminedEnvelope, wanted: [Int]?, listsAll: Bool) {
        self.listsAll = listsAll
        self.examined = examined
        self.wanted = wanted
    }

    private func name(_ id: OrganisationID) -> String {
        examined.knowledge.identities[id].map { ViewText.name($0.name) } ?? id.text
    }

    /// Kinds whose refusal is told: what was asked for, or what was granted.
    private func told(_ report: VerificationReport) -> [Int] { wanted ?? report.granted }

    /// The code of the first refusal.
    private var firstRefusal: String? {
        examined.passports.lazy.compactMap { firstRefusal($0.report) }.first
    }

    /// The code of the first refusal of one passport, for the log.
    func firstRefusal(_ report: VerificationReport) -> String? {
        for kind in told(report) {
            if let line = report.refusal(section: kind) {
                return "\(line.check.rawValue).\(line.state.rawValue)"
            }
            if !report.granted.contains(kind) { return "grant.sectionNotGranted" }
        }
        return nil
    }

    private func text(_ line: ReportLine, _ report: VerificationReport) -> String {
        let detail = [
            line.time.map { "\($0)" }, line.days.map { Words.say("report.days", "\($0)") },
            line.reason.map { Words.say("withdrawal.\($0.name)") },
            line.organisation.map { name($0) },
        ].compactMap(\.self)
        let key = "check.\(line.check.rawValue).\(line.state.rawValue)"
        let outcome = Words.say("outcome.\(report.outcome(line).name)")
        let suffix = detail.isEmpty ? "" : " (\(detail.joined(separator: ", ")))"
        return "  \(outcome)  \(Words.say(key))\(suffix)"
    }

    private func reportLines() -> [String] {
        examined.passports.flatMap { passport in
            let report = passport.report
            let issuer = name(report.issuer)
            var lines = [
                Words.say(
                    "report.passport", "\(report.passport)".prefix(12).description, issuer,
                    Words.say("standing.\(report.standing.rawValue)"))
            ]
            // What is in order is counted, what is not is said: nobody reads eighteen lines.
            let shown = report.lines.filter { listsAll || report.outcome($0) > .open }
            lines += shown.map { text($0, report) }
            if shown.count < report.lines.count {
                let passed = report.lines.count - shown.count
                lines.append(Words.say("report.passed", "\(passed)"))
            }
            lines += told(report).compactMap { refusalLine($0, report) }
            return lines
        }
    }

    private func refusalLine(_ kind: Int, _ report: VerificationReport) -> String? {
        let name = SectionNames.name(kind)
        guard report.granted.contains(kind) else {
            return Words.say("report.not-granted", name)
        }
        guard let line = report.refusal(section: kind) else { return nil }
        let detail = [
            line.time.map { "\($0)" }, line.reason.map { Words.say("withdrawal.\($0.name)") },
            line.days.map { Words.say("report.days", "\($0)") },
        ].compactMap(\.self)
        let reason = Words.say("check.\(line.check.rawValue).\(line.state.rawValue)")
        let suffix = detail.isEmpty ? "" : " (\(detail.joined(separator: ", ")))"
        return Words.say("report.section-refused", name, reason + suffix)
    }

    private func checksJSON() -> JSONValue {
        .array(
            examined.passports.map { passport in
                let report = passport.report
                return [
                    "passport": .string("\(report.passport)"),
                    "number": .string(passport.passport.map { "\($0.claims.id)" } ?? ""),
                    "issuer": .string(report.issuer.text),
                    "issuerName": .string(name(report.issuer)),
                    "standing": .string(report.standing.rawValue),
                    "checks": .array(
                        report.lines.map { line in
                            [
                                "check": .string(line.check.rawValue),
                                "state": .string(line.state.rawValue),
                                "outcome": .string(report.outcome(line).name),
                                "days": line.days.map { .number($0) } ?? .null,
                                "time": JSONValue(line.time),
                                "reason": JSONValue(line.reason?.name),
                                "organisation": JSONValue(line.organisation),
                            ]
                        }),
                    "sections": .object(
                        Dictionary(
                            told(report).map { kind in
                                (
                                    SectionNames.name(kind),
                                    .string(report.verdict(section: kind).name)
                                )
                            }, uniquingKeysWith: { first, _ in first })),
                ]
            })
    }

    /// Nothing opened: every reason, and the exit code for a refusal.
    func refused() -> Reply {
        Reply(
            lines: reportLines() + [Words.say("open.refused")],
            json: [
                "opened": false, "reason": JSONValue(firstRefusal), "passports": checksJSON(),
            ],
            exitCode: ExitCode(77))
    }

    /// A section's claim to take another's place counts for its own issuer and person only: a
    /// stranger must not strike out an allergy.
    private static func honest(_ section: OpenedSection, _ all: [OpenedSection]) -> Section {
        var copy = section.section
        guard let superseded = copy.supersedes else { return copy }
        let isOwn = all.contains {
            $0.number.bytes == superseded && $0.issuer == section.issuer
                && $0.section.person == copy.person
        }
        if !isOwn { copy.supersedes = nil }
        return copy
    }

    /// Something opened: the report, then one view with the source of each item.
    func opened(_ sections: [OpenedSection]) -> Reply {
        let view = MergedView(
            sections.map { section in
                // Anybody can call himself like a clinic: an unknown issuer is marked at each
                // of its items, not only in the report above.
                let issuer =
                    section.standing == .unknown
                    ? Words.say("view.unknown-issuer", name(section.issuer)) : name(section.issuer)
                return (
                    SourceLabel(issuer: issuer, passport: section.number.bytes),
                    Self.honest(section, sections)
                )
            })
        let persons = Set(sections.map(\.section.person)).map { Hexadecimal.encode($0.bytes) }
        var lines = reportLines()
        lines.append(
            Words.say(
                "open.done", SectionNames.names(Set(sections.map(\.section.content.kind)).sorted())
            ))
        if persons.count > 1 { lines.append(Words.say("open.several-persons")) }
        lines += persons.sorted().map { Words.say("open.person", $0) }
        lines += ViewText.lines(view)
        return Reply(
            lines: lines,
            json: [
                "opened": true, "sender": .string(examined.disclosure.sender.text),
                "senderName": .string(name(examined.disclosure.sender)),
                "passports": checksJSON(), "persons": .array(persons.sorted().map { .string($0) }),
                "view": ViewText.json(view), "notUnderstood": .number(view.notUnderstood),
            ])
    }
}
