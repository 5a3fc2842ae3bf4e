import PassportCoding
import PassportCrypto

/// A test key: the seed is one byte 32 times, so that nobody takes it for a real one.
func signingKey(_ number: UInt8, _ purpose: KeyPurpose) throws -> SigningKey {
    var seed = [UInt8](repeating: number, count: 32)
    return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: purpose)
}

/// Every type of signed object.
let allTypes: [ObjectType] = [
    .passport, .grant, .disclosure, .withdrawal, .manifest, .staffCertificate, .act, .statusList,
]

/// A purpose whose keys may sign such objects.
func signer(of type: ObjectType) -> KeyPurpose {
    type.signers.min { $0.rawValue < $1.rawValue } ?? .issue
}

/// Larger than any object of these tests.
let ample = 65_536

/// The code under which `body` refuses, or nil when it accepts.
func refusal<Result: ~Copyable>(_ body: () throws -> Result) -> CryptoError.Code? {
    do {
        _ = try body()
        return nil
    } catch let error as CryptoError {
        return error.code
    } catch {
        return CryptoError.Code("\(error)")
    }
}

/// A COSE_Sign1 put together by hand, with whatever parts a forger likes.
struct Sign1Parts {
    var tag: UInt64? = 18
    var protected: [UInt8]
    var unprotected = CBORItem(fields: [])
    var payload: CBORItem
    var signature: CBORItem

    /// The parts of a good object.
    init(_ object: COSESign1) throws {
        guard case .tagged(18, .array(let parts)) = try CBORReader.item(from: object.bytes),
            case .bytes(let protected) = parts[0]
        else { throw CryptoError(.malformedObject, "not a COSE_Sign1") }
        self.protected = protected
        unprotected = parts[1]
        payload = parts[2]
        signature = parts[3]
    }

    var item: CBORItem { .array([.bytes(protected), unprotected, payload, signature]) }

    var bytes: [UInt8] { (tag.map { .tagged($0, item) } ?? item).encoded() }
}

/// What RFC 9052 says is signed, written here a second time.
func signedStructure(
    in context: String = "Signature1", _ protected: [UInt8], _ more: [[UInt8]]
) -> [UInt8] {
    CBORItem.array([.text(context), .bytes(protected)] + more.map { .bytes($0) }).encoded()
}
