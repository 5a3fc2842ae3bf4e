import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@Suite("COSE_Sign with several signers")
struct COSESignTests {
    private let payload = Array("a manifest".utf8)

    private func keys(_ numbers: [UInt8]) throws -> [VerifyingKey] {
        try numbers.map { try signingKey($0, .root).verifyingKey }
    }

    private func signed(_ numbers: [UInt8]) throws -> COSESign {
        var builder = COSESign.Builder(payload, as: .manifest)
        for number in numbers { try builder.sign(with: signingKey(number, .root)) }
        return try builder.finish()
    }

    private func read(_ bytes: [UInt8]) throws -> COSESign {
        try COSESign(decoding: bytes, as: .manifest, maximum: ample)
    }

    /// The object with its signers changed.
    private func changed(
        _ object: COSESign, _ change: (inout [CBORItem]) -> Void
    ) throws -> [UInt8] {
        guard case .tagged(98, .array(var parts)) = try CBORReader.item(from: object.bytes),
            case .array(var signers) = parts[3]
        else { return [] }
        change(&signers)
        parts[3] = .array(signers)
        return CBORItem.tagged(98, .array(parts)).encoded()
    }

    @Test("signers stand in one order, whichever order they signed in")
    func order() throws {
        let one = try signed([1, 2, 3])
        #expect(try signed([3, 1, 2]) == one)
        #expect(one.signerKeyHashes == one.signerKeyHashes.sorted())
        #expect(try read(one.bytes) == one)
        #expect(try one.countValidSignatures(from: keys([1, 2, 3])) == 3)
    }

    @Test("exchanged signers are refused")
    func exchanged() throws {
        let bytes = try changed(signed([1, 2, 3])) { $0.swapAt(0, 2) }
        #expect(refusal { try read(bytes) } == .malformedObject)
    }

    @Test("one signer who stands twice is refused, by the reader and by the builder")
    func twice() throws {
        let bytes = try changed(signed([1, 2])) { $0.insert($0[0], at: 0) }
        #expect(refusal { try read(bytes) } == .malformedObject)
        #expect(refusal { try signed([1, 1]) } == .malformedObject)
    }

    @Test("a key listed twice counts once")
    func listedTwice() throws {
        #expect(try signed([1]).countValidSignatures(from: keys([1, 1, 1])) == 1)
    }

    @Test("signatures by keys that are not listed do not count")
    func strangers() throws {
        let object = try signed([1, 2, 9])
        #expect(try object.countValidSignatures(from: keys([1, 2, 3])) == 2)
        #expect(try object.countValidSignatures(from: keys([4, 5])) == 0)
        #expect(try object.countValidSignatures(from: []) == 0)
    }

    @Test("one bad signature by a listed key refuses the whole, although others hold")
    func oneBad() throws {
        let bytes = try changed(signed([1, 2, 3])) { signers in
            guard case .array(var parts) = signers[1], case .bytes(var signature) = parts[2]
            else { return }
            signature[0] ^= 1
            parts[2] = .bytes(signature)
            signers[1] = .array(parts)
        }
        let object = try read(bytes)
        let listed = try keys([1, 2, 3])
        #expect(refusal { try object.countValidSignatures(from: listed) } == .badSignature)
    }

    @Test("a signature under another signer's name does not hold")
    func renamed() throws {
        let object = try signed([1, 2])
        let bytes = try changed(object) { signers in
            guard case .array(var one) = signers[0], case .array(var other) = signers[1]
            else { return }
            swap(&one[2], &other[2])
            signers = [.array(one), .array(other)]
        }
        let listed = try keys([1, 2])
        let mixed = try read(bytes)
        #expect(refusal { try mixed.countValidSignatures(from: listed) } == .badSignature)
    }

    @Test("a signature over another payload does not hold (mix and match)")
    func mixed() throws {
        var builder = COSESign.Builder(Array("another manifest".utf8), as: .manifest)
        try builder.sign(with: signingKey(1, .root))
        let other = try builder.finish()
        guard case .tagged(_, .array(let parts)) = try CBORReader.item(from: other.bytes),
            case .array(let taken) = parts[3]
        else { return }
        let bytes = try changed(signed([1])) { $0 = taken }
        let object = try read(bytes)
        let listed = try keys([1])
        #expect(refusal { try object.countValidSignatures(from: listed) } == .badSignature)
    }

    @Test("keys of other purposes sign no manifest")
    func purposes() throws {
        for purpose in KeyPurpose.allCases where purpose.isSigning && purpose != .root {
            var builder = COSESign.Builder(payload, as: .manifest)
            let key = try signingKey(1, purpose)
            #expect(refusal { try builder.sign(with: key) } == .wrongPurpose)
        }
    }

    @Test("a manifest without a signer, or with a foreign type or shape, is refused")
    func shapes() throws {
        #expect(refusal { try signed([]) } == .malformedObject)
        let object = try signed([1])
        for type in allTypes where type != .manifest {
            let code = refusal { try COSESign(decoding: object.bytes, as: type, maximum: ample) }
            #expect(code == .wrongType)
        }
        let code = refusal {
            try COSESign1(decoding: object.bytes, as: .manifest, maximum: ample)
        }
        #expect(code == .malformedObject)
        let single = try COSESign1.sign(payload, as: .manifest, with: signingKey(1, .root))
        #expect(refusal { try read(single.bytes) } == .malformedObject)
        #expect(refusal { try read(object.bytes + [0]) } == .malformedObject)
        let tooLong = refusal {
            try COSESign(
                decoding: object.bytes, as: .manifest, maximum: object.bytes.count - 1)
        }
        #expect(tooLong == .malformedObject)
    }

    @Test("a signer's header or unprotected header of another form is refused")
    func signerHeaders() throws {
        let object = try signed([1])
        let kid = try keys([1])[0].keyHash.item
        let headers: [[(Int, CBORItem?)]] = [
            [(1, CBORItem(-8)), (4, kid)], [(4, kid)], [(1, CBORItem(-19))],
            [(1, CBORItem(-19)), (4, .bytes([1]))], [(1, CBORItem(-19)), (4, kid), (-70, .null)],
            [(1, CBORItem(-19)), (2, .array([CBORItem(1)])), (4, kid)],
        ]
        for header in headers {
            let bytes = try changed(object) { signers in
                guard case .array(var parts) = signers[0] else { return }
                parts[0] = .bytes(CBORItem(fields: header).encoded())
                signers[0] = .array(parts)
            }
            #expect(refusal { try read(bytes) } == .malformedObject)
        }
        let outside = try changed(object) { signers in
            guard case .array(var parts) = signers[0] else { return }
            parts[1] = CBORItem(fields: [(4, kid)])
            signers[0] = .array(parts)
        }
        #expect(refusal { try read(outside) } == .malformedObject)
    }

    @Test("more signers than a manifest can need are refused")
    func tooMany() throws {
        let numbers = (1...UInt8(2 * Limits.rootKeys)).map { $0 }
        #expect(try signed(numbers).signerKeyHashes.count == 2 * Limits.rootKeys)
        #expect(refusal { try signed(numbers + [200]) } == .malformedObject)
    }

    @Test("an object is read up to its limit, and not past it")
    func limits() throws {
        let object = try signed([1, 2])
        func read(_ maximum: Int) throws -> COSESign {
            try COSESign(decoding: object.bytes, as: .manifest, maximum: maximum)
        }
        #expect(try read(object.bytes.count) == object)
        #expect(refusal { try read(object.bytes.count - 1) } == .malformedObject)
        // The payload alone may be as long as a manifest, and no longer.
        for count in [0, 1, Limits.manifestBytes, Limits.manifestBytes + 1] {
            let bytes = try { () throws -> [UInt8] in
                guard case .tagged(98, .array(var parts)) = try CBORReader.item(from: object.bytes)
                else { return [] }
                parts[2] = .bytes([UInt8](repeating: 0, count: count))
                return CBORItem.tagged(98, .array(parts)).encoded()
            }()
            let fits = (1...Limits.manifestBytes).contains(count)
            #expect((refusal { try self.read(bytes) } == nil) == fits, "\(count) bytes")
        }
    }

    @Test("with any bit changed, the listed keys no longer both sign the payload")
    func everyBit() throws {
        let object = try signed([1, 2])
        let listed = try keys([1, 2])
        for index in object.bytes.indices {
            for bit in 0..<8 {
                var changed = object.bytes
                changed[index] ^= 1 << UInt8(bit)
                let count = try? read(changed).countValidSignatures(from: listed)
                #expect(count != 2, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test("seeded damage never verifies", arguments: 0..<2)
    func damaged(_ seed: UInt64) throws {
        let object = try signed([1, 2])
        let listed = try keys([1, 2])
        var mutator = Mutator(seed: 1_200 + seed)
        for _ in 0..<1_000 {
            let damaged = mutator.mutated(object.bytes)
            #expect((try? read(damaged).countValidSignatures(from: listed)) != 2)
        }
    }
}
