import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding

/// `carepass audit reconcile`: compares both ends of every disclosure.
struct AuditReconcileCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Compare both ends of every disclosure.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Two or more exported logs.")
    var files: [String]

    @OptionGroup var identities: AuditIdentityOptions

    func validate() throws {
        guard files.count >= 2 else { throw ValidationError(Words.say("error.two-logs")) }
        try identities.validate(for: files)
    }

    func reply() throws -> Reply {
        let logs = try files.enumerated().map { position, file in
            try JudgedLog(
                file, fingerprint: identities.fingerprint(at: position),
                acceptsAny: identities.anyIdentity, now: options.now(), isForComparing: true)
        }
        let result = try Reconciliation(logs.map(\.report))
        let names = Self.names(logs)
        func name(_ origin: String) -> String { names[origin] ?? origin }
        var lines = logs.flatMap { $0.troubles() }
        lines += [
            Words.say(
                "reconcile.sums", "\(result.matched.count)", "\(result.missingAtSender.count)",
                "\(result.missingAtRecipient.count)", "\(result.mismatched.count)",
                "\(result.erased.count)", "\(result.notChecked.count)")
        ]
        lines += Self.lines(result.missingAtSender) {
            Self.line("reconcile.missing-at-sender", $0, names)
        }
        lines += Self.lines(result.missingAtRecipient) {
            Self.line("reconcile.missing-at-recipient", $0, names)
        }
        lines += Self.lines(result.mismatched) {
            Words.say(
                "reconcile.mismatch", "\($0.match.sender.entry)", name($0.match.sender.origin),
                Words.say("audit.\($0.code.name)"))
        }
        lines += Self.lines(result.notChecked) {
            Words.say(
                "reconcile.not-checked", "\($0.place.entry)", name($0.place.origin),
                Words.say("audit.\($0.code.name)"))
        }
        // Two logs that agree prove nothing when one of them is bad or anybody's, and what was
        // not compared did not match.
        let isClean =
            logs.allSatisfy { $0.report.worst < .fail } && result.missingAtSender.isEmpty
            && result.missingAtRecipient.isEmpty && result.mismatched.isEmpty
            && result.notChecked.isEmpty
        // Of two long logs it is longer than they are.
        var json = options.json ? Self.json(result) : [:]
        json["logs"] = .array(logs.map { $0.json() })
        return Reply(
            lines: lines, json: json,
            exitCode: isClean ? .success : ExitCode(77))
    }

    /// A line for each of the first rows, and how many more there are; JSON has them all.
    private static func lines<Row>(_ rows: [Row], _ line: (Row) -> String) -> [String] {
        rows.prefix(20).map(line)
            + (rows.count > 20 ? [Words.say("verify.more", "\(rows.count - 20)")] : [])
    }

    /// Logs by the names of their organisations; of two that bear one name, each has its id too.
    private static func names(_ logs: [JudgedLog]) -> [String: String] {
        var origins: [String: Set<String>] = [:]
        for log in logs { origins[log.name, default: []].insert(log.report.origin) }
        return Dictionary(
            logs.map { log in
                let isAlone = origins[log.name]?.count == 1
                return (
                    log.report.origin, isAlone ? log.name : "\(log.name) (\(log.report.origin))"
                )
            }, uniquingKeysWith: { first, _ in first })
    }

    private static func line(
        _ key: String, _ missing: Reconciliation.Missing, _ names: [String: String]
    ) -> String {
        func name(_ origin: String) -> String { names[origin] ?? origin }
        return Words.say(
            key, "\(missing.present.entry)", name(missing.present.origin),
            name(missing.absentFrom))
            + (missing.mayBeErased ? " " + Words.say("reconcile.may-be-erased") : "")
    }

    private static func json(_ result: Reconciliation) -> [String: JSONValue] {
        func place(_ place: Reconciliation.Place) -> JSONValue {
            ["log": .string(place.origin), "entry": .number(Int(clamping: place.entry))]
        }
        func missing(_ rows: [Reconciliation.Missing]) -> JSONValue {
            .array(
                rows.map { row in
                    [
                        "reference": .string("\(row.reference)"), "present": place(row.present),
                        "absentFrom": .string(row.absentFrom),
                        "mayBeErased": .bool(row.mayBeErased),
                    ]
                })
        }
        return [
            "matched": .array(
                result.matched.map { match in
                    [
                        "reference": .string("\(match.reference)"), "sender": place(match.sender),
                        "recipient": .array(match.recipient.map(place)),
                    ]
                }),
            "missingAtSender": missing(result.missingAtSender),
            "missingAtRecipient": missing(result.missingAtRecipient),
            "mismatched": .array(
                result.mismatched.map { row in
                    [
                        "reference": .string("\(row.match.reference)"),
                        "sender": place(row.match.sender), "code": .string(row.code.name),
                    ]
                }),
            "erased": .array(result.erased.map(place)),
            "notChecked": .array(
                result.notChecked.map { row in
                    ["place": place(row.place), "code": .string(row.code.name)]
                }),
        ]
    }
}
