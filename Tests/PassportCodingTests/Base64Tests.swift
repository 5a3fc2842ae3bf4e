import Foundation
import PassportCoding
import PassportTestSupport
import Testing

@Suite("Base64, padded and for addresses")
struct Base64Tests {
    /// RFC 4648 §10.
    static let vectors = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]

    @Test("agrees with the vectors of RFC 4648", arguments: vectors)
    func rfc4648(_ plain: String, _ text: String) throws {
        let bytes = Array(plain.utf8)
        #expect(Base64.encode(bytes) == text)
        #expect(try Base64.decode(text) == bytes)
        let unpadded = text.replacing("=", with: "")
        #expect(Base64URL.encode(bytes) == unpadded)
        #expect(try Base64URL.decode(unpadded) == bytes)
    }

    @Test("agrees with Foundation on random bytes, and they come back")
    func agreesWithFoundation() throws {
        var random = SeededRandom(seed: 64)
        for count in 0...100 {
            let bytes = random.bytes(count)
            let text = Data(bytes).base64EncodedString()
            #expect(Base64.encode(bytes) == text)
            #expect(try Base64.decode(text) == bytes)
            let address = text.replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
            #expect(Base64URL.encode(bytes) == address)
            #expect(try Base64URL.decode(address) == bytes)
        }
    }

    @Test(
        "a signature cannot be written in two ways: padded text that is not canonical is refused",
        arguments: [
            "Zg", "Zg=", "Zm8", "Zm9vYg", "Zh==", "Zm9=", "Zg===", "=", "==", "====", "Z===",
            "Zg==Zg==", "Zm=v", "Z=9v", " Zg==", "Zg==\n", "Zm9v\r\n", "Zm 9v", "Zm9v=",
            "Zm-_", "Zm9vé", "Zm9v====", "A", "AAAAA", "\u{2014}A==",
        ])
    func paddedRefuses(_ text: String) {
        #expect(refusal(try Base64.decode(text)) == .malformedText)
    }

    @Test(
        "a name cannot be written in two ways: address text that is not canonical is refused",
        arguments: [
            "Zg==", "Zm8=", "Zh", "Zm9", "Z", "AAAAA", "Zm9v\n", " Zm9v", "Zm+/", "Zm9vé", "=",
        ])
    func addressRefuses(_ text: String) {
        #expect(refusal(try Base64URL.decode(text)) == .malformedText)
    }

    @Test("what is accepted after damage writes itself again")
    func acceptedIsCanonical() {
        var mutator = Mutator(seed: 640)
        var random = SeededRandom(seed: 641)
        for round in 0..<2_000 {
            let bytes = random.bytes(round % 24)
            let padded = String(
                decoding: mutator.mutated(Array(Base64.encode(bytes).utf8)), as: UTF8.self)
            if let read = try? Base64.decode(padded) { #expect(Base64.encode(read) == padded) }
            let address = String(
                decoding: mutator.mutated(Array(Base64URL.encode(bytes).utf8)), as: UTF8.self)
            if let read = try? Base64URL.decode(address) {
                #expect(Base64URL.encode(read) == address)
            }
        }
    }
}
