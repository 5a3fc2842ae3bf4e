import CarePassport
import Foundation
import PassportAudit
import PassportCoding
import PassportTestSupport
import PassportTrust
import Testing

/// Damage to exported logs: found every time, and the entry named.
@Suite struct AuditDamageTests {
    /// A real log of a whole story, with what an auditor has beside it.
    private struct Exported {
        let bytes: [UInt8]
        let authority: LogAuthority
        let newest: Timestamp
        /// Where the header ends, and where each entry stands.
        let places: [Range<Int>]

        init(_ bytes: [UInt8]) throws {
            self.bytes = bytes
            let header = try AuditExportReader(bytes).header
            let identity = try Identity(decoding: header.identity)
            authority = LogAuthority(
                of: identity, staffCertificates: header.staffCertificates,
                fingerprint: Fingerprint(of: identity))
            var reader = CBORReader(bytes)
            _ = try reader.next()
            var places: [Range<Int>] = []
            while !reader.isAtEnd {
                let start = reader.offset
                _ = try reader.next()
                places.append(start..<reader.offset)
            }
            self.places = places
            let report = AuditVerifier().verify(
                bytes, authority: authority, now: Timestamp(clamping: 0))
            newest = try #require(report.newest)
        }

        func verify(_ bytes: [UInt8]) -> AuditReport {
            AuditVerifier().verify(bytes, authority: authority, now: newest)
        }

        /// The entry in which a byte stands; nil for the header.
        func entry(of position: Int) -> UInt64? {
            places.firstIndex { $0.contains(position) }.map { UInt64($0) }
        }
    }

    private static func exported() throws -> (World, Exported) {
        let world = try World()
        for _ in 0..<3 {
            try world.ask("athens", ["open", world.envelope, "--operator", "dr-athens"])
        }
        try world.ask("athens", ["audit", "export", "--out", world.path("athens.log")])
        return (world, try Exported(world.folder.bytes("athens.log")))
    }

    private static func findings(_ report: AuditReport) -> [AuditFinding] {
        [report.integrity, report.completeness, report.authority].flatMap(\.findings)
    }

    @Test func fiveHundredChangesAndTruncationsAreAllFoundAndNamed() throws {
        let (world, log) = try Self.exported()
        withExtendedLifetime(world) {}
        #expect(log.verify(log.bytes).integrity.standing == .pass)
        var random = SeededRandom(seed: 500)
        for round in 0..<500 {
            let position = random.number(in: 0...log.bytes.count - 1)
            var bytes = log.bytes
            if round.isMultiple(of: 5) {
                bytes.removeSubrange(position...)
            } else {
                bytes[position] ^= UInt8(random.number(in: 1...255))
            }
            let report = log.verify(bytes)
            #expect(report.integrity.standing == .fail, "round \(round), byte \(position)")
            guard let entry = log.entry(of: position) else { continue }
            // A damaged length can swallow what follows; the first entry lost is then the one.
            #expect(
                Self.findings(report).contains { $0.entry == entry },
                "round \(round), byte \(position): entry \(entry) is not named")
        }
    }

    /// Whole entries taken out, put twice or exchanged, with every byte of the others intact.
    @Test func movedEntriesAreFoundAndNamed() throws {
        let (world, log) = try Self.exported()
        withExtendedLifetime(world) {}
        for (index, place) in log.places.enumerated() {
            let entry = UInt64(index)
            let removed = Array(log.bytes[..<place.lowerBound] + log.bytes[place.upperBound...])
            let doubled = Array(log.bytes[..<place.upperBound] + log.bytes[place.lowerBound...])
            for bytes in [removed, doubled] {
                let report = log.verify(bytes)
                #expect(report.integrity.standing == .fail)
                let named = Self.findings(report).contains {
                    $0.entry == entry || $0.code == .trailingBytes
                }
                #expect(named, "entry \(index)")
            }
        }
    }

    @Test func theCommandLineFindsAndNamesToo() throws {
        let (world, log) = try Self.exported()
        let fingerprint = world.fingerprints["athens"] ?? ""
        var random = SeededRandom(seed: 10)
        for round in 0..<10 {
            let entry = random.number(in: 0...log.places.count - 1)
            let place = log.places[entry]
            let position = random.number(in: place.lowerBound...place.upperBound - 1)
            var bytes = log.bytes
            if round.isMultiple(of: 2) {
                bytes.removeSubrange(position...)
            } else {
                bytes[position] ^= 1
            }
            let file = try world.folder.write(bytes, to: "damaged.log")
            let arguments = ["audit", "verify", file, "--fingerprint", fingerprint]
            let verdict = try world.ask(nil, arguments, expecting: 77)
            let findings = ["integrity", "completeness"].flatMap {
                verdict["logs"][0][$0]["findings"].list
            }
            #expect(findings.contains { $0["entry"].int == entry }, "\(verdict)")
            let text = try world.run(nil, arguments).text
            #expect(text.contains("entry \(entry): "), "\(text)")
        }
        // The right log of the wrong organisation is found by its fingerprint alone.
        let good = try world.folder.write(log.bytes, to: "good.log")
        let other = world.fingerprints["munich"] ?? ""
        let verdict = try world.ask(
            nil, ["audit", "verify", good, "--fingerprint", other], expecting: 77)
        #expect(verdict["logs"][0]["fingerprintMatches"].bool == false)
    }
}
