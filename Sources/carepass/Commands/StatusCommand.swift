import ArgumentParser
import PassportCoding
import PassportTrust

/// `carepass status`: our signed status lists.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "This organisation's status lists.",
        subcommands: [Export.self])

    struct Export: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign the list as it stands now and write it for others to take in.")

        @OptionGroup var options: GlobalOptions

        @Option(help: "Where to write; '-' for standard output.")
        var out: String

        var output: String? { out }

        @Option(help: "Which list, when there are several.")
        var list: Int = 1

        func reply() throws -> Reply {
            let home = try Home(options)
            let output = try Output(out)
            let signed = try home.signedStatusLists(isFresh: true)
            let uri = home.organisation.statusListURI(list)
            guard let list = signed.first(where: { $0.uri == uri }) else {
                throw CommandError(.badArgument, .noInput, Words.say("error.no-list", "\(list)"))
            }
            try output.makeRoom(for: list.bytes.count)
            try home.keep(signed)
            try output.writeAfterAct(list.bytes)
            if out == "-" { return Reply(isSilent: true) }
            return Reply(
                lines: [
                    Words.say(
                        "status.exported", "\(list.bytes.count)", "\(list.expires)")
                ],
                json: [
                    "uri": .string(list.uri), "issued": .string("\(list.issued)"),
                    "expires": .string("\(list.expires)"), "lists": .number(signed.count),
                ])
        }
    }
}
