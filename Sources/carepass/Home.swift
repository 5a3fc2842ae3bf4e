import CarePassport
import Foundation
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportStore
import PassportTrust

/// Names of the files in an organisation's folder.
struct HomeLayout {
    let path: String
    var database: String { "\(path)/carepass.sqlite" }
    var keystore: String { "\(path)/keystore.key" }
    var root: String { "\(path)/root.key" }
    var nextRoot: String { "\(path)/next-root.key" }
    func operatorKey(_ handle: String) -> String { "\(path)/operator-\(handle).key" }

    /// A folder into which others can write is no home: they could exchange every file.
    func refuseLooseFolder() throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.loose-folder"),
                hint: Words.say("hint.loose-folder"))
        }
    }

    /// Opens the database. Keys without one are no empty home: it was lost.
    func openStore() throws -> Store {
        let files = FileManager.default
        guard files.fileExists(atPath: database) || !files.fileExists(atPath: keystore) else {
            throw CommandError(
                .noFile, .noInput, Words.say("error.no-database", ViewText.clean(path)),
                hint: Words.say("hint.no-database"))
        }
        return try Store.open(at: database)
    }

    /// Opens a key file that is for its owner alone.
    ///
    /// - Parameter what: whose it is, in words.
    func keys(_ path: String, _ what: String, passphrase: borrowing Passphrase) throws -> KeyFile {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.loose-key", what, ViewText.clean(path)),
                hint: Words.say("hint.loose-key", ViewText.clean(path)))
        }
        let bytes = try Files.read(path, maximum: Limits.keyFileBytes, what: what)
        do {
            return try KeyFile(decoding: bytes, passphrase: passphrase)
        } catch {
            guard error.code == .wrongPassphrase else {
                return try FileFailure.naming(path) { throw error }
            }
            throw SecrecyError(
                .wrongPassphrase, .refused,
                Words.say("error.wrong-passphrase", what, ViewText.clean(path)))
        }
    }

    /// Keys of an earlier life are moved, never overwritten: without them no envelope that was
    /// sealed to this organisation would ever open again.
    ///
    /// - Returns: where the file is now; nil when there was none.
    @discardableResult
    static func setAside(_ path: String, _ now: Timestamp) throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let place = "\(path).before-\(now.seconds)"
        do {
            try FileManager.default.moveItem(atPath: path, toPath: place)
            return place
        } catch {
            throw CommandError(.badArgument, .cannotWrite, Words.say("error.key-in-the-way"))
        }
    }
}

/// An organisation's folder, opened by one command at a time: database, keys, and one fixed
/// moment.
struct Home: ~Copyable {
    let layout: HomeLayout
    let store: Store
    let keys: KeyFile
    let identity: Identity
    let randomness = Randomness.system
    /// This command's turn in the home.
    let turn: HomeTurn

    /// The roles whose keys the keystore holds.
    static let keystorePurposes: [KeyPurpose] = KeyPurpose.roles + [.vault]

    /// Seconds that may lie between the newest entry and a clock that is believed unasked: 90
    /// days. What the log has once, the home stands at; a clinic that keeps its status lists, as
    /// it must every few weeks, never gets there.
    static let clockLeap: Int64 = 90 * 86_400

    /// Opens a home.
    ///
    /// - Parameter clockIsRight: true when an operator vouches for a clock that is far ahead of
    ///   the log. Without one such a clock is refused: nobody would have said so.
    init(_ options: GlobalOptions, clockIsRight: Bool = false) throws {
        let layout = HomeLayout(path: options.homePath)
        try layout.refuseLooseFolder()
        let store = try layout.openStore()
        _ = try store.ownIdentity()
        let passphrase = try PassphraseInput.read(
            file: options.passphraseFile, variable: "CAREPASS_PASSPHRASE",
            prompt: "prompt.passphrase")
        let keys = try layout.keys(
            layout.keystore, Words.say("what.keystore"), passphrase: passphrase)
        let lock = try HomeLock(layout.path)
        let identity = try store.ownIdentity()
        // Before any of it decides something: rows carry no signature of their own.
        let origin = LogOrigin.text(for: identity.organisation.digest)
        try store.upgrade(origin: origin, logKey: keys.signingKey(.log))
        try store.confirm(origin: origin, key: keys.signingKey(.log).verifyingKey)
        // A clock behind our own log is wrong: time never runs backwards in the log.
        let clock = options.now()
        let floor = try store.clockFloor()
        let now = max(clock, floor)
        guard clockIsRight || !Self.leaps(from: floor, to: now) else {
            throw Self.clockLeap(from: floor, to: now)
        }
        turn = HomeTurn(
            lock, store, origin: origin, logKey: try keys.signingKey(.log).verifyingKey,
            clock: options.now, from: now)
        self.layout = layout
        self.store = store
        self.identity = identity
        self.keys = keys
    }

    private static func leaps(from floor: Timestamp, to now: Timestamp) -> Bool {
        now.seconds - floor.seconds > clockLeap
    }

    private static func clockLeap(from floor: Timestamp, to now: Timestamp) -> CommandError {
        CommandError(
            .clockLeap, .refused, Words.say("error.clock-leap", "\(now)", "\(floor)"),
            hint: Words.say("hint.clock-leap"))
    }

    /// True while the clock is far ahead of the log and the log has nobody's word for it.
    func leaps() throws -> Bool { Self.leaps(from: try store.clockFloor(), to: now) }

    /// The moment of what is done in this turn.
    var now: Timestamp { turn.now }
    /// What the system's clock says, which may be behind `now`.
    var clock: Timestamp { turn.clock }
    var organisation: OrganisationID { identity.organisation }
    var origin: String { LogOrigin.text(for: organisation.digest) }

    /// What is known here, judged at this moment. A command asks once: two answers may differ
    /// when another one is at work.
    func knowledge() throws -> Knowledge { try store.knowledge(clock: clock) }

    /// Refuses to sign or pack anything for a passport that is over, as far as is known here.
    func refuseEnded(_ passport: VerifiedPassport, _ knowledge: Knowledge) throws {
        let claims = passport.claims
        let isWithdrawn = knowledge.withdrawals.contains { withdrawal in
            withdrawal.terms.grants.isEmpty
                && (try? withdrawal.verify(for: passport, identities: knowledge.identities)) != nil
        }
        guard !isWithdrawn, now <= claims.expires,
            !knowledge.freshness(of: claims.status, by: claims.issuer).isOver
        else {
            throw CommandError(.nothingGranted, .refused, Words.say("error.passport-ended"))
        }
    }

    /// A pinned organisation that content may be sealed to. A name alone is what anybody can
    /// call himself, so others are not found by it.
    func recipient(
        named text: String, profile: Profile, _ knowledge: Knowledge
    ) throws -> Identity {
        let identity = try organisation(named: text)
        let purposes: Set<KeyPurpose> = [profile.sealingPurpose]
        guard knowledge.standing(of: identity.organisation, for: purposes) == .pinned else {
            throw Self.notPinned(identity, for: profile.sealingPurpose, knowledge)
        }
        return identity
    }

    /// What whoever exchanges over the network is mostly trusted for.
    private static let usualTrust = "issue,consent,status,log,exchange,seal-net"

    /// Why nothing goes to an organisation. A pin is replaced as a whole, so the hint names all
    /// that it is trusted for already.
    static func notPinned(
        _ identity: Identity, for purpose: KeyPurpose, _ knowledge: Knowledge
    ) -> CommandError {
        let name = ViewText.name(identity.name)
        let pin = knowledge.pins[identity.organisation]
        if let pin, pin.purposes.contains(purpose) {
            return CommandError(.unknownOrganisation, .refused, Words.say("error.frozen"))
        }
        let trust = KeyPurpose.roles
            .filter { $0 == purpose || pin?.purposes.contains($0) == true }.map(\.name)
        return CommandError(
            .unknownOrganisation, .refused,
            pin == nil
                ? Words.say("error.not-pinned", name)
                : Words.say("error.not-pinned-for", name, purpose.name),
            hint: pin == nil
                ? Words.say("hint.not-pinned", purpose == .exchange ? usualTrust : purpose.name)
                : Words.say("hint.not-pinned-for", trust.joined(separator: ",")))
    }

    /// Commits changes with an entry that no operator has to sign.
    @discardableResult
    func commit(_ fields: AuditFields, _ changes: [StoreChange] = []) throws -> UInt64 {
        try commitTogether([(fields, changes)])
    }

    /// Commits several acts in one transaction, with entries that no operator has to sign.
    @discardableResult
    func commitTogether(
        _ acts: [(fields: AuditFields, changes: [StoreChange])]
    ) throws -> UInt64 {
        guard try !leaps() else { throw Self.clockLeap(from: try store.clockFloor(), to: now) }
        return try store.commit(
            acts.map { (try AuditEntry(fields: $0.fields, randomness: randomness), $0.changes) },
            origin: origin, logKey: keys.signingKey(.log))
    }

    /// An organisation known here, by the beginning of its id or of its name.
    func organisation(named text: String) throws -> Identity {
        let all = try store.organisations()
        // Only pinned ones by name: whoever calls himself like a known clinic must not be taken
        // for it, nor make its name ambiguous.
        let trusted = all.filter { $0.isOwn || $0.pin != nil }.map(\.identity)
        var found = all.map(\.identity).filter { $0.organisation.text == text }
        if found.isEmpty { found = trusted.filter { $0.name == text } }
        if found.isEmpty {
            found = trusted.filter { $0.name.lowercased().hasPrefix(text.lowercased()) }
        }
        guard let identity = found.first, found.count == 1 else {
            throw CommandError(
                .unknownOrganisation, .noInput,
                Words.say(
                    found.isEmpty ? "error.no-organisation" : "error.many-organisations",
                    ViewText.clean(text)),
                hint: Words.say("hint.peer-list"))
        }
        return identity
    }

    /// A fresh index in our newest status list, as a reference and the changes that claim it.
    func newStatus() throws -> (reference: StatusReference, changes: [StoreChange]) {
        let free = try store.freeStatusIndex(randomness)
        let uri = organisation.statusListURI(free.list)
        return (StatusReference(uri: uri, index: free.position), free.changes)
    }

    /// Seconds after which a list in which nothing changed is signed anew: those who have it see
    /// that it is current, and neither log fills with what is no news.
    private static let listSeconds: Int64 = 86_400

    /// Our lists as they stand, signed; nobody may get them before `keep` has stored them.
    ///
    /// - Parameter isFresh: true to sign anew what nothing changed in.
    func signedStatusLists(isFresh: Bool = false) throws -> [SignedStatusList] {
        let key = try keys.signingKey(.status)
        let known = try knowledge().statusLists
        var signed: [SignedStatusList] = []
        for (number, list) in try store.ownStatusLists() {
            let uri = organisation.statusListURI(number)
            if !isFresh, let kept = known[uri], kept.list == list, kept.issued <= now,
                kept.issued.adding(seconds: Self.listSeconds) > now,
                try SignedStatusList.parse(kept.bytes).keyHash == key.verifyingKey.keyHash
            {
                signed.append(kept)
                continue
            }
            let bytes = try SignedStatusList.make(
                list, uri: uri, issued: now,
                expires: now.adding(seconds: 30 * 86_400), key: key)
            signed.append(try SignedStatusList(verifying: bytes, by: identity))
        }
        return signed
    }

    /// Stores signed lists, and logs that.
    func keep(_ signed: [SignedStatusList]) throws {
        try commitTogether(try acts(keeping: signed))
    }

    /// What to commit before anybody gets signed lists; nothing for those that are kept already.
    func acts(
        keeping signed: [SignedStatusList]
    ) throws -> [(fields: AuditFields, changes: [StoreChange])] {
        let known = try knowledge().statusLists
        return signed.filter { known[$0.uri] != $0 }.map { list in
            (fields: .listing(list, now), changes: [StoreChange.statusList(list)])
        }
    }
}
