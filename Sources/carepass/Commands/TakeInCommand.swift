import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportStore
import PassportTrust

/// `carepass take-in`: identities, status lists and withdrawals that came as files.
struct TakeInCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "take-in",
        abstract: "Take in identity files, status lists and withdrawals of others.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The files.")
    var files: [String]

    func reply() throws -> Reply {
        let home = try Home(options)
        var knowledge = try home.knowledge()
        var taken: [TakenIn] = []
        for file in files {
            do {
                let bytes = try Files.read(
                    file, maximum: Limits.identityBytes, what: Words.say("what.taken-in"))
                taken.append(
                    try FileFailure.naming(files.count > 1 ? nil : file) {
                        try TakenIn.judge(bytes, &knowledge, home)
                    })
            } catch let error as any DescribedFailure where files.count > 1 {
                throw CommandError(
                    .nothingTaken, error.kind,
                    Words.say("error.take-in-none", file, Words.message(of: error)),
                    hint: error.hint, cause: error.identifier)
            }
        }
        // All or none: whoever reads an error must not have to find out what happened before it.
        try home.commitTogether(taken.map { $0.act(at: home.now) })
        return Reply(
            lines: taken.map { Words.say("take-in.\($0.what)", $0.detail) },
            json: [
                "taken": .array(
                    zip(files, taken).map { file, taken in
                        [
                            "file": .string(file), "kind": .string(taken.what),
                            "object": .string("\(taken.object)"),
                        ]
                    })
            ])
    }
}
