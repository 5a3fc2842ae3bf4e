import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// A vector for each finding that damage and stolen keys alone do not bring about.
struct FindingVectors {
    let exports: ExportVectors
    let log: LogWorld

    func write() throws {
        try identity()
        try kept()
        try checkpoint()
        try content()
        try damaged()
        try withheld()
        try times()
        try staff()
        try proofs()
    }

    private func identity() throws {
        let items = try log.export()
        func add(_ name: String, _ verdict: Ruling, _ comment: String, _ identity: String) throws {
            try exports.add(name, verdict, comment, items, identity: identity)
        }
        try add(
            "identity-unconfirmed", .refused,
            "A log that is judged by its own keys alone is nobody's.", "unconfirmed")
        try add(
            "identity-waived", .warn, "An auditor who accepts anybody is told so.", "waived")
        try add("identity-differs", .refused, "Another fingerprint is another log.", "differs")
    }

    private func kept() throws {
        let items = try log.export()
        let key = try LogWorld.logKey()
        let note = try log.note(2, key: key)
        try exports.add(
            "kept-no-note", .refused, "What was kept and cannot be read is told.", items,
            kept: ["a letter\n"])
        try exports.add(
            "kept-signature-broken", .refused, "A kept checkpoint that nobody signed is told.",
            items, kept: [note.replacing("\n2\n", with: "\n3\n")])
        try exports.add(
            "kept-by-another-key", .refused, "A kept checkpoint is signed by the log.", items,
            kept: [log.note(2, key: LogWorld.logKey("thief"))])
        let other = try LogWorld("Athens log", identity: [])
        try exports.add(
            "kept-of-another-log", .accept, "A checkpoint of another log is told apart.", items,
            kept: [other.note(key: key), note])
    }

    private func checkpoint() throws {
        let line = "— somebody \(Base64.encode([UInt8](repeating: 7, count: 68)))\n"
        try exports.add(
            "checkpoint-unchecked", .refused, "A line that nobody can check is told.",
            RawLog(log).export { $0 + line })
        let key = try LogWorld.logKey()
        func extended(_ note: String) throws -> String {
            let text = try SignedNote(parsing: note).text + "extension\n"
            let value =
                SignedNote.keyID(name: log.origin, key: key.verifyingKey)
                + key.signature(for: Array(text.utf8))
            return "\(text)\n— \(log.origin) \(Base64.encode(value))\n"
        }
        try exports.add(
            "checkpoint-extended", .accept, "A signed line of a later version changes nothing.",
            RawLog(log).export(note: extended))
        var items = try log.export()
        items[0] = try Forge.fields(items[0]) { $0[CBORItem(3)] = CBORItem(5) }
        try exports.add(
            "size-mismatch", .refused, "Header and checkpoint count the same entries.", items)
    }

    private func content() throws {
        func outcome(_ change: (inout AuditFields) -> Void = { _ in }) throws -> RawEntry {
            var fields = AuditFields(act: .openOutcome, time: Moments.now)
            fields.intent = 1
            fields.outcome = .done
            change(&fields)
            return try RawEntry(fields)
        }
        func add(_ name: String, _ comment: String, _ entry: RawEntry) throws {
            var raw = try RawLog(log, dropping: 1)
            raw.entries.append(entry)
            try exports.add(name, .refused, comment, raw.export())
        }
        var twice = try RawLog(log)
        twice.entries.append(try outcome())
        try exports.add(
            "intent-answered-twice", .refused, "One announcement is for one opening.",
            twice.export())
        try add("field-missing", "An end says how it ended.", outcome { $0.outcome = nil })
        try add("intent-missing", "An end says whose end it is.", outcome { $0.intent = nil })
        var timeless = try outcome()
        timeless.fields[2] = nil
        try add("time-missing", "An entry has its time.", timeless)
        for (field, value) in [
            (2, CBORItem.text("now")), (10, .bool(true)), (11, .text("she said")),
            (13, .bytes([1])), (14, .negative(0)), (15, .text("signed")),
        ] {
            var malformed = try outcome()
            malformed.fields[field] = value
            try add("field-malformed-\(field)", "A field has its form.", malformed)
        }
        var later = try outcome()
        later.fields[77] = .text("later")
        var unknown = try RawLog(log, dropping: 1)
        unknown.entries.append(later)
        try exports.add(
            "field-unknown", .accept, "A field of a later version is told.", unknown.export())
    }

    /// Bytes of each part of an auditor's export.
    private func damaged() throws {
        let items = try log.export(policy: .auditor)
        for item in items.indices {
            for part in 1...3 {
                var changed = items
                changed[item] = Forge.flipped(items[item], at: part * items[item].count / 4 - 1)
                try exports.add(
                    "damaged-\(item)-\(part)", .refused, "A changed byte is found.", changed)
            }
        }
    }

    private func withheld() throws {
        func add(_ name: String, _ comment: String, _ index: UInt64, _ field: AuditField) throws {
            try exports.add(
                name, .warn, comment,
                log.export(policy: DisclosurePolicy { $0 != index || $1 != field }))
        }
        try add("time-withheld", "A time that is not shown is told.", 0, .time)
        try add("intent-withheld", "An end that shows no beginning is told.", 2, .intent)
        try add("signature-withheld", "A signature that is not shown is told.", 1, .signature)
        try exports.add(
            "age-unknown", .refused, "A log without a time has no age.",
            log.export(policy: DisclosurePolicy { _, field in field != .time }))
    }

    private func times() throws {
        let items = try log.export()
        try exports.add(
            "time-ahead", .warn, "A log from the future is told.", items,
            now: Moments.now.adding(seconds: -10))
        var backwards = try RawLog(log)
        backwards.entries[2].fields[2] = Moments.granted.adding(seconds: -1).item
        try exports.add(
            "clock-backwards", .warn, "A clock that went back is told.", backwards.export())
        let after = Moments.now.adding(seconds: 10)
        let key = try LogWorld.logKey()
        let lost = ExportVectors.authorised(key.verifyingKey, stolen: after)
        try exports.add(
            "log-key-age-unproven", .warn, "A thief writes any date.", items, logKey: lost)
        let note = try log.note(key: key)
        try exports.add(
            "log-key-age-proven", .accept, "What was seen before a theft is older.", items,
            logKey: lost, kept: [note], seenAt: after.adding(seconds: -1))
    }

    private func staff() throws {
        let items = try log.export()
        let nurse = try LogWorld.nurse().verifyingKey
        let after = Moments.now.adding(seconds: 10)
        let lost = ExportVectors.authorised(nurse, stolen: after)
        try exports.add(
            "staff-key-stolen", .refused, "A signature made after a theft is suspect.", items,
            staffKeys: [ExportVectors.authorised(nurse, stolen: Moments.now)])
        try exports.add(
            "staff-age-unproven", .warn, "A thief writes any date.", items, staffKeys: [lost])
        let key = try LogWorld.logKey()
        try exports.add(
            "staff-age-proven", .accept, "What was seen before a theft is older.", items,
            staffKeys: [lost], kept: [log.note(2, key: key)], seenAt: after.adding(seconds: -1))
        try exports.add(
            "staff-age-proven-short", .warn, "A checkpoint proves what it contains.", items,
            staffKeys: [lost], kept: [log.note(1, key: key)], seenAt: after.adding(seconds: -1))
        var raw = try RawLog(log)
        raw.entries[1].fields[3] = Digest.sha256(of: [1]).item
        try exports.add(
            "staff-mismatch", .refused, "Nobody acts in a colleague's name.", raw.export())
        var reused = try RawLog(log)
        reused.entries[1].isSigned = false
        reused.entries[1].fields[15] = .bytes([1])
        try exports.add(
            "staff-signature-none", .refused, "A signature is one.", reused.export())
    }

    private func proof(
        of index: UInt64, _ policy: DisclosurePolicy = .auditor
    ) throws -> [UInt8] {
        let tree = log.tree()
        let path = try MerkleProof.inclusion(
            of: index, size: tree.frontier.size, node: LogWorld.lookup(tree.nodes))
        return try EntryProof(
            log.entries[Int(index)],
            InclusionProof(index: index, path: path, note: log.note(key: LogWorld.logKey())),
            policy: policy, identity: log.identity, staffCertificates: []
        ).encoded()
    }

    private func add(
        proof name: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
        kept: [String]? = nil
    ) throws { try exports.add("proof-\(name)", verdict, comment, [bytes], kept: kept) }

    private func proofs() throws {
        // The age of a log does not show in one entry, so no proof is without a warning.
        for index in [UInt64(1), 2] {
            try add(
                proof: "of-entry-\(index)", .warn, "One entry is proven alone.", proof(of: index))
        }
        try add(
            proof: "full", .warn, "A proof may show everything.", proof(of: 1, .full))
        try add(
            proof: "of-entry-0", .refused, "Of one entry nobody can say that it was the first.",
            proof(of: 0))
        let good = try proof(of: 1)
        try forgedProofs(good)
        // Every part of it but identity and certificates, which whoever reads it judges.
        let places = good.count - 60
        for number in 0..<18 {
            try add(
                proof: "damaged-\(number)", .refused, "A changed byte is found.",
                Forge.flipped(good, at: number * places / 18))
        }
        let key = try LogWorld.logKey()
        try add(
            proof: "kept-of-its-size", .warn, "A proof is compared with what was kept.", good,
            kept: [log.note(key: key)])
        try add(
            proof: "kept-smaller", .refused, "What could not be compared is told.", good,
            kept: [log.note(2, key: key)])
    }

    private func forgedProofs(_ good: [UInt8]) throws {
        let other = try CBORReader.item(from: log.export()[3])
        try add(
            proof: "of-another-entry", .refused, "A proof is for its entry.",
            Forge.fields(good) { $0[CBORItem(3)] = other })
        func edited(_ edit: (inout Forge.Fields) -> Void) throws -> [UInt8] {
            try Forge.fields(good) { fields in
                guard let entry = fields[CBORItem(3)] else { return }
                fields[CBORItem(3)] = try CBORReader.item(
                    from: Forge.fields(entry.encoded()) { edit(&$0) })
            }
        }
        try add(
            proof: "another-place", .refused, "An entry says where it stands.",
            edited { $0[CBORItem(1)] = CBORItem(2) })
        try add(
            proof: "entry-altered", .refused, "Fields make up their leaf.",
            edited { $0[CBORItem(3)] = CBORItem(fields: [(1, Digest.sha256(of: [1]).item)]) })
        func text(_ change: (String) -> String) throws -> [UInt8] {
            try Forge.fields(good) { fields in
                guard case .text(let text) = fields[CBORItem(2)] else { return }
                fields[CBORItem(2)] = .text(change(text))
            }
        }
        try add(
            proof: "path-cut", .refused, "A proof leads to the root.",
            text { text in
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                return (lines.prefix(2) + lines.dropFirst(3)).joined(separator: "\n")
            })
        try add(
            proof: "not-signed", .refused, "A proof ends in a signed checkpoint.",
            text { $0.replacing("\n4\n", with: "\n5\n") })
        try add(
            proof: "trailing-byte", .refused, "Nothing follows a proof.", good + [0])
        try add(
            proof: "unknown-part", .refused, "A proof has no other part.",
            Forge.fields(good) { $0[CBORItem(9)] = .null })
    }
}
