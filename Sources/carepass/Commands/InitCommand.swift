import ArgumentParser
import Foundation
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass init`: makes an organisation with its keys, manifest and database.
struct InitCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make an organisation: keys, manifest, database.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "What the organisation calls itself, for example 'Clinic Athens'.")
    var name: String

    private static let periods = FirstManifest.Periods(
        roleKeys: 2 * 365 * 86_400, manifest: 365 * 86_400)

    func reply() throws -> Reply {
        let layout = HomeLayout(path: options.homePath)
        let now = options.now()
        if FileManager.default.fileExists(atPath: layout.path) {
            let lock = try HomeLock(layout.path)
            defer { withExtendedLifetime(lock) {} }
            try Self.refuseTaken(layout)
        }
        guard ViewText.isPlainName(name) else {
            throw CommandError(.badArgument, .badInput, Words.say("error.name-marks"))
        }
        guard !name.isEmpty, name.utf8.count <= Limits.displayCharacters else {
            throw CommandError(.badArgument, .badInput, Words.say("error.name-length"))
        }
        let passphrase = try PassphraseInput.read(
            file: options.passphraseFile, variable: "CAREPASS_PASSPHRASE",
            prompt: "prompt.new-passphrase", twice: true)
        do {
            try FileManager.default.createDirectory(
                atPath: layout.path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandError(
                .badArgument, .cannotWrite,
                Words.say("error.no-home", ViewText.clean(layout.path)))
        }
        let lock = try HomeLock(layout.path)
        defer { withExtendedLifetime(lock) {} }
        // Somebody else may have been here while a passphrase was typed.
        try Self.refuseTaken(layout)
        let keys = try KeyFile(generating: Home.keystorePurposes, from: .system)
        let root = try KeyFile(generating: [.root], from: .system)
        let nextRoot = try KeyFile(generating: [.root], from: .system)
        let identity = try FirstManifest.identity(
            named: name, keys: keys, root: root, nextRoot: nextRoot, issued: now,
            lasting: Self.periods)
        // The database comes last: a folder without one can be made again.
        var setAside: [String] = []
        for (path, file) in [(layout.keystore, 0), (layout.root, 1), (layout.nextRoot, 2)] {
            let bytes =
                switch file {
                case 0: try keys.encoded(passphrase: passphrase, randomness: .system)
                case 1: try root.encoded(passphrase: passphrase, randomness: .system)
                default: try nextRoot.encoded(passphrase: passphrase, randomness: .system)
                }
            if let place = try HomeLayout.setAside(path, now) { setAside.append(place) }
            try AtomicFile.write(bytes, to: path, replacing: false)
        }
        let store =
            try FileManager.default.fileExists(atPath: layout.database)
            ? Store.finish(at: layout.database) : Store.create(at: layout.database)
        var fields = AuditFields(act: .organisationCreated, time: now)
        fields.object = identity.chain.currentHash
        try store.commit(
            AuditEntry(fields: fields, randomness: .system), [.own(identity)],
            origin: LogOrigin.text(for: identity.organisation.digest),
            logKey: keys.signingKey(.log))
        let fingerprint = Fingerprint(of: identity)
        return Reply(
            lines: [
                Words.say("init.done", name), Words.say("init.fingerprint", fingerprint.text),
                Words.say("init.roots"),
            ] + setAside.map { Words.say("init.set-aside", ViewText.clean($0)) },
            json: [
                "organisation": .string(identity.organisation.text), "name": .string(name),
                "fingerprint": .string(fingerprint.text),
                "setAside": .array(setAside.map { .string($0) }),
            ])
    }

    private static func refuseTaken(_ layout: HomeLayout) throws {
        guard try !isTaken(layout) else {
            throw CommandError(.badArgument, .refused, Words.say("error.home-exists"))
        }
    }

    /// True when an organisation lives here. A database without one is what a crash inside
    /// `init` leaves, and must not lock the folder for ever.
    private static func isTaken(_ layout: HomeLayout) throws -> Bool {
        guard FileManager.default.fileExists(atPath: layout.database) else { return false }
        do {
            let store = try Store.open(at: layout.database)
            return try store.logSize() > 0 || !store.organisations().isEmpty
        } catch let error as StoreError where error.code == .missing {
            return false
        }
    }
}
