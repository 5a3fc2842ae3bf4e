import Foundation
import PassportCoding
import PassportTestSupport
import Testing

@Suite("Base45")
struct Base45Tests {
    @Test(
        "agrees with the examples of RFC 9285",
        arguments: [
            ("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"),
            ("ietf!", "QED8WEX0"), ("", ""),
        ])
    func examples(_ plain: String, _ text: String) throws {
        #expect(Base45.encode(Array(plain.utf8)) == text)
        #expect(try Base45.decode(text) == Array(plain.utf8))
    }

    @Test("random bytes of every length come back")
    func roundTrip() throws {
        var random = SeededRandom(seed: 45)
        for count in 0...200 {
            let bytes = random.bytes(count)
            let text = Base45.encode(bytes)
            #expect(text.utf8.count == count / 2 * 3 + count % 2 * 2)
            #expect(try Base45.decode(text) == bytes)
        }
    }

    @Test("the largest group of each size is read, the next one refused")
    func largestGroups() throws {
        #expect(try Base45.decode("FGW") == [0xFF, 0xFF])
        #expect(refusal(try Base45.decode("GGW")) == .malformedText)
        #expect(refusal(try Base45.decode(":::")) == .malformedText)
        #expect(try Base45.decode("U5") == [0xFF])
        #expect(refusal(try Base45.decode("V5")) == .malformedText)
        #expect(refusal(try Base45.decode("::")) == .malformedText)
    }

    @Test(
        "refuses foreign characters and a single one at the end",
        arguments: [
            "B", "BB8B", "bb8", "BB8\n", "BB8\t", "B,8", "B;8", "B_8", "B@8", "B[8", "Bé", "É00",
            "BB8=", "\u{212A}00", "BB\u{0}",
        ])
    func refuses(_ text: String) {
        #expect(refusal(try Base45.decode(text)) == .malformedText)
    }

    @Test("what is accepted after damage writes itself again")
    func acceptedIsCanonical() {
        var mutator = Mutator(seed: 450)
        var random = SeededRandom(seed: 451)
        for round in 0..<2_000 {
            let text = String(
                decoding: mutator.mutated(Array(Base45.encode(random.bytes(round % 24)).utf8)),
                as: UTF8.self)
            if let read = try? Base45.decode(text) { #expect(Base45.encode(read) == text) }
        }
    }

    @Test(
        "agrees with the transcribed examples",
        .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
    func corpus() throws {
        let file = String(decoding: try Corpora.bytes("base45/rfc9285-examples.txt"), as: UTF8.self)
        let pairs = file.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: "\t", maxSplits: 1) }
        #expect(pairs.count == 4)
        for pair in pairs {
            let (plain, text) = (Array(try #require(pair.first).utf8), String(pair[1]))
            #expect(Base45.encode(plain) == text)
            #expect(try Base45.decode(text) == plain)
        }
    }
}
