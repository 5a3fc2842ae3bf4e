public import PassportCoding
internal import PassportCrypto

/// What two people read to each other so that a file is known to be the right one.
///
/// It covers the identity and the newest manifest's number and hash: an old file of the right
/// organisation does not match either. 150 bits, six groups of five characters.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX` in Crockford's base 32.
    public let text: String

    /// The fingerprint of an identity as it stands now.
    public init(of identity: Identity) {
        let chain = identity.chain
        let number = CBORItem.array([
            CBORItem(chain.current.epoch), CBORItem(chain.current.version),
        ]).encoded()
        let digest = Digest.sha256(
            label: "care-passport/1 fingerprint", chain.organisation.digest.bytes,
            chain.currentHash.bytes, number)
        text = Self.grouped(Array(Base32.encode(Array(digest.bytes.prefix(20))).prefix(30)))
    }

    /// Reads what somebody typed: case, spaces and hyphens do not matter.
    public init(typed: String) throws(TrustError) {
        // Letters of other scripts may become ASCII in upper case; no fingerprint holds them.
        guard typed.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw TrustError(.malformed, "a fingerprint has six groups of five characters")
        }
        let kept = typed.uppercased().filter { $0 != "-" && $0 != " " }
            .map { character -> Character in
                switch character {
                case "O": "0"
                case "I", "L": "1"
                default: character
                }
            }
        guard kept.count == 30, kept.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else {
            throw TrustError(.malformed, "a fingerprint has six groups of five characters")
        }
        text = Self.grouped(kept)
    }

    private static func grouped(_ characters: [Character]) -> String {
        stride(from: 0, to: characters.count, by: 5)
            .map { String(characters[$0..<min($0 + 5, characters.count)]) }
            .joined(separator: "-")
    }

    /// The grouped text.
    public var description: String { text }
}
