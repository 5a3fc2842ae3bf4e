import ArgumentParser
import PassportCoding
import PassportCrypto
import PassportTrust

/// `carepass org`: what this organisation shows of itself.
struct OrgCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "org", abstract: "This organisation's identity.",
        subcommands: [Show.self, Export.self, FingerprintCommand.self])

    struct Show: ReplyingCommand {
        static let configuration = CommandConfiguration(abstract: "Show name, id and keys.")

        @OptionGroup var options: GlobalOptions

        func reply() throws -> Reply {
            let identity = try PublicHome(options).identity
            let manifest = identity.chain.current
            var lines = [
                Words.say("org.name", ViewText.name(identity.name)),
                Words.say("org.id", identity.organisation.text),
                Words.say("org.fingerprint", Fingerprint(of: identity).text),
                Words.say(
                    "org.manifest", "\(manifest.epoch)", "\(manifest.version)",
                    "\(manifest.issued)", "\(manifest.expires)"),
            ]
            lines += manifest.roleKeys.map {
                Words.say("org.key", $0.purpose.name, "\($0.notAfter)", "\($0.keyHash)")
            }
            return Reply(lines: lines, json: Self.json(identity))
        }

        static func json(_ identity: Identity) -> [String: JSONValue] {
            let manifest = identity.chain.current
            return [
                "organisation": .string(identity.organisation.text),
                "name": .string(ViewText.name(identity.name)),
                "fingerprint": .string(Fingerprint(of: identity).text),
                "epoch": .number(manifest.epoch), "number": .number(manifest.version),
                "issued": .string("\(manifest.issued)"),
                "expires": .string("\(manifest.expires)"),
                "keys": .array(
                    manifest.roleKeys.map {
                        [
                            "purpose": .string($0.purpose.name),
                            "hash": .string("\($0.keyHash)"), "until": .string("\($0.notAfter)"),
                        ]
                    }),
            ]
        }
    }

    struct Export: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the identity file that others take in.")

        @OptionGroup var options: GlobalOptions

        @Option(help: "Where to write; '-' for standard output.")
        var out: String

        var output: String? { out }

        func reply() throws -> Reply {
            let home = try Home(options)
            let identity = home.identity
            try Files.write(identity.encoded(), to: out)
            if out == "-" { return Reply(isSilent: true) }
            return Reply(
                lines: [Words.say("org.exported", Fingerprint(of: identity).text)],
                json: [
                    "organisation": .string(identity.organisation.text),
                    "fingerprint": .string(Fingerprint(of: identity).text),
                ])
        }
    }

    struct FingerprintCommand: ReplyingCommand {
        static let configuration = CommandConfiguration(
            commandName: "fingerprint",
            abstract: "Print what is read aloud so that others know the file is ours.")

        @OptionGroup var options: GlobalOptions

        func reply() throws -> Reply {
            // With the keys, and not from the database alone: what is read aloud is pinned.
            let home = try Home(options)
            let text = Fingerprint(of: home.identity).text
            return Reply(lines: [text], json: ["fingerprint": .string(text)])
        }
    }
}
