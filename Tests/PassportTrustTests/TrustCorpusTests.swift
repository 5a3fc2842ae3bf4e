import Foundation
import PassportCoding
import PassportCrypto
import PassportTestSupport
import PassportTrust
import Testing

@Suite(
    "Trust: the examples of others",
    .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct TrustCorpusTests {
    private func text(_ path: String) throws -> String {
        String(decoding: try Corpora.bytes("status-list/draft/\(path)"), as: UTF8.self)
    }

    @Test("Token Status List: the draft's long lists give its printed statuses", arguments: [1, 2])
    func longLists(_ bits: Int) throws {
        let example = try text("examples/status_list_encoding\(bits)_long_json.md")
        let match = try #require(example.firstMatch(of: /"lst":\s*"([A-Za-z0-9_\-\s]+)"/))
        let compressed = try Base64URL.decode(String(match.1.filter { !$0.isWhitespace }))
        let list = try TokenStatusList(bits: bits, compressed: compressed)
        let section = try #require(
            try text("expected-1bit-2bit.md").components(separatedBy: "\n## ")
                .first { $0.contains("\(bits)-bit Status List") })
        let printed = section.matches(of: /status\[(\d+)\]\s*=\s*0b([01]+)/)
        #expect(printed.count == 11)
        for match in printed {
            let index = try #require(Int(match.1))
            #expect(try list.status(at: index) == UInt8(match.2, radix: 2))
        }
        #expect(list.count == 1 << 20)
        #expect(throws: CodingError(.overLimit, "")) { try list.status(at: 1 << 20) }
    }

    @Test("Token Status List: the draft's signed list, which is ES256, is refused")
    func signedList() throws {
        let hex = try text("examples/status_list_cwt.md").filter { !$0.isWhitespace }
        let bytes = try Hexadecimal.decode(hex)
        let identity = try House().identity()
        #expect(refusal { try SignedStatusList(verifying: bytes, by: identity) } == .malformed)
    }

    /// Keys and threshold of the root role of a TUF root file.
    private func rootRole(_ url: URL) throws -> (keys: Int, threshold: Int) {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
        let signed = try #require(json?["signed"] as? [String: Any])
        let roles = try #require(signed["roles"] as? [String: Any])
        let root = try #require(roles["root"] as? [String: Any])
        return (
            try #require(root["keyids"] as? [String]).count,
            try #require(root["threshold"] as? Int)
        )
    }

    @Test("TUF: every root role there is can be said in a manifest, and holds at its threshold")
    func tufRoots() throws {
        let house = House()
        let files = Corpora.files(under: "tuf", extension: "json")
            .filter { ["root.json", "1.root.json"].contains($0.lastPathComponent) }
        #expect(files.count == 4)
        var shapes: Set<[Int]> = []
        for file in files {
            let (keys, threshold) = try rootRole(file)
            shapes.insert([threshold, keys])
            let numbers = (1...UInt8(keys)).map { $0 }
            let manifest = try house.first(
                roots: numbers, threshold: threshold, next: numbers.map { $0 + 20 },
                nextThreshold: threshold)
            let enough = try house.sign(manifest, by: Array(numbers.prefix(threshold)))
            _ = try ManifestChain(verifying: [enough])
            guard threshold > 1 else { continue }
            let fewer = try house.sign(manifest, by: Array(numbers.prefix(threshold - 1)))
            #expect(refusal { try ManifestChain(verifying: [fewer]) } == .belowThreshold)
        }
        // python-tuf's test repository, and the five key holders of Sigstore.
        #expect(shapes == [[1, 1], [3, 5]])
    }

    @Test("TUF: not one of its files is read as an identity or a manifest")
    func tufFiles() throws {
        let files = Corpora.files(under: "tuf", extension: "json")
        #expect(files.count > 10)
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            #expect(refusal { try Identity(decoding: bytes) } == .malformed)
            #expect(refusal { try ManifestChain(verifying: [bytes]) } == .malformed)
        }
    }
}
