import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportAudit

/// What somebody can do to an exported file, and what the verifier says about it.
struct ExportAttackTests {
    private func makeExport() throws -> (log: TestLog, pieces: [[UInt8]]) {
        let day = try makeDay()
        return (day.sender, try day.sender.export())
    }

    /// The entry in which a byte lies, or nil in the header.
    private func entry(at offset: Int, _ pieces: [[UInt8]]) -> UInt64? {
        var end = 0
        for (number, piece) in pieces.enumerated() {
            end += piece.count
            if offset < end { return number == 0 ? nil : UInt64(number - 1) }
        }
        return nil
    }

    @Test func anHonestExportPasses() throws {
        let (log, pieces) = try makeExport()
        let report = log.verify(pieces.flatMap { $0 })
        #expect(report.integrity.standing == .pass)
        #expect(report.authority.standing == .pass)
        #expect(report.freshness.standing == .pass)
        // One entry is erased, and that is all there is to say.
        #expect(report.completeness.findings.map(\.code) == [.entryErased])
        #expect(report.completeness.has(.entryErased, entry: 3))
        #expect(report.completeness.standing == .warn)
        #expect(report.erased == [3])
        #expect(report.age == 60)
        #expect(report.checkpoint?.size == log.size)
        #expect(
            report.notChecked.map(\.name) == [
                "clock", "erasedEntries", "keptCheckpoints", "otherEnds", "unloggedActs",
                "withheldFields", "witnesses",
            ])
    }

    @Test func fiveHundredRandomChangesAndTruncationsAreFoundAndTheirEntryNamed() throws {
        let (log, pieces) = try makeExport()
        let export = pieces.flatMap { $0 }
        var random = SeededRandom(seed: 500)
        for round in 0..<500 {
            let offset = random.number(in: 0...export.count - 1)
            var changed = export
            let what: String
            if round.isMultiple(of: 5) {
                changed = Array(export[..<offset])
                what = "cut at \(offset)"
            } else {
                let mask = UInt8(random.number(in: 1...255))
                changed[offset] ^= mask
                what = "byte \(offset) ^ \(mask)"
            }
            let report = log.verify(changed)
            #expect(report.integrity.standing == .fail, "\(what)")
            if let entry = entry(at: offset, pieces) {
                #expect(report.namedEntries.contains(entry), "\(what) in entry \(entry)")
            }
        }
    }

    @Test func damagesOfEveryKindAreFoundInExportsAndStoredEntries() throws {
        let (log, pieces) = try makeExport()
        let export = pieces.flatMap { $0 }
        var mutator = Mutator(seed: 18)
        for round in 0..<100 {
            let report = log.verify(mutator.mutated(export))
            #expect(report.integrity.standing == .fail, "round \(round)")
        }
        for entry in log.entries {
            for _ in 0..<20 {
                let damaged = mutator.mutated(entry.encoded())
                #expect(throws: AuditError.self) { try AuditEntry(decoding: damaged) }
            }
        }
    }

    @Test func everySingleByteOfTheHeaderIsAuthenticated() throws {
        let (log, pieces) = try makeExport()
        let export = pieces.flatMap { $0 }
        for offset in pieces[0].indices {
            var changed = export
            changed[offset] ^= 0x01
            #expect(log.verify(changed).integrity.standing == .fail, "byte \(offset)")
        }
    }

    @Test func everySingleByteOfAnEntryIsAuthenticated() throws {
        let (log, pieces) = try makeExport()
        let export = pieces.flatMap { $0 }
        let start = pieces[..<6].reduce(0) { $0 + $1.count }
        for offset in start..<start + pieces[6].count {
            var changed = export
            changed[offset] ^= 0x04
            let report = log.verify(changed)
            #expect(report.integrity.standing == .fail, "byte \(offset)")
            #expect(report.namedEntries.contains(5), "byte \(offset)")
        }
    }

    @Test func aCutTailNamesTheFirstMissingEntry() throws {
        let (log, pieces) = try makeExport()
        for count in 1..<pieces.count {
            let report = log.verify(pieces[..<count].flatMap { $0 })
            let first = UInt64(count - 1)
            #expect(report.integrity.has(.entriesMissing, entry: first))
            #expect(report.completeness.has(.entriesMissing, entry: first))
            #expect(!report.namedEntries.contains { $0 < first && $0 != 3 })
        }
    }

    @Test func aDroppedEntryIsNamed() throws {
        let (log, pieces) = try makeExport()
        for entry in 0..<log.entries.count {
            var changed = pieces
            changed.remove(at: entry + 1)
            let report = log.verify(changed.flatMap { $0 })
            #expect(report.integrity.has(.entriesMissing, entry: UInt64(entry)))
        }
    }

    @Test func reorderedAndRepeatedEntriesAreNamed() throws {
        let (log, pieces) = try makeExport()
        var swapped = pieces
        swapped.swapAt(5, 6)
        var report = log.verify(swapped.flatMap { $0 })
        #expect(report.integrity.has(.entryOutOfOrder, entry: 4))
        var repeated = pieces
        repeated.insert(pieces[5], at: 6)
        report = log.verify(repeated.flatMap { $0 })
        #expect(report.integrity.has(.entryOutOfOrder, entry: 4))
    }

    @Test func bytesAfterTheEndAreFound() throws {
        let (log, pieces) = try makeExport()
        let export = pieces.flatMap { $0 }
        for tail in [[0x00], [0xFF], pieces[1], pieces[0]] as [[UInt8]] {
            #expect(log.verify(export + tail).integrity.has(.trailingBytes))
        }
    }

    /// Rebuilds a piece with another field value, salts and leaf recomputed or not.
    private func rebuild(
        _ piece: [UInt8], leaf recompute: Bool,
        _ change: (inout [AuditField: ExportedEntry.Field]) -> Void
    ) throws -> [UInt8] {
        let entry = try ExportedEntry(CBORReader.item(from: piece))
        var fields = entry.fields
        change(&fields)
        let changed = ExportedEntry(
            index: entry.index, leafData: entry.leafData, fields: fields, commitments: [:])
        guard recompute else { return changed.encoded() }
        let again = try ExportedEntry(CBORReader.item(from: changed.encoded()))
        return ExportedEntry(
            index: again.index, leafData: Commitment.leafData(again.commitments),
            fields: again.fields, commitments: again.commitments
        ).encoded()
    }

    @Test func aForgerWhoRecomputesLeavesIsFoundByTheRoot() throws {
        let (log, pieces) = try makeExport()
        var changed = pieces
        changed[1] = try rebuild(pieces[1], leaf: true) { fields in
            guard case .shown(_, let salt) = fields[.act] else { return }
            fields[.act] = .shown(CBORItem(AuditAct.cardMade.number), salt: salt)
        }
        let report = log.verify(changed.flatMap { $0 })
        #expect(report.integrity.findings.map(\.code) == [.rootMismatch])
    }

    @Test func aFlippedSaltOrAnotherFieldsValueIsNamed() throws {
        let (log, pieces) = try makeExport()
        var changed = pieces
        changed[2] = try rebuild(pieces[2], leaf: false) { fields in
            guard case .shown(let item, var salt) = fields[.time] else { return }
            salt[0] ^= 1
            fields[.time] = .shown(item, salt: salt)
        }
        #expect(log.verify(changed.flatMap { $0 }).integrity.has(.entryAltered, entry: 1))
        // Attack: show the value of one field as that of another.
        changed = pieces
        changed[3] = try rebuild(pieces[3], leaf: false) { fields in
            let object = fields[.object]
            fields[.object] = fields[.counterpart]
            fields[.counterpart] = object
        }
        #expect(log.verify(changed.flatMap { $0 }).integrity.has(.entryAltered, entry: 2))
        // Attack: leave a field out as if it had never been.
        changed = pieces
        changed[3] = try rebuild(pieces[3], leaf: false) { $0[.counterpart] = nil }
        #expect(log.verify(changed.flatMap { $0 }).integrity.has(.entryAltered, entry: 2))
    }

    @Test func aFieldOfTheWrongFormIsNamedEvenWhenTheLogCommittedToIt() throws {
        let log = try TestLog("izmir")
        let items: [AuditField: CBORItem] = [
            .act: CBORItem(AuditAct.refused.number), .time: log.clock.item,
            .reason: .text("she said no"),
        ]
        let seed = digest("seed").bytes
        let shown = items.reduce(
            into: [AuditField: ExportedEntry.Field]()
        ) { fields, pair in
            fields[pair.key] = .shown(
                pair.value, salt: Commitment.salt(of: pair.key, seed: seed))
        }
        let forged = try ExportedEntry(
            CBORReader.item(
                from: ExportedEntry(
                    index: 0, leafData: digest("any"), fields: shown, commitments: [:]
                ).encoded()))
        let leaf = Commitment.leafData(forged.commitments)
        log.append(
            try AuditEntry(
                decoding: CBORItem(fields: [
                    (1, CBORItem(1)), (2, leaf.item), (5, Commitment.item(forged.commitments)),
                ]).encoded()))
        var pieces = try log.export()
        pieces[1] =
            ExportedEntry(index: 0, leafData: leaf, fields: shown, commitments: [:]).encoded()
        let report = log.verify(pieces.flatMap { $0 })
        #expect(report.integrity.standing == .pass)
        #expect(report.completeness.has(.fieldMalformed, entry: 0))
        #expect(report.completeness.findings.first?.arguments == ["11"])
    }

    @Test func anotherOrganisationsCheckpointOrLogIsRefused() throws {
        let day = try makeDay()
        let sender = try day.sender.export()
        let recipient = try day.recipient.export()
        // Attack: the good log of another organisation.
        var report = day.sender.verify(recipient.flatMap { $0 })
        #expect(report.integrity.has(.originMismatch))
        #expect(report.checkpoint == nil)
        // Attack: one's own entries under another's checkpoint, and the reverse.
        report = day.sender.verify(([recipient[0]] + sender.dropFirst()).flatMap { $0 })
        #expect(report.integrity.has(.originMismatch))
        let header = try AuditExportHeader(CBORReader.item(from: sender[0]))
        let foreign = try AuditExportHeader(CBORReader.item(from: recipient[0]))
        let mixed = CBORItem(fields: [
            (1, CBORItem(1)), (2, .text(header.origin)), (3, .unsigned(header.size)),
            (4, .text(foreign.note)), (5, .bytes(header.identity)),
            (6, .array(header.staffCertificates.map { .bytes($0) })),
        ]).encoded()
        report = day.sender.verify(([mixed] + sender.dropFirst()).flatMap { $0 })
        #expect(report.integrity.has(.originMismatch))
    }

    @Test func identityAndCertificatesCannotBeExchanged() throws {
        let (log, pieces) = try makeExport()
        let header = try AuditExportHeader(CBORReader.item(from: pieces[0]))
        for (identity, certificates) in [
            (Array("another".utf8), header.staffCertificates),
            (header.identity, header.staffCertificates.dropLast()),
            (header.identity, header.staffCertificates.reversed()),
            (header.identity, header.staffCertificates + [[1]]),
        ] as [([UInt8], [[UInt8]])] {
            let changed = try AuditExportHeader(
                note: header.note, identity: identity, staffCertificates: certificates)
            let report = log.verify(([changed.encoded()] + pieces.dropFirst()).flatMap { $0 })
            #expect(report.integrity.findings.map(\.code) == [.headerNotBound])
        }
    }

    @Test func unknownSignatureLinesInAnExportAreUnauthenticatedBytes() throws {
        let (log, pieces) = try makeExport()
        let header = try AuditExportHeader(CBORReader.item(from: pieces[0]))
        let changed = try AuditExportHeader(
            note: header.note + "— someone AAAAAAAA\n", identity: header.identity,
            staffCertificates: header.staffCertificates)
        let report = log.verify(([changed.encoded()] + pieces.dropFirst()).flatMap { $0 })
        #expect(report.integrity.has(.checkpointUnchecked))
    }

    @Test func aCheckpointByAKeyThatIsNotTheLogsFailsIntegrityAndAuthority() throws {
        let (log, pieces) = try makeExport()
        let stranger = try makeKey("stranger", .log)
        let header = try AuditExportHeader(
            note: log.checkpoint().signed(by: stranger), identity: log.identity,
            staffCertificates: log.certificates)
        let report = log.verify(([header.encoded()] + pieces.dropFirst()).flatMap { $0 })
        #expect(report.integrity.has(.checkpointUnsigned))
        #expect(report.authority.has(.logKeyUnknown))
    }

    @Test func rollbackAgainstAKeptCheckpointIsFound() throws {
        let (sender, _) = try makeDay()
        let early = try sender.export()
        try sender.log(.cardMade)
        let kept = try sender.kept()
        let report = sender.verify(early.flatMap { $0 }, kept: [kept])
        #expect(report.integrity.has(.rollback))
    }

    @Test func splitViewAgainstAKeptCheckpointIsFound() throws {
        let honest = try TestLog("izmir")
        for _ in 0..<5 { try honest.log(.cardMade) }
        let kept = try honest.kept()
        // Attack: the log's own key signs another history, as long or longer.
        for count in [4, 9] {
            let second = try TestLog("izmir")
            for _ in 0..<count { try second.log(.grantMade) }
            let report = second.verify(try second.export().flatMap { $0 }, kept: [kept])
            #expect(report.integrity.findings.map(\.code) == [.splitView])
        }
        try honest.log(.cardMade)
        let report = honest.verify(try honest.export().flatMap { $0 }, kept: [kept])
        #expect(report.integrity.standing == .pass)
        #expect(!report.notChecked.contains(.keptCheckpoints))
    }

    @Test func aDamagedFileAccusesNobodyOfASplitView() throws {
        let (log, _) = try makeExport()
        let kept = try log.kept()
        let pieces = try log.export()
        // A byte of the leaf itself, so that no later root can be computed either.
        var changed = pieces.flatMap { $0 }
        changed[pieces[0].count + 10] ^= 1
        let report = log.verify(changed, kept: [kept])
        #expect(report.integrity.has(.entryAltered, entry: 0))
        #expect(report.integrity.has(.rootMismatch))
        #expect(!report.integrity.has(.splitView))
        #expect(report.notChecked.contains(.keptCheckpoints))
        var dropped = pieces
        dropped.remove(at: 2)
        #expect(
            !log.verify(dropped.flatMap { $0 }, kept: [kept]).integrity.has(.splitView))
    }

    @Test func aKeptCheckpointOfAnotherLogIsSetAside() throws {
        let day = try makeDay()
        let kept = try day.recipient.kept()
        let report = day.sender.verify(try day.sender.export().flatMap { $0 }, kept: [kept])
        #expect(report.integrity.standing == .pass)
        #expect(report.notChecked.contains(.keptOtherLog))
        #expect(report.notChecked.contains(.keptCheckpoints))
    }

    @Test(
        arguments: [[], [0xA0], [0xFF], [0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]] as [[UInt8]])
    func whatIsNoExportIsRefusedWithoutATrap(_ bytes: [UInt8]) throws {
        let report = try TestLog("izmir").verify(bytes)
        #expect(report.integrity.has(.headerUnreadable))
        #expect(report.verdicts.allSatisfy { $0.standing == .fail })
    }

    @Test func aLogThatIsWrongEverywhereDoesNotExhaustTheAuditor() throws {
        let (log, pieces) = try makeExport()
        let wrong = [[UInt8]](repeating: pieces[2], count: 3_000).flatMap { $0 }
        let header = CBORItem(fields: [
            (1, CBORItem(1)), (2, .text(log.origin)), (3, .unsigned(UInt64(Limits.auditEntries))),
            (4, .text("")), (5, .bytes([])), (6, .array([])),
        ]).encoded()
        let report = log.verify(header + wrong)
        #expect(report.integrity.findings.count == AuditVerdict.maximumFindings)
        #expect(report.integrity.omitted > 1_000)
    }
}
