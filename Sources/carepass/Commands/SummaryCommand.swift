import ArgumentParser
import CarePassport
import Foundation
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportFHIR
internal import PassportSecrecy
internal import PassportStore
internal import PassportTrust

/// `carepass summary`: care summaries on their way in and out.
struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "Care summaries: in from FHIR, out to FHIR.",
        subcommands: [Import.self, Export.self, Show.self])

    struct Import: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take in a FHIR summary, account for every entry, and keep what may travel.")

        @OptionGroup var options: GlobalOptions

        @Argument(help: "A FHIR R4 International Patient Summary; '-' for standard input.")
        var file: String?

        @Option(help: "Items entered by hand, in the supplement form; may be repeated.")
        var supplement: [String] = []

        @Option(help: "The training of whoever wrote it, for example 'psychologist'.")
        var cadre: String

        @Option(help: "The person's reference, as 'open' printed it; a new one when absent.")
        var person: String?

        @Option(help: "A file for the account of every entry, as JSON.")
        var account: String?

        var output: String? { account }

        func reply() throws -> Reply {
            guard file != nil || !supplement.isEmpty else {
                throw ValidationError(Words.say("error.nothing-to-import"))
            }
            let home = try Home(options)
            var summary = CareSummary()
            var report = ImportAccount()
            var source: [UInt8]?
            if let file {
                let bytes = try Files.read(
                    file, maximum: Limits.fhirBytes, what: Words.say("what.summary"))
                (summary, report) = try FileFailure.naming(file) { try SummaryReader.read(bytes) }
                source = Digest.sha256(of: bytes).bytes
            }
            for path in supplement {
                let bytes = try Files.read(
                    path, maximum: Limits.fhirBytes, what: Words.say("what.supplement"))
                summary = summary.merging(
                    try FileFailure.naming(path) { try SupplementReader.read(bytes) })
            }
            let sections = try summary.sections(
                person: try personReference(home.randomness),
                provenance: try provenance(source, home.now))
            guard !sections.isEmpty else {
                throw CommandError(.badArgument, .badInput, Words.say("error.nothing-taken"))
            }
            let id = Identifier(from: home.randomness)
            let sealed = try home.keys.vault().seal(
                Draft(sections: sections).encoded(), place: Draft.place(id),
                randomness: home.randomness)
            let output = try account.map { try Output($0) }
            let account = try Self.encode(report)
            try output?.makeRoom(for: account.count)
            var fields = AuditFields(act: .summaryImported, time: home.now)
            fields.sections = sections.map(\.content.kind)
            fields.count = report.dropped().values.reduce(0, +)
            try home.commit(fields, [.draft(id, sealed: sealed, created: home.now)])
            try output?.writeAfterAct(account)
            return Self.reply(id, sections, report)
        }

        private func personReference(_ randomness: Randomness) throws -> PersonReference {
            guard let person else { return try PersonReference(randomness.bytes(16)) }
            guard let bytes = try? Hexadecimal.decode(person.lowercased()) else {
                throw CommandError(.badArgument, .badInput, Words.say("error.person"))
            }
            return try PersonReference(bytes)
        }

        private func provenance(_ source: [UInt8]?, _ now: Timestamp) throws -> Provenance {
            guard let cadre = Term<Cadre>(cadre) else {
                throw CommandError(
                    .badArgument, .badInput,
                    Words.say("error.choice", ViewText.clean(self.cadre), "cadre"),
                    hint: Words.say(
                        "hint.choice", Cadre.words.values.sorted().joined(separator: ", ")))
            }
            guard let date = PartialDate(String("\(now)".prefix(10))) else {
                throw CommandError(.badArgument, .fault, Words.say("error.internal"))
            }
            return Provenance(cadre: cadre, date: date, sourceHash: source)
        }

        static func encode(_ account: ImportAccount) throws -> [UInt8] {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            return Array(try encoder.encode(account)) + [UInt8(ascii: "\n")]
        }

        private static func reply(
            _ id: Identifier, _ sections: [Section], _ account: ImportAccount
        ) -> Reply {
            let dropped = account.dropped().sorted { $0.key.name < $1.key.name }
            var lines = [
                Words.say(
                    "summary.imported", "\(id)",
                    SectionNames.names(sections.map(\.content.kind))),
                Words.say(
                    "summary.account", "\(account.entries.count)", "\(account.taken())",
                    "\(dropped.reduce(0) { $0 + $1.value })"),
            ]
            lines += dropped.map {
                Words.say(
                    "summary.dropped", "\($0.value)", $0.key.name,
                    Words.say("rule.\($0.key.name)"))
            }
            return Reply(
                lines: lines,
                json: [
                    "summary": .string("\(id)"),
                    "sections": .array(
                        sections.map { .string(SectionNames.name($0.content.kind)) }),
                    "entries": .number(account.entries.count),
                    "taken": .number(account.taken()),
                    "dropped": .object(
                        Dictionary(
                            uniqueKeysWithValues: dropped.map { ($0.key.name, .number($0.value)) })),
                ])
        }
    }

    struct Export: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a summary of this home as an International Patient Summary.")

        @OptionGroup var options: GlobalOptions

        @OptionGroup var staff: OperatorOptions

        @Argument(help: "The summary's number.")
        var number: String

        @Option(help: "Where to write; '-' for standard output.")
        var out: String

        var output: String? { out }

        func reply() throws -> Reply {
            let operatorKey = try OperatorKey(options, staff)
            let home = try Home.open(options, with: operatorKey)
            let (_, draft) = try Draft.load(number, from: home)
            let output = try Output(out)
            let document = Document.ips(
                draft.summary, organisation: home.identity.name, now: home.now,
                randomness: home.randomness)
            try output.makeRoom(for: document.count)
            try DraftReading.log(draft, home, operatorKey)
            try output.writeAfterAct(document)
            return out == "-"
                ? Reply(isSilent: true)
                : Reply(lines: [Words.say("summary.exported")], json: ["out": .string(out)])
        }
    }

    struct Show: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a summary of this home; showing is logged like opening.")

        @OptionGroup var options: GlobalOptions

        @OptionGroup var staff: OperatorOptions

        @Argument(help: "The summary's number.")
        var number: String

        func reply() throws -> Reply {
            let operatorKey = try OperatorKey(options, staff)
            let home = try Home.open(options, with: operatorKey)
            let (id, draft) = try Draft.load(number, from: home)
            try DraftReading.log(draft, home, operatorKey)
            let label = SourceLabel(issuer: home.identity.name, passport: id.bytes)
            let view = MergedView(draft.sections.map { (label, $0) })
            return Reply(lines: ViewText.lines(view), json: ["view": ViewText.json(view)])
        }
    }
}

/// Reading a draft is reading care content: the log says who did, before anything is shown.
enum DraftReading {
    static func log(
        _ draft: Draft, _ home: borrowing Home, _ staff: borrowing OperatorKey
    ) throws {
        var fields = AuditFields(act: .summaryExported, time: home.now)
        fields.sections = draft.sections.map(\.content.kind)
        try home.commit(fields, signedBy: staff)
    }
}

/// FHIR documents that this program writes.
enum Document {
    static func ips(
        _ summary: CareSummary, organisation: String, now: Timestamp, randomness: Randomness
    ) -> [UInt8] {
        SummaryWriter.write(
            summary,
            header: SummaryWriter.Header(
                identifier: randomness.bytes(16), seconds: now.seconds,
                organisation: organisation, language: "en", words: Words.table))
    }
}
