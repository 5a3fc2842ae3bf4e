import PassportCoding
import PassportCrypto
import PassportTrust
import Testing

@Suite("Fingerprints and organisation ids")
struct FingerprintTests {
    private let house = House()

    private func fingerprint(_ chain: ManifestChain) throws -> Fingerprint {
        Fingerprint(of: try house.identity(chain))
    }

    @Test("six groups of five characters that can be read aloud")
    func form() throws {
        let text = try fingerprint(house.chain()).text
        #expect(text.wholeMatch(of: /([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{5}/) != nil)
        #expect(try fingerprint(house.chain()).text == text)
    }

    @Test("it covers identity, number and contents: an old file of the right house does not match")
    func covers() throws {
        let one = try house.chain()
        let two = try house.chain(one, and: house.following(one), by: [1, 2])
        let other = try house.chain(
            one, and: house.following(one) { $0.name = "other" }, by: [1, 2])
        let opened = try house.chain(one, and: house.opening(after: one), by: [4, 5])
        let afterTwo = try house.chain(two, and: house.opening(after: two), by: [4, 5])
        var all = try [one, two, other, opened, afterTwo].map { try fingerprint($0) }
        all.append(Fingerprint(of: try House(offset: 100).identity()))
        #expect(Set(all).count == 6)
        // Who signed does not change what is read aloud.
        let resigned = try ManifestChain(verifying: [house.sign(house.first(), by: [2, 3])])
        #expect(try fingerprint(resigned) == fingerprint(one))
    }

    @Test("it is SHA-256 over label, identity, hash and number, written here a second time")
    func definition() throws {
        let chain = try house.chain()
        let digest = Digest.sha256(
            of: Array("care-passport/1 fingerprint".utf8) + [0] + chain.organisation.digest.bytes
                + chain.currentHash.bytes + [0x82, 0x01, 0x01])
        let plain = try fingerprint(chain).text.replacing("-", with: "")
        #expect(plain == Base32.encode(digest.bytes).prefix(30))
    }

    @Test("typed as a hand types it, it is the same")
    func typed() throws {
        let fingerprint = try fingerprint(house.chain())
        let text = fingerprint.text
        let forms = [
            text, text.lowercased(), text.replacing("-", with: ""), text.replacing("-", with: " "),
            "  \(text)  ", text.replacing("0", with: "O"), text.replacing("0", with: "o"),
            text.replacing("1", with: "I"), text.replacing("1", with: "l"),
        ]
        for form in forms { #expect(try Fingerprint(typed: form) == fingerprint) }
    }

    @Test("every single wrong character makes another fingerprint or none")
    func substitutions() throws {
        let fingerprint = try fingerprint(house.chain())
        let characters = Array(fingerprint.text)
        for index in characters.indices where characters[index] != "-" {
            for other in "0123456789ABCDEFGHJKMNPQRSTUVWXYZ" where other != characters[index] {
                var wrong = characters
                wrong[index] = other
                #expect((try? Fingerprint(typed: String(wrong))) != fingerprint)
            }
        }
    }

    @Test("what is no fingerprint is refused, letters of other scripts included")
    func malformed() throws {
        let text = try fingerprint(house.chain()).text
        let plain = text.replacing("-", with: "")
        var others = ["", String(plain.dropLast()), plain + "0", plain + plain, plain + "\u{301}"]
        others.append(text.replacing("-", with: "_"))
        // In the place of the first character, or of the first two where upper case makes two.
        for letter in ["_", "\n", "\u{212A}", "\u{131}", "\u{17F}", "\u{FF11}", "\u{661}"] {
            others.append(letter + String(plain.dropFirst()))
        }
        for letter in ["\u{DF}", "\u{FB01}"] { others.append(letter + String(plain.dropFirst(2))) }
        for other in others {
            #expect(refusal { try Fingerprint(typed: other) } == .malformed)
        }
    }

    @Test("an organisation's id has one text, and texts that are not canonical are refused")
    func organisationText() throws {
        let organisation = try house.chain().organisation
        let text = organisation.text
        #expect(text.utf8.count == 43)
        #expect(try OrganisationID(text: text) == organisation)
        #expect(organisation.statusListURI(7) == "urn:carepass:status:\(text):7")
        let last = try #require(text.last)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        // The last character carries four bits; only one of its four spellings has the rest zero.
        let readable = alphabet.filter {
            (try? OrganisationID(text: String(text.dropLast()) + String($0))) != nil
        }
        #expect(readable.count == 16 && readable.contains(last))
        for wrong in ["", text + "=", text + "A", String(text.dropLast()), " " + text, text + "\n"]
        {
            #expect(refusal { try OrganisationID(text: wrong) } == .malformed)
        }
        let kelvin = text.replacing("K", with: "\u{212A}")
        if kelvin.utf8.count != text.utf8.count {
            #expect(refusal { try OrganisationID(text: kelvin) } == .malformed)
        }
    }
}
