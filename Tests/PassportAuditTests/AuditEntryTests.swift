import PassportCoding
import PassportCrypto
import Testing

@testable import PassportAudit

/// Entries: fields, commitments, storage, erasure.
struct AuditEntryTests {
    private func fullFields() -> AuditFields {
        var fields = AuditFields(act: .disclosed, time: Timestamp(clamping: TestLog.start))
        fields.purposes = [3, 1, 1]
        fields.passport = digest("passport")
        fields.grants = [digest("b"), digest("a"), digest("a")]
        fields.sections = [2, 1]
        fields.counterpart = digest("athens")
        fields.reference = AuditReference.hash(of: [1, 2, 3])
        fields.outcome = .refused
        fields.reason = "grant.withdrawn"
        fields.intent = 7
        fields.object = digest("object")
        fields.count = 2
        fields.others = [AuditField(300): .text("later")]
        return fields
    }

    private func entry(_ fields: AuditFields? = nil) throws -> AuditEntry {
        try AuditEntry(
            fields: fields ?? fullFields(),
            randomness: Randomness.repeatable(seed: digest("entry")),
            origin: LogOrigin.text(for: digest("izmir")), signedBy: makeKey("staff", .staff))
    }

    @Test func anEntryIsStoredAndReadWithoutLoss() throws {
        let entry = try entry()
        let read = try AuditEntry(decoding: entry.encoded())
        #expect(read == entry)
        #expect(read.encoded() == entry.encoded())
        #expect(entry.fields?.purposes == [1, 3])
        #expect(entry.fields?.grants == [digest("a"), digest("b")].sorted())
        #expect(entry.fields?.staff == (try makeKey("staff", .staff)).verifyingKey.keyHash)
        #expect(entry.fields?.others == [AuditField(300): .text("later")])
        #expect(entry.commitments.count == 16)
    }

    @Test func everyChangedByteOfAStoredEntryIsFound() throws {
        for entry in [try entry(), try entry().erased()] {
            let bytes = entry.encoded()
            for offset in bytes.indices {
                var changed = bytes
                changed[offset] ^= 0x01
                #expect(throws: AuditError.self, "byte \(offset)") {
                    try AuditEntry(decoding: changed)
                }
            }
            for count in bytes.indices {
                #expect(throws: AuditError.self) {
                    try AuditEntry(decoding: Array(bytes[..<count]))
                }
            }
            #expect(throws: AuditError.self) { try AuditEntry(decoding: bytes + [0]) }
        }
    }

    @Test func anErasedEntryKeepsItsLeafAndNothingElse() throws {
        let entry = try entry()
        let erased = entry.erased()
        #expect(erased.isErased)
        #expect(erased.fields == nil)
        #expect(erased.leafHash == entry.leafHash)
        let read = try AuditEntry(decoding: erased.encoded())
        #expect(read == erased)
        let bytes = erased.encoded()
        for secret in [digest("passport").bytes, digest("athens").bytes, Array("later".utf8)] {
            #expect(!bytes.contains(secret))
        }
    }

    @Test func equalFieldsGiveUnequalLeaves() throws {
        // Attack: guess the fields of an entry and compare leaves.
        let randomness = Randomness.repeatable(seed: digest("two"))
        let one = try AuditEntry(fields: fullFields(), randomness: randomness)
        let two = try AuditEntry(fields: fullFields(), randomness: randomness)
        #expect(one.leafData != two.leafData)
        for (field, commitment) in one.commitments {
            #expect(two.commitments[field] != commitment)
        }
    }

    @Test func aShownFieldDoesNotShowAnother() throws {
        let entry = try entry()
        let exported = entry.disclosed(at: 0, DisclosurePolicy { _, field in field == .act })
        let read = try ExportedEntry(CBORReader.item(from: exported.encoded()))
        #expect(read.isIntact)
        #expect(read.shown.keys.map(\.number) == [1])
        #expect(read.hidden.count == 15)
        #expect(!exported.encoded().contains(digest("passport").bytes))
        // The tier for auditors hides which passport and which envelope, and nothing else.
        let auditor = entry.disclosed(at: 0, .auditor)
        #expect(auditor.hidden == [.passport, .object])
        #expect(entry.disclosed(at: 0, .full).hidden.isEmpty)
    }

    @Test func whatIsNoEntryIsNotLogged() throws {
        let randomness = Randomness.repeatable(seed: digest("bad"))
        func expectRefusal(_ change: (inout AuditFields) -> Void) {
            var fields = fullFields()
            change(&fields)
            #expect(throws: AuditError.self) {
                try AuditEntry(fields: fields, randomness: randomness)
            }
        }
        expectRefusal { $0.act = nil }
        expectRefusal { $0.time = nil }
        // Free text has no place in a log that auditors read.
        expectRefusal { $0.reason = "she said no" }
        expectRefusal { $0.reason = "" }
        expectRefusal { $0.reason = String(repeating: "a", count: 65) }
        expectRefusal { $0.reason = "größe" }
        expectRefusal { $0.purposes = [-1] }
        expectRefusal { $0.count = -1 }
        expectRefusal { $0.intent = .max }
        expectRefusal { $0.others = [AuditField(0): .null] }
        expectRefusal { $0.others = [.object: .null] }
        expectRefusal { $0.others = [AuditField(65_536): .null] }
        expectRefusal { $0.others = [AuditField(16): .bytes([UInt8](repeating: 0, count: 16_384))] }
        expectRefusal { $0.grants = (0..<500).map { digest("\($0)") } }
    }

    /// An entry of the largest size is written, read and exported; one byte more is not.
    @Test func entriesEndAtTheirLimitExactly() throws {
        let randomness = Randomness.repeatable(seed: digest("limit"))
        func entry(_ padding: Int) throws -> AuditEntry {
            var fields = AuditFields(act: .disclosed, time: Timestamp(clamping: TestLog.start))
            fields.others = [
                AuditField(16): .bytes([UInt8](repeating: 0, count: padding)),
                AuditField(AuditField.highest): .null,
            ]
            return try AuditEntry(fields: fields, randomness: randomness)
        }
        // What stands beside the padding: 128, four fields of 24, one byte for the act, five for
        // the time, three before the padding, one for null.
        let largest = Limits.auditEntryBytes - 128 - 4 * 24 - 1 - 5 - 3 - 1
        let whole = try entry(largest)
        #expect(try AuditEntry(decoding: whole.encoded()) == whole)
        #expect(throws: AuditError(.overLimit, "")) { try entry(largest + 1) }
    }

    /// The numbers below 16 are this version's own, and a log of others' has none of them.
    @Test func fieldsOfLaterVersionsHaveNumbersFromSixteenOn() throws {
        let randomness = Randomness.repeatable(seed: digest("numbers"))
        func isTaken(_ number: Int) -> Bool {
            var fields = AuditFields(act: .disclosed, time: Timestamp(clamping: TestLog.start))
            fields.others = [AuditField(number): .null]
            return (try? AuditEntry(fields: fields, randomness: randomness)) != nil
        }
        #expect([16, 17, AuditField.highest].allSatisfy(isTaken))
        #expect(![0, 15, AuditField.highest + 1].contains(where: isTaken))
    }

    @Test func nobodySignsInTheNameOfAnother() throws {
        var fields = fullFields()
        fields.staff = digest("somebody else")
        #expect(throws: AuditError(.badSignature, "")) { try entry(fields) }
        #expect(throws: AuditError.self) {
            try AuditEntry(
                fields: fullFields(), randomness: Randomness.repeatable(seed: digest("x")),
                origin: "carepass/x", signedBy: makeKey("log", .log))
        }
    }

    @Test func theReferenceIsNotInTheLog() {
        let reference: [UInt8] = Array(0..<32)
        #expect(AuditReference.hash(of: reference) != Digest.sha256(of: reference))
    }

    @Test func actNumbersKeepTheirMeaning() {
        #expect(AuditAct(13).name == "disclosed")
        #expect(AuditAct(14).name == "openIntent")
        #expect(AuditAct(20).name == "entriesErased")
        #expect(AuditAct(21).name == "clockConfirmed")
        #expect(AuditAct(0).name == nil)
        #expect(AuditAct(29).name == nil)
        #expect(AuditAct(-1).name == nil)
    }
}

extension [UInt8] {
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        guard count >= part.count else { return false }
        return (0...count - part.count).contains { self[$0..<$0 + part.count].elementsEqual(part) }
    }
}
