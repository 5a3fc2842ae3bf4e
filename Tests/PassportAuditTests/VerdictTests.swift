import PassportAudit
import PassportCoding
import PassportCrypto
import Testing

/// What a log may contain and still be intact, and what each verdict says about it.
struct VerdictTests {
    private func report(
        _ log: TestLog, authority: LogAuthority? = nil, kept: [KeptCheckpoint] = []
    ) throws -> AuditReport {
        log.verify(try log.export().flatMap { $0 }, authority: authority, kept: kept)
    }

    private func opening(_ log: TestLog) throws -> UInt64 {
        try log.log(.openIntent, signed: true) { $0.sections = [1] }
    }

    // Completeness

    @Test func anOpeningWithoutAnEndIsListedAsInterrupted() throws {
        let log = try TestLog("athens")
        let first = try opening(log)
        let second = try opening(log)
        try log.log(.openOutcome) {
            $0.intent = second
            $0.outcome = .done
        }
        let report = try report(log)
        #expect(report.integrity.standing == .pass)
        #expect(report.completeness.standing == .warn)
        #expect(report.completeness.findings.map(\.code) == [.openingInterrupted])
        #expect(report.completeness.has(.openingInterrupted, entry: first))
    }

    @Test func anOutcomeThatNobodyAnnouncedFails() throws {
        for intent: UInt64 in [0, 1, 2, 77, UInt64(Int64.max)] {
            let log = try TestLog("athens")
            try log.log(.cardMade)
            try log.log(.openOutcome) {
                $0.intent = intent
                $0.outcome = .done
            }
            _ = try opening(log)
            let report = try report(log)
            #expect(report.integrity.standing == .pass)
            #expect(report.completeness.has(.outcomeWithoutIntent, entry: 1))
            #expect(report.completeness.standing == .fail)
        }
    }

    @Test func anOutcomeThatSaysNothingFails() throws {
        let log = try TestLog("athens")
        _ = try opening(log)
        try log.log(.openOutcome) { $0.outcome = .done }
        try log.log(.openOutcome) { $0.intent = 0 }
        let findings = try report(log).completeness.findings.filter { $0.code == .fieldMissing }
        #expect(findings.map(\.entry) == [1, 2])
        #expect(findings.map(\.arguments) == [["12"], ["10"]])
    }

    @Test func twoEndsOfOneOpeningFail() throws {
        let log = try TestLog("athens")
        let intent = try opening(log)
        for _ in 1...2 {
            try log.log(.openOutcome) {
                $0.intent = intent
                $0.outcome = .refused
            }
        }
        #expect(try report(log).completeness.has(.intentAnsweredTwice, entry: 2))
    }

    @Test func anOpeningThatNobodySignedFails() throws {
        let log = try TestLog("athens")
        try log.log(.openIntent) { $0.staff = digest("somebody") }
        let report = try report(log)
        #expect(report.completeness.has(.signatureMissing, entry: 0))
        #expect(report.notChecked.contains(.unsignedStaff))
    }

    private static let signedActs: [AuditAct] = [
        .staffEnded, .peerPinned, .peerRemoved, .summaryExported, .passportSealed, .grantMade,
        .disclosed, .openIntent, .withdrawn, .clockConfirmed,
    ]

    @Test(arguments: signedActs)
    func anActThatNobodySignedFails(_ act: AuditAct) throws {
        let log = try TestLog("athens")
        try log.log(act, signed: true)
        try log.log(act)
        let missing = try report(log).completeness.findings.filter { $0.code == .signatureMissing }
        #expect(missing.map(\.entry) == [1])
    }

    @Test func onlyTheFirstMemberOfStaffGoesUnsigned() throws {
        let log = try TestLog("athens")
        try log.log(.organisationCreated)
        try log.log(.staffAdded)
        #expect(try report(log).completeness.standing == .pass)
        // Attack: let the house's keys alone make another one.
        try log.log(.staffAdded)
        try log.log(.staffAdded, signed: true)
        let missing = try report(log).completeness.findings.filter { $0.code == .signatureMissing }
        #expect(missing.map(\.entry) == [3])
    }

    @Test func erasingTheFirstMemberOfStaffMakesNoOtherTheFirst() throws {
        let log = try TestLog("athens")
        try log.log(.staffAdded)
        try log.log(.grantMade, signed: true)
        log.erase(0)
        log.erase(1)
        try log.log(.staffAdded)
        #expect(try report(log).completeness.has(.signatureMissing, entry: 2))
    }

    /// Attack: certify a key without a word in the log, and act under it.
    @Test func aKeyThatTheLogNeverAddedSignsNothing() throws {
        let log = try TestLog("athens")
        try log.log(.staffAdded) { $0.object = digest("another") }
        try log.log(.statusIssued) { $0.object = log.staffKey.verifyingKey.keyHash }
        try log.log(.grantMade, signed: true)
        // Nor does it add itself.
        try log.log(.staffAdded, signed: true) { $0.object = log.staffKey.verifyingKey.keyHash }
        try log.log(.grantMade, signed: true)
        let found = try report(log).authority
        #expect(found.standing == .fail)
        let unannounced = found.findings.filter { $0.code == .staffUnannounced }
        #expect(unannounced.map(\.entry) == [2, 3])
        log.erase(1)
        #expect(try report(log).authority.standing == .warn)
    }

    @Test func whoeverEndedSignsNothingMore() throws {
        let log = try TestLog("athens")
        let key = log.staffKey.verifyingKey.keyHash
        _ = try opening(log)
        // Attack: an end that says not whose it is.
        try log.log(.staffEnded, signed: true)
        try log.log(.staffEnded, signed: true) { $0.object = key }
        // Attack: go on, under a date from before the end.
        log.clock = log.clock.adding(seconds: -120)
        try log.log(.grantMade, signed: true)
        let report = try report(log)
        #expect(report.completeness.has(.fieldMissing, entry: 1))
        let outside = report.authority.findings.filter { $0.code == .staffOutsideWindow }
        #expect(outside.map(\.entry) == [3])
    }

    @Test func aClockThatIsWrongByADayIsReportedWithTheAmountAndNotFailed() throws {
        let log = try TestLog("athens")
        try log.log(.cardMade)
        log.clock = log.clock.adding(seconds: 86_400)
        try log.log(.cardMade)
        log.clock = log.clock.adding(seconds: -86_400)
        try log.log(.cardMade)
        let report = try report(log)
        #expect(report.completeness.standing == .warn)
        #expect(report.completeness.findings.map(\.code) == [.clockBackwards])
        #expect(report.completeness.findings.first?.entry == 2)
        #expect(report.completeness.findings.first?.arguments == ["86340"])
    }

    @Test func theErasureOfAnIntentAccusesNobody() throws {
        let log = try TestLog("athens")
        let intent = try opening(log)
        try log.log(.openOutcome) {
            $0.intent = intent
            $0.outcome = .done
        }
        log.erase(0)
        let report = try report(log)
        #expect(report.completeness.findings.map(\.code) == [.entryErased])
        #expect(report.integrity.standing == .pass)
        #expect(report.authority.standing == .pass)
    }

    @Test func anEntryWithoutActOrTimeIsNoErasedEntry() throws {
        let log = try TestLog("athens")
        // Attack: commit to nothing, and call it erased.
        log.append(try AuditEntry(items: [:], seed: digest("seed").bytes))
        log.append(try AuditEntry(items: [.outcome: CBORItem(0)], seed: digest("seed").bytes))
        let report = try report(log)
        #expect(report.erased.isEmpty)
        #expect(report.completeness.has(.fieldMissing, entry: 0))
        #expect(report.completeness.has(.fieldMissing, entry: 1))
    }

    @Test func withheldFieldsAreSaidToBeWithheld() throws {
        let log = try TestLog("athens")
        let intent = try opening(log)
        try log.log(.openOutcome) {
            $0.intent = intent
            $0.outcome = .done
        }
        try log.log(.logExported) { $0.object = log.binding }
        let last = log.size - 1
        let policy = DisclosurePolicy { index, field in
            index == last
                || ![AuditField.act, .intent, .outcome, .signature, .time].contains(field)
        }
        let report = log.verify(try log.pieces(policy).flatMap { $0 })
        #expect(report.integrity.standing == .pass)
        #expect(report.completeness.standing == .warn)
        #expect(report.completeness.has(.fieldWithheld, entry: 0))
        #expect(report.notChecked.contains(.withheldFields))
    }

    @Test func actsAndFieldsOfLaterVersionsAreCommittedAndSaidToBeUnknown() throws {
        let log = try TestLog("athens")
        try log.log(AuditAct(999)) { $0.others = [AuditField(99): .text("later")] }
        let report = try report(log)
        #expect(report.integrity.standing == .pass)
        #expect(report.completeness.standing == .pass)
        #expect(report.notChecked.contains(.unknownNumbers))
    }

    // Freshness

    @Test func freshnessStatesAgeAndMaximum() throws {
        let log = try TestLog("athens")
        let export = try log.export().flatMap { $0 }
        let written = try #require(log.verify(export).newest)
        for (age, standing) in [(0, AuditStanding.pass), (100, .pass), (101, .fail), (-1, .warn)] {
            let report = AuditVerifier(maximumAge: 100).verify(
                export, authority: log.authority(), now: written.adding(seconds: Int64(age)))
            #expect(report.freshness.standing == standing)
            #expect(report.age == Int64(age))
            #expect(report.maximumAge == 100)
            #expect(report.integrity.standing == .pass)
        }
    }

    @Test func anExportCannotHideItsTime() throws {
        let log = try TestLog("athens")
        try log.log(.logExported) { $0.object = log.binding }
        #expect(throws: AuditError.self) {
            try log.pieces(DisclosurePolicy { _, field in field != .time })
        }
    }

    // Authority

    private static let early = Timestamp(clamping: TestLog.start - 1_000)
    private static let late = Timestamp(clamping: TestLog.start + 86_400)

    @Test func aLogKeyOutsideItsWindowFails() throws {
        let log = try TestLog("athens")
        let report = try report(
            log, authority: log.authority(log: (Self.early, Self.early)))
        #expect(report.integrity.standing == .pass)
        #expect(report.authority.has(.logKeyOutsideWindow))
    }

    @Test func aLostLogKeyIsSuspectAfterwardsAndUnprovenBefore() throws {
        let log = try TestLog("athens")
        try log.log(.cardMade)
        let export = try log.export().flatMap { $0 }
        let suspect = log.authority(logCompromised: Self.early)
        #expect(log.verify(export, authority: suspect).authority.has(.logKeySuspect))
        let unproven = log.authority(logCompromised: Self.late)
        let before = log.verify(export, authority: unproven)
        #expect(before.authority.has(.logKeyAgeUnproven))
        #expect(before.authority.standing == .warn)
        // A checkpoint that the auditor had before the key was lost proves the age.
        let kept = try log.kept(seenAt: Self.late.adding(seconds: -1))
        #expect(
            log.verify(export, authority: unproven, kept: [kept]).authority.standing == .pass)
        let tooLate = try log.kept(seenAt: Self.late)
        #expect(
            log.verify(export, authority: unproven, kept: [tooLate]).authority.standing == .warn)
    }

    @Test func signaturesOfStaffAreJudgedAtTheirTime() throws {
        let log = try TestLog("athens")
        try log.announce()
        _ = try opening(log)
        let export = try log.export().flatMap { $0 }
        func check(_ authority: LogAuthority, kept: [KeptCheckpoint] = []) -> AuditVerdict {
            log.verify(export, authority: authority, kept: kept).authority
        }
        #expect(check(log.authority()).standing == .pass)
        #expect(
            check(log.authority(staff: (Self.late, Self.late)))
                .has(.staffOutsideWindow, entry: 1))
        #expect(
            check(log.authority(staffCompromised: Self.early)).has(.staffKeySuspect, entry: 1))
        let lost = log.authority(staffCompromised: Self.late)
        #expect(check(lost).has(.staffAgeUnproven, entry: 1))
        let kept = try log.kept(seenAt: Self.late.adding(seconds: -1))
        #expect(check(lost, kept: [kept]).standing == .pass)
        let nobody = LogAuthority(
            origin: log.origin, logKeys: log.authority().logKeys, staffKeys: [],
            identity: .confirmed)
        #expect(check(nobody).has(.staffUnknown, entry: 1))
    }

    @Test func aStaffSignatureMovedToAnotherEntryOrLogFails() throws {
        let log = try TestLog("athens")
        // Attack: sign for the log of another organisation.
        log.append(
            try AuditEntry(
                fields: log.fields(.openIntent), randomness: log.randomness,
                origin: LogOrigin.text(for: digest("elsewhere")), signedBy: log.staffKey))
        // Attack: put the signature of one entry under another.
        let signed = try AuditEntry(
            fields: log.fields(.openIntent), randomness: log.randomness, origin: log.origin,
            signedBy: log.staffKey)
        let stolen = try #require(signed.fields?.signature)
        log.append(try forge(log.fields(.openIntent), signature: stolen))
        log.append(try forge(log.fields(.openIntent), signature: [0xA0]))
        let report = try report(log)
        #expect(report.integrity.standing == .pass)
        for entry: UInt64 in 0...2 {
            #expect(report.authority.has(.staffSignatureBad, entry: entry))
        }
    }

    @Test func anEntryInTheNameOfAnotherMemberOfStaffFails() throws {
        let log = try TestLog("athens")
        let honest = try AuditEntry(
            fields: log.fields(.openIntent), randomness: log.randomness, origin: log.origin,
            signedBy: log.staffKey)
        // Attack: name a colleague beside one's own signature.
        log.append(
            try AuditEntry(
                forging: log.fields(.openIntent) { $0.staff = digest("colleague") },
                signedBy: log.staffKey, origin: log.origin, seed: digest("seed")))
        log.append(honest)
        let report = try report(log)
        #expect(report.authority.has(.staffMismatch, entry: 0))
        #expect(!report.authority.has(.staffMismatch, entry: 1))
    }

    private func forge(_ fields: AuditFields, signature: [UInt8]) throws -> AuditEntry {
        try AuditEntry(forging: fields, signature: signature, seed: digest("seed"))
    }

    // Writing

    @Test func anExportThatIsNotInTheLogIsNotWritten() throws {
        let log = try TestLog("athens")
        try log.log(.cardMade)
        #expect(throws: AuditError(.incomplete, "")) { try log.pieces() }
        try log.log(.logExported) { $0.object = digest("another header") }
        #expect(throws: AuditError(.incomplete, "")) { try log.pieces() }
        try log.log(.logExported) { $0.object = log.binding }
        #expect(throws: AuditError(.incomplete, "")) {
            try log.pieces(DisclosurePolicy { _, field in field != .object })
        }
        _ = try log.pieces()
    }

    @Test func aStoreThatLostOrChangedAnEntryWritesNoExport() throws {
        let log = try TestLog("athens")
        for _ in 0..<4 { try log.log(.cardMade) }
        _ = try log.export()
        log.swapWithoutTree(1, 2)
        #expect(throws: AuditError(.altered, "")) { try log.pieces() }
    }
}
