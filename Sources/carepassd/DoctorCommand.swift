import ArgumentParser
import Foundation
import PassportCoding
import PassportServer
import PassportStore

/// `carepassd doctor`: what works, what does not, and what to do, in plain words.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at everything and say what is wrong.")

    @OptionGroup var options: ConfigOptions

    func run() async throws {
        let settings = try options.settings()
        var findings = [Finding(.good, "The configuration can be read.")]
        findings += Checkup.folder(settings)
        do {
            let mailroom = try await Mailroom.tool(settings)
            findings += try await Checkup.content(settings, mailroom)
            findings += await Checkup.reach(settings)
        } catch {
            findings.append(Checkup.closed(settings, error))
        }
        for finding in findings {
            Say.line("\(finding.grade.rawValue) \(finding.text)")
            for line in finding.more { Say.line("      \(line)") }
        }
        switch findings.count(where: { $0.grade == .bad }) {
        case 0: Say.line("Nothing is wrong.")
        case 1:
            Say.line("1 thing needs somebody.")
            throw ExitCode(77)
        case let bad:
            Say.line("\(bad) things need somebody.")
            throw ExitCode(77)
        }
    }
}

/// One thing that was looked at.
struct Finding {
    /// How it stands; each with its five letters at the beginning of a line.
    enum Grade: String {
        case good = "good "
        case note = "note "
        case bad = "BAD  "
    }

    let grade: Grade
    let text: String
    /// What stands below it: more about it, and what to do.
    var more: [String] = []

    init(_ grade: Grade, _ text: String, _ more: [String] = []) {
        self.grade = grade
        self.text = text
        self.more = more
    }

    /// Good, or bad with advice.
    init(_ isGood: Bool, _ good: String, else bad: String, _ advice: String) {
        self.init(isGood ? .good : .bad, isGood ? good : bad, isGood ? [] : [advice])
    }
}
