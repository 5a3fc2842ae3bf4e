import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportTestSupport
import Testing

/// Every kind of secret, held as a careless program may hold them.
private final class Careless {
    let passphrase: Passphrase
    let file: KeyFile
    let vault: Vault
    let content: ContentKey
    let slot: SlotSecret
    let consent: ConsentHalf
    let carry: CarryHalf
    let opening: OpeningKey

    init(seed: [UInt8], words: String) throws {
        passphrase = try PassportSecrecyTests.passphrase(words)
        file = try KeyFile(generating: [.vault, .issue], from: repeatable(77))
        vault = try file.vault()
        content = try ContentKey(secret(seed))
        slot = try SlotSecret(secret(seed))
        consent = try ConsentHalf(from: repeatable(78))
        carry = try consent.carryHalf()
        opening = try OpeningKey(seed: secret(seed), purpose: .sealPaper)
    }
}

@Suite("No secret shows itself: keys, files, cards, passphrases")
struct SecretLeakTests {
    @Test("none of them can be copied, so nothing that prints can take one")
    func noCopies() {
        #expect(!SecretLeaks.isCopyable(Passphrase.self))
        #expect(!SecretLeaks.isCopyable(KeyFile.self))
        #expect(!SecretLeaks.isCopyable(Vault.self))
        #expect(!SecretLeaks.isCopyable(ContentKey.self))
        #expect(!SecretLeaks.isCopyable(SlotSecret.self))
        #expect(!SecretLeaks.isCopyable(ConsentHalf.self))
        #expect(!SecretLeaks.isCopyable(CarryHalf.self))
        #expect(!SecretLeaks.isCopyable(OpeningKey.self))
        #expect(SecretLeaks.isCopyable(SealingPublicKey.self))
    }

    @Test("an object that holds them all prints none of their bytes")
    func careless() throws {
        let seed = Array("wbdqkzvhmxpfjcyrtgnlsaeiou123456".utf8)
        let holder = try Careless(seed: seed, words: "quartz jackdaw")
        let all = SecretLeaks.texts(holder)
        var hidden = SecretLeaks.forms(of: seed) + ["quartz", "jackdaw"]
        hidden += SecretLeaks.forms(of: try contents(SecretBytes(random: 32, from: repeatable(77))))
        hidden += SecretLeaks.forms(of: try contents(SecretBytes(random: 16, from: repeatable(78))))
        hidden += holder.consent.text().split(separator: "-").map { String($0) }
        hidden += holder.carry.text().split(separator: "-").map { String($0) }
        for text in all {
            for form in hidden { #expect(!text.contains(form)) }
        }
    }

    @Test("errors repeat nothing of what was typed or tried")
    func errors() throws {
        let card = try ConsentHalf(from: repeatable(79)).text()
        let sealed = [UInt8](repeating: 0x5A, count: 40)
        let seed = [UInt8](repeating: 0x5A, count: 31)
        let failures: [() throws -> Void] = [
            { _ = try CarryHalf(text: card) },
            { _ = try ConsentHalf(text: String(card.dropLast()) + "?") },
            { _ = try passphrase(String(repeating: "jackdaw", count: 1_000)) },
            { _ = try ContentKey(secret(seed)) },
            { _ = try ContentKey(from: .system).open(sealed, authenticating: []) },
            { _ = try OpeningKey(seed: secret(seed), purpose: .sealNet) },
            { _ = try KeyFile(decoding: sealed, passphrase: passphrase("quartz jackdaw")) },
        ]
        let hidden =
            card.split(separator: "-").map { String($0) } + ["jackdaw", "quartz", "90, 90", "5a5a"]
        for failure in failures {
            do {
                try failure()
                Issue.record("accepted")
            } catch {
                for text in SecretLeaks.texts(error) {
                    for form in hidden { #expect(!text.contains(form)) }
                }
            }
        }
    }
}
