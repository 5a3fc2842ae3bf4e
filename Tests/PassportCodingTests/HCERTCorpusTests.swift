import Foundation
import PassportCoding
import PassportTestSupport
import Testing

/// Base45 and zlib as the health certificates of many countries use them, each step given.
@Suite(
    "Base45 and zlib: health certificates",
    .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct HCERTCorpusTests {
    private struct Certificate: Decodable {
        struct Expected: Decodable {
            let base45: Bool?
            let compression: Bool?

            enum CodingKeys: String, CodingKey {
                case base45 = "EXPECTEDB45DECODE"
                case compression = "EXPECTEDCOMPRESSION"
            }
        }

        let base45: String?
        let compressed: String?
        let cose: String?
        let expected: Expected

        enum CodingKeys: String, CodingKey {
            case base45 = "BASE45"
            case compressed = "COMPRESSED"
            case cose = "COSE"
            case expected = "EXPECTEDRESULTS"
        }
    }

    private static let maximum = 65_536

    private func certificates() throws -> [(name: String, certificate: Certificate)] {
        try Corpora.files(under: "dgc", extension: "json").map { file in
            let certificate = try JSONDecoder().decode(
                Certificate.self, from: Data(contentsOf: file))
            return (file.path, certificate)
        }
    }

    private func bytes(_ hex: String) throws -> [UInt8] {
        try Hexadecimal.decode(hex.lowercased())
    }

    @Test("text to compressed to signed bytes, each step as given; what must fail fails")
    func steps() throws {
        var (inflated, refusedText, refusedStream) = (0, 0, 0)
        for (name, certificate) in try certificates() {
            var stream = try certificate.compressed.map(bytes)
            if let text = certificate.base45 {
                if certificate.expected.base45 == false {
                    #expect(refusal(try Base45.decode(text)) == .malformedText, "\(name)")
                    refusedText += 1
                    continue
                }
                let decoded = try Base45.decode(text)
                #expect(Base45.encode(decoded) == text, "\(name)")
                if let stream { #expect(decoded == stream, "\(name)") }
                stream = decoded
            }
            guard let stream else { continue }
            if certificate.expected.compression == false {
                #expect(
                    refusal(try Zlib.inflate(stream, maximum: Self.maximum)) == .malformedZlib,
                    "\(name)")
                refusedStream += 1
                continue
            }
            let plain = try Zlib.inflate(stream, maximum: Self.maximum)
            if let cose = certificate.cose { #expect(plain == (try bytes(cose)), "\(name)") }
            inflated += 1
        }
        #expect(inflated == 190)
        #expect(refusedText == 1)
        #expect(refusedStream == 2)
    }

    @Test("what was inflated deflates and comes back, at most 15 % larger")
    func deflates() throws {
        for (name, certificate) in try certificates().filter({ $0.certificate.cose != nil }) {
            let plain = try bytes(try #require(certificate.cose))
            let ours = Zlib.deflate(plain)
            #expect(try Zlib.inflate(ours, maximum: plain.count) == plain, "\(name)")
            guard let theirs = try certificate.compressed.map(bytes) else { continue }
            #expect(ours.count * 100 <= theirs.count * 115, "\(name)")
        }
    }
}
