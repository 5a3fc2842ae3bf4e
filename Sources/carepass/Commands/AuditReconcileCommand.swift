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

    func validate() throws {
        guard files.count >= 2 else { throw ValidationError(Words.say("error.two-logs")) }
    }

    func reply() throws -> Reply {
        let logs = try files.map { try ExportedLog($0, kept: [], now: options.now()) }
        let result = try Reconciliation(logs.map(\.report))
        var lines = [
            Words.say(
                "reconcile.sums", "\(result.matched.count)", "\(result.missingAtSender.count)",
                "\(result.missingAtRecipient.count)", "\(result.mismatched.count)",
                "\(result.erased.count)")
        ]
        lines += result.missingAtSender.map { Self.line("reconcile.missing-at-sender", $0) }
        lines += result.missingAtRecipient.map { Self.line("reconcile.missing-at-recipient", $0) }
        lines += result.mismatched.map {
            Words.say(
                "reconcile.mismatch", "\($0.match.sender.entry)", $0.match.sender.origin,
                Words.say("audit.\($0.code.name)"))
        }
        lines += result.notChecked.map {
            Words.say(
                "reconcile.not-checked", "\($0.place.entry)", $0.place.origin,
                Words.say("audit.\($0.code.name)"))
        }
        let isClean =
            result.missingAtSender.isEmpty && result.missingAtRecipient.isEmpty
            && result.mismatched.isEmpty
        return Reply(
            lines: lines, json: Self.json(result),
            exitCode: isClean ? .success : ExitCode(77))
    }

    private static func line(_ key: String, _ missing: Reconciliation.Missing) -> String {
        Words.say(
            key, "\(missing.present.entry)", missing.present.origin, missing.absentFrom)
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
