import PassportAudit
import PassportCoding
import PassportCrypto
import Testing

/// Two logs about the same disclosures.
struct ReconciliationTests {
    private let reference = AuditReference.hash(of: digest("reference").bytes)

    private func logs() throws -> (izmir: TestLog, athens: TestLog) {
        (try TestLog("izmir"), try TestLog("athens"))
    }

    private func compare(
        _ logs: [TestLog], _ policy: DisclosurePolicy = .auditor
    ) throws -> Reconciliation {
        try Reconciliation(
            logs.map { log in log.verify(try log.export(policy).flatMap { $0 }) })
    }

    @Test func aDaysDisclosuresMatchAtBothEnds() throws {
        let day = try makeDay()
        let result = try compare([day.sender, day.recipient])
        #expect(result.matched.count == 14)
        #expect(result.missingAtSender.isEmpty)
        #expect(result.missingAtRecipient.isEmpty)
        #expect(result.mismatched.isEmpty)
        #expect(result.notChecked.isEmpty)
        #expect(result.erased.map(\.entry).sorted() == [2, 3])
        let first = try #require(result.matched.min { $0.sender.entry < $1.sender.entry })
        #expect(first.sender.origin == day.sender.origin)
        #expect(first.recipient.map(\.origin) == [day.recipient.origin])
    }

    @Test func aDisclosureThatTheSenderHidesIsFoundAtTheRecipient() throws {
        let (izmir, athens) = try logs()
        try athens.open(izmir, reference: reference, grants: [digest("grant")])
        let result = try compare([izmir, athens])
        #expect(result.missingAtSender.map(\.reference) == [reference])
        #expect(result.missingAtSender.first?.present.entry == 0)
        #expect(result.missingAtSender.first?.absentFrom == izmir.origin)
        #expect(result.missingAtSender.first?.mayBeErased == false)
    }

    @Test func anOpeningThatTheRecipientHidesIsFoundAtTheSender() throws {
        let (izmir, athens) = try logs()
        try athens.log(.cardMade)
        athens.erase(0)
        try izmir.disclose(to: athens, reference: reference, grants: [digest("grant")])
        let result = try compare([izmir, athens])
        #expect(result.missingAtRecipient.map(\.reference) == [reference])
        #expect(result.missingAtRecipient.first?.mayBeErased == true)
        #expect(result.erased.map(\.origin) == [athens.origin])
    }

    @Test func aGrantThatWasNotDisclosedMismatches() throws {
        let (izmir, athens) = try logs()
        try izmir.disclose(to: athens, reference: reference, grants: [digest("grant")])
        try athens.open(izmir, reference: reference, grants: [digest("another")])
        let result = try compare([izmir, athens])
        #expect(result.mismatched.map(\.code) == [.grantMismatch])
        #expect(result.matched.isEmpty)
    }

    /// Ends that name neither each other nor a grant agree with anything.
    @Test func endsThatSayNothingDoNotMatch() throws {
        for (named, code) in [
            (false, AuditCode.counterpartNotShown), (true, .grantsNotShown),
        ] {
            let (izmir, athens) = try logs()
            try izmir.disclose(to: athens, reference: reference, grants: [digest("grant")])
            try athens.log(.openIntent, signed: true) {
                $0.reference = reference
                if named { $0.counterpart = izmir.organisation }
            }
            let result = try compare([izmir, athens])
            #expect(result.matched.isEmpty && result.mismatched.isEmpty)
            #expect(result.notChecked.map(\.code) == [code])
            #expect(result.notChecked.first?.place.origin == athens.origin)
        }
    }

    @Test func aReferenceThatWanderedToAThirdOrganisationMismatches() throws {
        let (izmir, athens) = try logs()
        let munich = try TestLog("munich")
        try izmir.disclose(to: athens, reference: reference, grants: [digest("grant")])
        try munich.open(izmir, reference: reference, grants: [digest("grant")])
        #expect(
            try compare([izmir, athens, munich]).mismatched.map(\.code)
                == [.counterpartMismatch])
    }

    @Test func aRecipientThatNamesAnotherSenderMismatches() throws {
        let (izmir, athens) = try logs()
        let munich = try TestLog("munich")
        try izmir.disclose(to: athens, reference: reference, grants: [digest("grant")])
        try athens.open(munich, reference: reference, grants: [digest("grant")])
        #expect(try compare([izmir, athens]).mismatched.map(\.code) == [.counterpartMismatch])
    }

    @Test func aReferenceUsedTwiceMismatches() throws {
        let (izmir, athens) = try logs()
        for _ in 1...2 {
            try izmir.disclose(to: athens, reference: reference, grants: [digest("grant")])
        }
        try athens.open(izmir, reference: reference, grants: [digest("grant")])
        let result = try compare([izmir, athens])
        #expect(result.matched.count == 1)
        #expect(result.mismatched.map(\.code) == [.referenceReused])
    }

    /// Two hostile logs could carry one reference a million times each.
    @Test func aReusedReferenceDoesNotKeepEveryPair() throws {
        let (izmir, athens) = try logs()
        for _ in 1...20 {
            try izmir.disclose(to: athens, reference: reference, grants: [digest("grant")])
            try athens.open(izmir, reference: reference, grants: [digest("grant")])
        }
        let result = try compare([izmir, athens])
        #expect(result.matched.first?.recipient.count == 20)
        #expect(result.mismatched.count == 19)
        #expect(result.mismatched.allSatisfy { $0.match.recipient.isEmpty })
    }

    @Test func whatCannotBeComparedIsSaid() throws {
        let (izmir, athens) = try logs()
        let munich = try TestLog("munich")
        try izmir.disclose(to: munich, reference: reference, grants: [digest("grant")])
        #expect(
            try compare([izmir, athens]).notChecked.map(\.code) == [.counterpartNotSupplied])
        let hidden = DisclosurePolicy { _, field in field != .reference }
        let (two, three) = (try TestLog("izmir"), try TestLog("athens"))
        try two.disclose(to: three, reference: reference, grants: [digest("grant")])
        #expect(try compare([two, three], hidden).notChecked.map(\.code) == [.referenceNotShown])
        let (four, five) = (try TestLog("izmir"), try TestLog("athens"))
        try four.log(.disclosed) { $0.reference = reference }
        #expect(try compare([four, five]).notChecked.map(\.code) == [.counterpartNotShown])
    }

    @Test func aLogThatIsNotIntactIsNotCompared() throws {
        let (izmir, athens) = try logs()
        let good = izmir.verify(try izmir.export().flatMap { $0 })
        let bad = athens.verify(Array(try athens.export().flatMap { $0 }.dropLast()))
        #expect(throws: AuditError(.notIntact, "")) { try Reconciliation([good, bad]) }
        #expect(throws: AuditError(.malformed, "")) { try Reconciliation([good]) }
        #expect(throws: AuditError(.malformed, "")) { try Reconciliation([good, good]) }
    }
}
