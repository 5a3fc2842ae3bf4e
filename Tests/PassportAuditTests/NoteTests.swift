import PassportAudit
import PassportCoding
import PassportCrypto
import Testing

/// Signed notes, checkpoints and textual proofs.
struct NoteTests {
    private func note() throws -> (log: TestLog, note: String) {
        let log = try TestLog("izmir")
        for _ in 0..<5 { try log.log(.cardMade) }
        return (log, try log.note())
    }

    private func verify(_ note: String, _ log: TestLog) throws -> VerifiedCheckpoint {
        try Checkpoint.verify(
            note: note, origin: log.origin, keys: [log.logKey.verifyingKey])
    }

    @Test func aCheckpointVerifiesAndSaysWhatWasSigned() throws {
        let (log, note) = try note()
        let verified = try verify(note, log)
        #expect(verified.size == 5)
        #expect(verified.root == log.frontier.root)
        #expect(verified.signers == [log.logKey.verifyingKey.keyHash])
        #expect(verified.otherSignatures == 0)
        #expect(try Checkpoint(parsing: verified.checkpoint.text) == verified.checkpoint)
        #expect(try LogOrigin.organisation(of: log.origin) == log.organisation)
    }

    @Test func everyChangedByteOfANoteIsFound() throws {
        let (log, note) = try note()
        let bytes = Array(note.utf8)
        for offset in bytes.indices {
            for mask: UInt8 in [0x01, 0x02, 0x20] {
                var changed = bytes
                changed[offset] ^= mask
                guard let text = String(validating: changed, as: UTF8.self) else { continue }
                #expect(throws: AuditError.self, "byte \(offset)") { try verify(text, log) }
            }
        }
    }

    @Test func anotherLogsCheckpointIsRefusedBeforeItsSignatureIsLookedAt() throws {
        let (log, _) = try note()
        let other = try TestLog("athens")
        try other.log(.cardMade)
        let foreign = try other.note()
        #expect(throws: AuditError(.wrongOrigin, "")) { try verify(foreign, log) }
        // Attack: two logs that share a key.
        let shared = try Checkpoint(origin: other.origin, size: 1, root: other.frontier.root)
            .signed(by: log.logKey)
        #expect(throws: AuditError(.wrongOrigin, "")) { try verify(shared, log) }
    }

    @Test(
        arguments: [
            KeyPurpose.issue, .consent, .status, .exchange, .witness, .root, .staff, .holder,
        ])
    func aKeyOfAnotherPurposeSignsNoCheckpoint(_ purpose: KeyPurpose) throws {
        let (log, _) = try note()
        let key = try makeKey("other", purpose)
        #expect(throws: AuditError(.wrongPurpose, "")) {
            try log.checkpoint().signed(by: key)
        }
    }

    @Test func aKeyThatIsNotTheLogsIsUnknown() throws {
        let (log, note) = try note()
        let key = try makeKey("stranger", .log)
        #expect(throws: AuditError(.unknownKey, "")) {
            try Checkpoint.verify(note: note, origin: log.origin, keys: [key.verifyingKey])
        }
        #expect(throws: AuditError(.unknownKey, "")) {
            try Checkpoint.verify(note: note, origin: log.origin, keys: [])
        }
    }

    @Test func aKnownKeysBadSignatureIsNotOutvotedByAGoodOne() throws {
        let (log, note) = try note()
        let second = try makeKey("second", .log)
        let line = try log.checkpoint().signed(by: second)
        let other = try #require(line.split(separator: "\n").last)
        let broken = try forge(log, second.verifyingKey)
        let keys = [log.logKey.verifyingKey, second.verifyingKey]
        let both = try Checkpoint.verify(
            note: note + "\(other)\n", origin: log.origin, keys: keys)
        #expect(both.signers.count == 2)
        #expect(throws: AuditError(.badSignature, "")) {
            try Checkpoint.verify(note: note + broken, origin: log.origin, keys: keys)
        }
        // A line by nobody we know is not looked at, and counted.
        #expect(try verify(note + broken, log).otherSignatures == 1)
    }

    /// A line that claims a key and does not hold.
    private func forge(_ log: TestLog, _ key: VerifyingKey) throws -> String {
        let value =
            SignedNote.keyID(name: log.origin, key: key) + [UInt8](repeating: 7, count: 64)
        return "— \(log.origin) \(Base64.encode(value))\n"
    }

    private struct BadNote: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (String) -> String

        init(_ name: String, _ change: @escaping @Sendable (String) -> String) {
            testDescription = name
            self.change = change
        }
    }

    private static func line(_ note: String) -> String {
        note.split(separator: "\n").last.map(String.init) ?? ""
    }

    private static let badNotes = [
        BadNote("empty") { _ in "" },
        BadNote("line feeds alone") { _ in "\n\n\n" },
        BadNote("CRLF") { String($0.flatMap { $0 == "\n" ? "\r\n" : "\($0)" }) },
        BadNote("tab") { $0.replacing("\n5\n", with: "\n5\t\n") },
        BadNote("NUL") { $0.replacing("\n5\n", with: "\n5\u{0}\n") },
        BadNote("leading zero") { $0.replacing("\n5\n", with: "\n05\n") },
        BadNote("plus sign") { $0.replacing("\n5\n", with: "\n+5\n") },
        BadNote("negative") { $0.replacing("\n5\n", with: "\n-5\n") },
        BadNote("other digits") { $0.replacing("\n5\n", with: "\n٥\n") },
        BadNote("no size") { $0.replacing("\n5\n", with: "\n\n") },
        BadNote("64-bit size") { $0.replacing("\n5\n", with: "\n18446744073709551615\n") },
        BadNote("beyond 64 bits") { $0.replacing("\n5\n", with: "\n18446744073709551616\n") },
        BadNote("no last line feed") { String($0.dropLast()) },
        BadNote("one more line feed") { $0 + "\n" },
        BadNote("no empty line") { $0.replacing("\n\n", with: "\n") },
        BadNote("no signature") { note in note.replacing(line(note) + "\n", with: "") },
        BadNote("hyphen for dash") { $0.replacing("— ", with: "- ") },
        BadNote("no space after the dash") { $0.replacing("— ", with: "—") },
        BadNote("duplicate signature") { $0 + line($0) + "\n" },
        BadNote("unpadded base64") { $0.replacing("=\n\n", with: "\n\n") },
        BadNote("base64 with a space at its end") { String($0.dropLast()) + " \n" },
        BadNote("short signature") { $0 + "— someone AAAA\n" },
        BadNote("plus in a name") { $0 + "— some+one AAAAAAAA\n" },
        BadNote("wide space in a name") { $0 + "— some\u{3000}one AAAAAAAA\n" },
        BadNote("no name") { $0 + "—  AAAAAAAA\n" },
        BadNote("too long") { $0 + "— x " + String(repeating: "A", count: 65_536) + "\n" },
        BadNote("65 signatures") { note in
            note + (1...64).map { "— n\($0) AAAAAAAA\n" }.joined()
        },
        BadNote("stray bits") { note in
            // The root is 32 bytes: its last character before the pad carries two unused bits.
            let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
            let root = Array(String(lines[2]))
            let alphabet = Array(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
            let place = alphabet.firstIndex(of: root[42]) ?? 0
            return note.replacing(
                String(root), with: String(root[..<42]) + "\(alphabet[place | 1])=")
        },
    ]

    @Test(arguments: badNotes)
    private func aNoteOfTheWrongFormIsRefused(_ bad: BadNote) throws {
        let (log, note) = try note()
        let changed = bad.change(note)
        #expect(changed != note)
        let error = #expect(throws: AuditError.self) { try verify(changed, log) }
        #expect(error?.code == .malformed || error?.code == .overLimit)
    }

    @Test func sixtyFourSignaturesAreRead() throws {
        let (log, note) = try note()
        let more = note + (1...63).map { "— n\($0) AAAAAAAA\n" }.joined()
        #expect(try verify(more, log).otherSignatures == 63)
    }

    @Test func aNoteMayHoldEmptyLinesInItsText() throws {
        let note = try SignedNote(parsing: "a\n\nb\n\n— x AAAAAAAA\n")
        #expect(note.text == "a\n\nb\n")
        #expect(throws: AuditError(.malformed, "")) { try Checkpoint(parsing: note.text) }
    }

    @Test func anotherSpellingOfAnOriginIsAnotherOrigin() throws {
        // é as one scalar and as two: equal strings in Swift, different bytes in the signature.
        let key = try makeKey("izmir log", .log)
        let note = try Checkpoint(origin: "log/\u{E9}", size: 0, root: MerkleTree.emptyRoot)
            .signed(by: key)
        #expect(throws: AuditError(.wrongOrigin, "")) {
            try Checkpoint.verify(
                note: note, origin: "log/e\u{301}", keys: [key.verifyingKey])
        }
    }

    @Test func aProofStandsAloneAndNamesOneEntry() throws {
        let (log, note) = try note()
        for index in 0..<5 {
            let path = try MerkleProof.inclusion(of: UInt64(index), size: 5) {
                try #require(log.nodes[$0])
            }
            let text = InclusionProof(index: UInt64(index), path: path, note: note).text
            let proof = try InclusionProof(parsing: text)
            #expect(proof.text == text)
            let keys = [log.logKey.verifyingKey]
            #expect(
                try proof.verify(
                    leafData: log.entries[index].leafData, origin: log.origin, keys: keys
                ).size == 5)
            #expect(throws: AuditError(.badProof, "")) {
                try proof.verify(
                    leafData: log.entries[(index + 1) % 5].leafData, origin: log.origin,
                    keys: keys)
            }
        }
    }

    @Test func everyChangedByteOfAProofIsFound() throws {
        let (log, note) = try note()
        let path = try MerkleProof.inclusion(of: 2, size: 5) { try #require(log.nodes[$0]) }
        let bytes = Array(InclusionProof(index: 2, path: path, note: note).text.utf8)
        let leaf = log.entries[2].leafData
        for offset in bytes.indices {
            var changed = bytes
            changed[offset] ^= 0x01
            guard let text = String(validating: changed, as: UTF8.self) else { continue }
            #expect(throws: AuditError.self, "byte \(offset)") {
                try InclusionProof(parsing: text).verify(
                    leafData: leaf, origin: log.origin, keys: [log.logKey.verifyingKey])
            }
        }
        for text in [
            "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 2\n\n" + note,
            "c2sp.org/tlog-proof@v1\nindex 02\n\n" + note,
            "c2sp.org/tlog-proof@v2\nindex 2\n\n" + note, "c2sp.org/tlog-proof@v1\nindex 2\n",
            "c2sp.org/tlog-proof@v1\nindex 2\nAAAA\n\n" + note,
            "c2sp.org/tlog-proof@v1\nindex 2\n"
                + String(repeating: Base64.encode(leaf.bytes) + "\n", count: 64) + "\n" + note,
        ] {
            #expect(throws: AuditError.self) { try InclusionProof(parsing: text) }
        }
    }
}
