import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
internal import PassportStore
internal import PassportTrust

/// `carepass audit show`: this home's log, line by line.
struct AuditShowCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show this home's log.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "The first entry to show.")
    var from: UInt64 = 0

    @Option(help: "How many entries to show at most.")
    var count: Int = 100

    func reply() throws -> Reply {
        let home = try PublicHome(options)
        let organisations = try home.store.organisations()
        let entries = try home.store.entries(from: from, count: min(max(count, 1), 10_000))
        var names: [Digest: String] = [:]
        for row in organisations { names[row.identity.organisation.digest] = row.identity.name }
        let staff = try home.store.staff()
        for record in staff { names[record.certificate.key.keyHash] = record.handle }
        for grant in try home.store.grants().map(\.grant) {
            switch grant.terms.recipient {
            case .bearer: names[grant.digest] = Words.say("audit-show.bearer")
            case .organisation(let id): names[grant.digest] = names[id.digest] ?? id.text
            }
        }
        return Reply(
            lines: entries.map { index, entry in
                entry.fields.map { AuditLine.text(index, $0, names) }
                    ?? Words.say("audit-show.erased", "\(index)")
            },
            json: [
                "size": .number(Int(clamping: try home.store.logSize())),
                "entries": .array(entries.map { Self.json($0, $1) }),
            ])
    }

    private static func json(_ index: UInt64, _ entry: AuditEntry) -> JSONValue {
        guard let fields = entry.fields else {
            return ["entry": .number(Int(clamping: index)), "erased": true]
        }
        return AuditLine.json(index, fields, leaf: entry.leafData)
    }
}

/// One entry as people and programs read it.
enum AuditLine {
    static func text(
        _ index: UInt64, _ fields: AuditFields, _ names: [Digest: String]
    ) -> String {
        let act = fields.act?.name.map { Words.say("act.\($0)") } ?? "?"
        var parts: [String] = []
        if let staff = fields.staff { parts.append(names[staff] ?? "\(staff)") }
        if let passport = fields.passport { parts.append("\(passport)".prefix(12).description) }
        if !fields.sections.isEmpty { parts.append(SectionNames.names(fields.sections)) }
        if let other = fields.counterpart {
            parts.append(ViewText.name(names[other] ?? "\(other)"))
        }
        // Where no other organisation stands in the entry, its grants say whom it is about.
        let others = Set(fields.grants.compactMap { names[$0] }).sorted()
        if fields.counterpart == nil, !others.isEmpty {
            parts.append(
                Words.say("audit-show.grant-to", ViewText.name(others.joined(separator: ", "))))
        }
        if let outcome = fields.outcome {
            parts.append(Words.say("audit-show.outcome-\(outcome.number)"))
        }
        if let reason = fields.reason { parts.append(Self.text(reason: reason)) }
        if let intent = fields.intent { parts.append(Words.say("audit-show.intent", "\(intent)")) }
        return Words.say(
            "audit-show.line", "\(index)", fields.time.map { "\($0)" } ?? "?", act,
            parts.joined(separator: "; "))
    }

    /// Codes that the log writes and no check has, with the key of what they mean.
    private static let reasons = [
        "grant.sectionNotGranted": "audit-show.not-granted",
        "sealing.notForUs": "audit-show.not-for-us",
    ]

    /// A reason in words; the codes stay in JSON, and one without words shows as it is.
    private static func text(reason: String) -> String {
        Words.table["check.\(reason)"] ?? reasons[reason].map { Words.say($0) }
            ?? ViewText.clean(reason)
    }

    static func json(_ index: UInt64, _ fields: AuditFields, leaf: Digest? = nil) -> JSONValue {
        [
            "entry": .number(Int(clamping: index)), "leaf": JSONValue(leaf),
            "act": JSONValue(fields.act?.name), "time": JSONValue(fields.time),
            "operator": JSONValue(fields.staff), "passport": JSONValue(fields.passport),
            "sections": .array(fields.sections.map { .string(SectionNames.name($0)) }),
            "counterpart": JSONValue(fields.counterpart), "reference": JSONValue(fields.reference),
            "grants": .array(fields.grants.map { .string("\($0)") }),
            "outcome": fields.outcome.map { .number($0.number) } ?? .null,
            "reason": JSONValue(fields.reason),
            "intent": fields.intent.map { .number(Int(clamping: $0)) } ?? .null,
        ]
    }
}
