import Foundation
import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportAudit

/// The worked example of `Spec/audit-log.md`, made again from its inputs.
struct SpecificationTests {
    /// Every value that the page shows, by its name there.
    private func example() throws -> [(name: String, value: String)] {
        let organisation = digest("example organisation")
        let origin = LogOrigin.text(for: organisation)
        let identity: [UInt8] = [0xA0]
        let seed = Array(UInt8(0)...31)
        let reference = [UInt8](repeating: 0x77, count: 32)
        let first: [AuditField: CBORItem] = [
            .act: CBORItem(AuditAct.disclosed.number), .time: CBORItem(1_772_357_400),
            .passport: digest("example passport").item,
            .reference: AuditReference.hash(of: reference).item,
        ]
        let binding = AuditExportHeader.binding(identity: identity, staffCertificates: [])
        let last: [AuditField: CBORItem] = [
            .act: CBORItem(AuditAct.logExported.number), .time: CBORItem(1_772_357_460),
            .object: binding.item,
        ]
        let entries = [
            try AuditEntry(items: first, seed: seed),
            try AuditEntry(items: last, seed: Array(seed.reversed())),
        ]
        var frontier = MerkleFrontier()
        for entry in entries { _ = frontier.append(entry.leafHash) }
        var keySeed = [UInt8](repeating: 0x4C, count: 32)
        let key = try SigningKey(seed: SecretBytes(consuming: &keySeed), purpose: .log)
        let note = try Checkpoint(origin: origin, size: 2, root: frontier.root).signed(by: key)
        var writer = try AuditExportWriter(
            header: AuditExportHeader(note: note, identity: identity, staffCertificates: []))
        var pieces = [writer.start]
        for entry in entries { pieces.append(try writer.append(entry)) }
        try writer.finish()
        let salt = Commitment.salt(of: .act, seed: seed)
        let act = try #require(first[.act])
        let commitment = Commitment.field(.act, act, salt: salt)
        let proof = InclusionProof(index: 0, path: [entries[1].leafHash], note: note)
        let evidence = try EntryProof(
            entries[0], proof, identity: identity, staffCertificates: []
        ).encoded()
        return [
            ("salt", Hexadecimal.encode(salt)), ("commitment", "\(commitment)"),
            ("commitment 2", "\(try #require(entries[0].commitments[.time]))"),
            ("commitment 5", "\(try #require(entries[0].commitments[.passport]))"),
            ("commitment 9", "\(try #require(entries[0].commitments[.reference]))"),
            ("reference", "\(AuditReference.hash(of: reference))"),
            ("leaf data", "\(entries[0].leafData)"), ("leaf hash", "\(entries[0].leafHash)"),
            ("last leaf hash", "\(entries[1].leafHash)"), ("root", "\(frontier.root)"),
            ("binding", "\(binding)"), ("note", note), ("proof", proof.text),
            ("key", Hexadecimal.encode(key.verifyingKey.rawRepresentation)),
            ("stored", Hexadecimal.encode(entries[0].encoded())),
            ("header", Hexadecimal.encode(pieces[0])),
            ("entry 0", Hexadecimal.encode(pieces[1])),
            ("entry 1", Hexadecimal.encode(pieces[2])),
            ("evidence", "one file of \(evidence.count) bytes"),
            ("evidence start", Hexadecimal.encode(Array(evidence.prefix(6)))),
            ("evidence digest", "\(Digest.sha256(of: evidence))"),
        ]
    }

    private static func page(_ name: String) throws -> String {
        String(
            decoding: try Data(
                contentsOf: Corpora.packageRoot.appending(path: "Spec/\(name).md")),
            as: UTF8.self)
    }

    @Test func theSpecificationShowsRealBytes() throws {
        let page = try Self.page("audit-log")
        // Hexadecimal is broken into lines on the page; texts are not.
        let joined = try (page + Self.page("audit-evidence")).filter { !$0.isWhitespace }
        for (name, value) in try example() {
            #expect(joined.contains(value.filter { !$0.isWhitespace }), "\(name): \(value)")
        }
        #expect(page.split(whereSeparator: \.isWhitespace).count <= 2_500)
    }

    @Test func theSpecificationNamesEveryActFieldAndCode() throws {
        let page = try Self.page("audit-log")
        for number in 1...28 {
            let name = try #require(AuditAct(number).name)
            #expect(page.contains("\(number) `\(name)`"), "\(number) \(name)")
        }
        let both = try page + Self.page("audit-evidence")
        for code in AuditCode.all { #expect(both.contains("`\(code.name)`"), "\(code.name)") }
    }
}
