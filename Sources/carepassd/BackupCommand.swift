import ArgumentParser
import Foundation
import Glibc
import PassportCoding
import PassportServer
import PassportStore

/// `carepassd backup`: a whole copy, also while the daemon runs.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy everything the daemon keeps into a new folder, also while it runs.",
        discussion: "The copy holds the daemon's keys: keep it as you keep the machine.")

    @OptionGroup var options: ConfigOptions

    @Option(help: "The new folder.")
    var out: String

    func run() async throws {
        let settings = try options.settings()
        let mailroom = try await Mailroom.tool(settings)
        try await mailroom.backup(to: out, also: TLSIdentity.files(in: settings.data))
        let report = try await Mailroom.verify(out)
        try report.require("the copy")
        Say.line("Copied: \(report.parcels) parcels, \(report.logSize) log entries; all verified.")
    }
}

/// `carepassd restore`: puts a copy in the place of a data folder that is empty or not there.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Verify a copy and put it where the configuration wants the data folder.")

    @OptionGroup var options: ConfigOptions

    @Option(help: "The folder that 'backup' made.")
    var from: String

    func run() async throws {
        let settings = try options.settings()
        // Before anything is touched.
        try refuseIncomplete()
        try (try await Mailroom.verify(from)).require("the copy")
        let names = try TLSIdentity.files(in: from)
        _ = try TLSIdentity.pin(in: from)
        let files = FileManager.default
        let present = (try? files.contentsOfDirectory(atPath: settings.data)) ?? []
        guard present.isEmpty else {
            throw ServerError(
                .badSettings, .refused, "\(settings.data) is not empty",
                hint: "stop the daemon and move the folder away; restore never replaces one")
        }
        let copy = try await Mailroom.open(at: from, as: .tool, onBrokenDisk: Mailroom.stop)
        try await copy.backup(to: settings.data, also: names)
        let report = try await Mailroom.verify(settings.data)
        try report.require("what was restored")
        Say.line(
            "Restored: \(report.parcels) parcels, \(report.logSize) log entries; all verified.")
        Say.line("What arrived after the copy was made is not in it.")
        Say.line("Ask its senders for it: 'carepass send --again'.")
        if geteuid() == 0 {
            Say.line("All of it belongs to root now. Before the daemon is started, give it over:")
            Say.line("chown -R carepassd: \(settings.data)")
        }
    }

    /// Refuses what is no copy, and names what is missing in it.
    private func refuseIncomplete() throws {
        let manager = FileManager.default
        guard let inside = try? manager.contentsOfDirectory(atPath: from) else {
            throw ServerError(
                .badSettings, .noInput, "there is no folder \(from) that this user can read",
                hint: "name the folder that 'carepassd backup' made")
        }
        let missing = Mailroom.missing(in: from, also: [TLSIdentity.keyFile])
        guard missing.isEmpty else {
            let copy = inside.sorted().last { Mailroom.exists(at: "\(from)/\($0)") }
            throw ServerError(
                .badSettings, .noInput,
                "\(from) is no whole copy: \(Mailroom.listed(missing)) missing",
                hint: copy.map { "do you mean \(from)/\($0)?" }
                    ?? "name the folder that 'carepassd backup' made, or take another copy")
        }
    }
}

extension MailroomReport {
    /// Refuses a folder in which something is wrong.
    func require(_ what: String) throws {
        guard !isSound else { return }
        throw ServerError(
            .badSettings, .refused, "\(what) is damaged: " + findings.joined(separator: "; "),
            hint: "keep it as it is, and take another copy")
    }

    /// What is wrong, in plain words.
    var findings: [String] {
        var findings: [String] = []
        if database != "ok" { findings.append("the database file is damaged") }
        if !isLogSound { findings.append("the log is not the one that was signed") }
        if !damaged.isEmpty { findings.append("\(damaged.count) parcels have other bytes") }
        if !missing.isEmpty { findings.append("\(missing.count) parcels are missing") }
        if !unreadable.isEmpty {
            findings.append("\(unreadable.count) organisations cannot be read")
        }
        return findings
    }
}
