import Foundation

/// What stands beside the files of the demo: what each is, and how to go on with them.
enum DemoReadme {
    private static let files: [(names: [String], text: String)] = [
        (["izmir/", "athens/", "munich/"], Words.say("demo-file.homes")),
        (["izmir-daemon/", "athens-daemon/"], Words.say("demo-file.daemons")),
        (
            [
                "izmir-daemon.conf", "athens-daemon.conf", "izmir-daemon.jsonl",
                "athens-daemon.jsonl",
            ],
            Words.say("demo-file.daemon-files")
        ),
        (
            ["izmir.identity", "athens.identity", "munich.identity"],
            Words.say("demo-file.identities")
        ),
        (["izmir-import-account.json"], Words.say("demo-file.account")),
        (["card/"], Words.say("demo-file.card")),
        (["izmir-to-athens.envelope"], Words.say("demo-file.to-athens")),
        (["athens-summary.json"], Words.say("demo-file.summary", "Athens")),
        (["athens-to-munich.envelope"], Words.say("demo-file.to-munich")),
        (["munich-summary.json"], Words.say("demo-file.summary", "Munich")),
        (["withdrawal"], Words.say("demo-file.withdrawal")),
        (["izmir.status"], Words.say("demo-file.status")),
        (["izmir.log", "athens.log", "munich.log"], Words.say("demo-file.logs")),
        (["changed.log", "cut.log"], Words.say("demo-file.damaged")),
        (["izmir-paper.envelope", "sheets.pdf", "key-card.pdf"], Words.say("demo-file.sheets")),
        (["sheet-2.pgm", "sheet-3.pgm", "sheet-4.pgm"], Words.say("demo-file.pictures")),
        (["scanned.envelope", "far-away/"], Words.say("demo-file.far-away")),
    ]

    /// The whole text.
    static func text(passphrase: String, operatorPassphrase: String) -> String {
        let rows = files.map { file in
            "| \(file.names.map { "`\($0)`" }.joined(separator: ", ")) | \(file.text) |"
        }
        let lines =
            [
                "# \(Words.say("demo-file.title"))", "", Words.say("demo-file.invented"), "",
                Words.say("demo-file.go-on"), "",
                "    export CAREPASS_PASSPHRASE='\(passphrase)'",
                "    export CAREPASS_OPERATOR_PASSPHRASE='\(operatorPassphrase)'",
                "    carepass audit show --home izmir", "", Words.say("demo-file.operators"), "",
                "| | |", "|---|---|",
            ] + rows
        return lines.joined(separator: "\n") + "\n"
    }
}
