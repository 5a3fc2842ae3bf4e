import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@Suite("Countersignatures")
struct CountersignatureTests {
    private let payload = Array("granted at a desk".utf8)

    private func grant(_ payload: [UInt8], holder: UInt8 = 1) throws -> COSESign1 {
        try COSESign1.sign(payload, as: .grant, with: signingKey(holder, .holder))
    }

    private func countersigned(_ payload: [UInt8], desk: UInt8 = 2) throws -> COSESign1 {
        try grant(payload).countersigned(as: .grant, with: signingKey(desk, .consent))
    }

    /// True when the object is read and both signatures hold.
    private func holds(_ bytes: [UInt8], _ holder: VerifyingKey, _ desk: VerifyingKey) -> Bool {
        guard let object = try? COSESign1(decoding: bytes, as: .grant, maximum: ample),
            let countersignature = object.countersignature
        else { return false }
        return (try? object.verify(with: holder)) != nil
            && (try? countersignature.verify(on: object, with: desk)) != nil
    }

    @Test("the desk's signature is read, holds under its key and under no other")
    func good() throws {
        let (holder, desk) = try (
            signingKey(1, .holder).verifyingKey, signingKey(2, .consent).verifyingKey
        )
        let made = try countersigned(payload)
        let read = try COSESign1(decoding: made.bytes, as: .grant, maximum: ample)
        #expect(read == made)
        let countersignature = try #require(read.countersignature)
        #expect(countersignature.keyHash == desk.keyHash)
        try countersignature.verify(on: read, with: desk)
        #expect(refusal { try countersignature.verify(on: read, with: holder) } == .wrongKey)
        #expect(holds(made.bytes, holder, desk))
    }

    @Test("the bytes signed are those of RFC 9338, put together by hand")
    func bytes() throws {
        let desk = try signingKey(2, .consent).verifyingKey
        let parts = try Sign1Parts(countersigned(payload))
        guard case .map(let header) = parts.unprotected,
            case .array(let counter)? = header[CBORItem(11)], case .bytes(let inner) = counter[0],
            case .bytes(let second) = counter[2], case .bytes(let first) = parts.signature
        else {
            Issue.record("no countersignature under label 11")
            return
        }
        #expect(inner == CBORItem(fields: [(1, CBORItem(-19)), (4, desk.keyHash.item)]).encoded())
        let message = CBORItem.array([
            .text("CounterSignatureV2"), .bytes(parts.protected), .bytes(inner), .bytes([]),
            .bytes(payload), .array([.bytes(first)]),
        ]).encoded()
        #expect(desk.isValid(signature: second, for: message))
    }

    @Test("moved to another object it does not hold, be it the same payload under another key")
    func moved() throws {
        let desk = try signingKey(2, .consent).verifyingKey
        let source = try countersigned(payload)
        let others = [
            try grant(Array("another grant".utf8)), try grant(payload, holder: 3),
            try COSESign1.sign(payload, as: .grant, with: signingKey(4, .consent)),
        ]
        for other in others {
            var parts = try Sign1Parts(other)
            parts.unprotected = try Sign1Parts(source).unprotected
            let object = try COSESign1(decoding: parts.bytes, as: .grant, maximum: ample)
            let countersignature = try #require(object.countersignature)
            let code = refusal { try countersignature.verify(on: object, with: desk) }
            #expect(code == .badSignature)
            // The value taken from one object does not hold on another either.
            let original = try #require(source.countersignature)
            #expect(refusal { try original.verify(on: other, with: desk) } == .badSignature)
        }
    }

    @Test("a countersignature is no signature, and a signature no countersignature")
    func exchanged() throws {
        let desk = try signingKey(2, .consent).verifyingKey
        let made = try countersigned(payload)
        var parts = try Sign1Parts(made)
        guard case .map(let header) = parts.unprotected,
            case .array(let counter)? = header[CBORItem(11)]
        else { return }
        parts.signature = counter[2]
        parts.protected = CBORItem(fields: [
            (1, CBORItem(-19)), (4, desk.keyHash.item), (16, .text(ObjectType.grant.mediaType)),
        ]).encoded()
        parts.unprotected = CBORItem(fields: [])
        let object = try COSESign1(decoding: parts.bytes, as: .grant, maximum: ample)
        #expect(refusal { try object.verify(with: desk) } == .badSignature)

        var swapped = try Sign1Parts(made)
        swapped.unprotected = CBORItem(fields: [
            (11, .array([counter[0], counter[1], swapped.signature]))
        ])
        let other = try COSESign1(decoding: swapped.bytes, as: .grant, maximum: ample)
        let countersignature = try #require(other.countersignature)
        #expect(refusal { try countersignature.verify(on: other, with: desk) } == .badSignature)
    }

    @Test("only grants are countersigned, and only by consent keys")
    func purposes() throws {
        for type in allTypes {
            #expect(type.countersigners == (type == .grant ? [.consent] : []))
            let object = try COSESign1.sign(
                payload, as: type, with: signingKey(1, signer(of: type)))
            for purpose in KeyPurpose.allCases where purpose.isSigning {
                let key = try signingKey(2, purpose)
                let code = refusal { try object.countersigned(as: type, with: key) }
                let may = type == .grant && purpose == .consent
                #expect(code == (may ? nil : .wrongPurpose))
            }
        }
    }

    @Test("nobody gives any other object a second digest by adding a countersignature")
    func malleability() throws {
        let unprotected = try Sign1Parts(countersigned(payload)).unprotected
        for type in allTypes where type != .grant {
            let object = try COSESign1.sign(
                payload, as: type, with: signingKey(1, signer(of: type)))
            var parts = try Sign1Parts(object)
            parts.unprotected = unprotected
            let code = refusal { try COSESign1(decoding: parts.bytes, as: type, maximum: ample) }
            #expect(code == .malformedObject)
        }
    }

    @Test("other shapes are refused")
    func shapes() throws {
        let desk = try signingKey(2, .consent).verifyingKey
        let good = try Sign1Parts(countersigned(payload))
        guard case .map(let header) = good.unprotected,
            case .array(let counter)? = header[CBORItem(11)]
        else { return }
        let alg = (1, CBORItem(-19) as CBORItem?)
        let kid = (4, desk.keyHash.item as CBORItem?)
        func with(_ protected: [(Int, CBORItem?)]) -> CBORItem {
            .array([.bytes(CBORItem(fields: protected).encoded()), counter[1], counter[2]])
        }
        let shapes: [CBORItem] = [
            .null, .array([]), .array([.array(counter), .array(counter)]),
            .array(counter + [.null]), .array([counter[0], .null, counter[2]]),
            .array([counter[0], CBORItem(fields: [(4, .bytes([1]))]), counter[2]]),
            .array([counter[0], counter[1], .bytes([1, 2, 3])]),
            with([(1, CBORItem(-8)), kid]), with([kid]), with([alg]), with([]),
            with([alg, (2, .array([CBORItem(33)])), kid]),
            with([alg, kid, (16, .text(ObjectType.grant.mediaType))]),
            with([alg, kid, (-70, .null)]),
        ]
        for (index, shape) in shapes.enumerated() {
            var parts = good
            parts.unprotected = CBORItem(fields: [(11, shape)])
            let code = refusal { try COSESign1(decoding: parts.bytes, as: .grant, maximum: ample) }
            #expect(code == .malformedObject, "shape \(index)")
        }
        for label in [7, 9, 12] {
            var parts = good
            parts.unprotected = CBORItem(fields: [(label, .array(counter))])
            let code = refusal { try COSESign1(decoding: parts.bytes, as: .grant, maximum: ample) }
            #expect(code == .malformedObject, "label \(label)")
        }
    }

    @Test("with any bit changed, one of the two signatures does not hold")
    func everyBit() throws {
        let (holder, desk) = try (
            signingKey(1, .holder).verifyingKey, signingKey(2, .consent).verifyingKey
        )
        let bytes = try countersigned(payload).bytes
        #expect(holds(bytes, holder, desk))
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                #expect(!holds(changed, holder, desk), "byte \(index), bit \(bit)")
            }
        }
    }

    @Test("seeded damage never leaves both holding", arguments: 0..<2)
    func damaged(_ seed: UInt64) throws {
        let (holder, desk) = try (
            signingKey(1, .holder).verifyingKey, signingKey(2, .consent).verifyingKey
        )
        let bytes = try countersigned(payload).bytes
        var mutator = Mutator(seed: 1_100 + seed)
        for _ in 0..<1_000 { #expect(!holds(mutator.mutated(bytes), holder, desk)) }
    }
}
