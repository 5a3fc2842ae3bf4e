import PassportCoding
import PassportTestSupport
import Testing

@testable import PassportAudit

/// A log longer than memory is judged as a short one is.
@Suite struct StreamingTests {
    private struct Torn: Error {}

    /// Hands bytes out in pieces that end anywhere.
    private static func source(_ bytes: [UInt8], piece: Int) -> AuditSource {
        var rest = bytes[...]
        return { maximum in
            let count = min(maximum, piece)
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }

    private static func judge(_ log: TestLog, _ source: @escaping AuditSource) throws
        -> AuditReport
    {
        let verifier = AuditVerifier()
        do {
            guard case .export(let reader) = try AuditEvidence(reading: source) else {
                throw Torn()
            }
            return try verifier.verify(reader, authority: log.authority(), now: log.clock)
        } catch let error as AuditError {
            return verifier.unreadable(error, authority: log.authority(), now: log.clock)
        }
    }

    /// Codes and places; what a reader says of the place of damage may differ.
    private static func codes(_ report: AuditReport) -> [[String]] {
        report.verdicts.map { verdict in
            verdict.findings.map { "\($0.code.name) \($0.entry.map { "\($0)" } ?? "")" }
        }
    }

    @Test func piecesAndDamageChangeNoVerdict() throws {
        let log = try makeDay().sender
        let good = try log.export().flatMap { $0 }
        #expect(try Self.judge(log, Self.source(good, piece: 7)).integrity.standing == .pass)
        var mutator = Mutator(seed: 0x57)
        for round in 0..<200 {
            let bytes = round == 0 ? good : mutator.mutated(good)
            let whole = log.verify(bytes)
            let pieces = try Self.judge(log, Self.source(bytes, piece: 1 + round * 13))
            #expect(Self.codes(whole) == Self.codes(pieces), "round \(round)")
        }
    }

    /// Attack: one item that never ends, to be held in memory to the last byte.
    @Test func whatIsTooLongEndsTheReading() throws {
        let log = try makeDay().sender
        let pieces = try log.export()
        let long = CBORItem.bytes([UInt8](repeating: 0, count: 3_000_000)).encoded()
        for place in [2, pieces.count] {
            var bytes = pieces
            bytes.insert(long, at: place)
            let report = try Self.judge(log, Self.source(bytes.flatMap { $0 }, piece: 1_000))
            #expect(report.integrity.standing == .fail)
        }
        let report = try Self.judge(
            log,
            Self.source(
                (pieces.prefix(1) + [long] + pieces.dropFirst()).flatMap { $0 }, piece: 50_000))
        #expect(report.integrity.has(.entryUnreadable, entry: 0))
        #expect(report.integrity.has(.entriesMissing, entry: 1))
        // The same in place of a header.
        let headless = try Self.judge(log, Self.source([0x5B, 0, 0, 0, 1, 0, 0, 0, 0], piece: 5))
        #expect(headless.integrity.has(.headerUnreadable))
    }

    @Test func aHeaderHasItsLimit() throws {
        let log = try TestLog("izmir")
        func header(_ count: Int) -> [UInt8] {
            // Certificates of the greatest length, and one that fills up the rest.
            let certificate = CBORItem.bytes([UInt8](repeating: 1, count: 4_096))
            return CBORItem(fields: [
                (1, CBORItem(1)), (2, .text(log.origin)), (3, .unsigned(0)), (4, .text("")),
                (5, .bytes([])), (6, .array(Array(repeating: certificate, count: count))),
            ]).encoded()
        }
        let count = (Limits.auditHeaderBytes - 100) / 4_099
        #expect(header(count).count <= Limits.auditHeaderBytes)
        let fits = try Self.judge(log, Self.source(header(count), piece: 1 << 20))
        #expect(!fits.integrity.has(.headerUnreadable))
        let over = try Self.judge(log, Self.source(header(count + 1), piece: 1 << 20))
        #expect(over.integrity.has(.headerUnreadable))
    }

    @Test func fewBytesAreInMemoryAtOnce() throws {
        var left = 64 << 20
        var window = ByteWindow(reading: { maximum in
            let count = min(maximum, left)
            left -= count
            return [UInt8](repeating: 0, count: count)
        })
        var read = 0
        while try !window.isAtEnd() {
            try window.fill(Limits.auditEntryBytes + 1)
            #expect(window.bytes.count < 1 << 20)
            let step = min(Limits.auditEntryBytes, window.bytes.count - window.offset)
            window.offset += step
            read += step
        }
        #expect(read == 64 << 20)
    }

    /// A disk that fails half-way is no short log.
    @Test func aSourceThatFailsIsNoVerdict() throws {
        let log = try makeDay().sender
        let bytes = try log.export().flatMap { $0 }
        var pieces = [Array(bytes.prefix(bytes.count / 2))]
        #expect(throws: Torn.self) {
            try Self.judge(log) { _ in
                guard let piece = pieces.popLast() else { throw Torn() }
                return piece
            }
        }
    }

    @Test func moreEntriesThanTheLimitAreNoExport() throws {
        let log = try TestLog("izmir")
        let size = UInt64(Limits.auditEntries) + 1
        let note = try Checkpoint(origin: log.origin, size: size, root: digest("root"))
            .signed(by: log.logKey)
        #expect(throws: AuditError(.overLimit, "")) {
            try AuditExportHeader(note: note, identity: [], staffCertificates: [])
        }
        let header = CBORItem(fields: [
            (1, CBORItem(1)), (2, .text(log.origin)), (3, .unsigned(size)), (4, .text(note)),
            (5, .bytes([])), (6, .array([])),
        ]).encoded()
        #expect(log.verify(header).integrity.has(.headerUnreadable))
    }

    /// A report without its exchanges would look like a log without disclosures.
    @Test func aReportThatForgotItsExchangesIsNotCompared() throws {
        let day = try makeDay()
        let reports = try [day.sender, day.recipient].map { log in
            AuditVerifier(isForComparing: false).verify(
                try log.export().flatMap { $0 }, authority: log.authority(), now: log.clock)
        }
        #expect(reports.allSatisfy { $0.integrity.standing == .pass })
        #expect(throws: AuditError(.notIntact, "")) { try Reconciliation(reports) }
    }
}
