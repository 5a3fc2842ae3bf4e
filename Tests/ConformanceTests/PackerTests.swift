import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust
import Testing

@testable import passport_vectors

/// What the packer refuses to make, because its own readers would refuse it or strangers learn
/// from it.
@Suite struct PackerTests {
    private static let scenes = Result { (net: try Scene(.net), paper: try Scene(.paper)) }

    private static func grant(_ scene: Scene, to recipient: Recipient) throws -> IssuedGrant {
        var given = try scene.grant(scene.lea, to: recipient, [1])
        return IssuedGrant(
            grant: try UnverifiedGrant(decoding: given.grant),
            ring: try Ring(consuming: &given.ring, profile: scene.profile))
    }

    private static func contents(
        _ scene: Scene, _ passports: [UnverifiedPassport]? = nil
    ) -> EnvelopePacker.Contents {
        EnvelopePacker.Contents(
            passports: passports ?? [scene.lea.passport], identities: [], statusLists: [],
            sender: scene.cast.izmir.id, time: Moments.granted)
    }

    private static func parcel(
        _ scene: Scene, _ number: Int = 0, key: SealingPublicKey? = nil
    ) throws -> EnvelopePacker.Parcel {
        let house = scene.cast.athens
        return .init(
            organisation: house.id, key: try key ?? house.sealingKey(scene.profile.sealingPurpose),
            grants: [try grant(scene, to: .organisation(house.id))])
    }

    /// Packs with the carry half at hand, so that only the packer's own rules refuse.
    private static func pack(
        _ scene: Scene, _ parcels: [EnvelopePacker.Parcel],
        _ contents: EnvelopePacker.Contents? = nil
    ) throws -> Envelope {
        let carry = try CarryHalf(text: scene.carry())
        return try EnvelopePacker(profile: scene.profile).pack(
            contents ?? Self.contents(scene), parcels: parcels, carry: carry,
            key: scene.cast.izmir.signingKey(.consent)
        ).envelope
    }

    private static func bearer(_ scene: Scene) throws -> EnvelopePacker.Parcel {
        .init(bearer: [try grant(scene, to: .bearer)])
    }

    /// A net envelope with a carry box would tell that the person has a card.
    @Test func aNetEnvelopeHasNoCarryBox() throws {
        let (net, paper) = try Self.scenes.get()
        #expect(throws: SealingError(.malformed, .refused, "")) {
            try Self.pack(net, [Self.bearer(net)])
        }
        #expect(try Self.pack(paper, [Self.bearer(paper)]).boxes.count == 4)
    }

    /// Four boxes, whoever is meant: a fifth would not be read, and a count would tell.
    @Test func thereIsRoomForFourBoxesAndNoFifth() throws {
        let (net, paper) = try Self.scenes.get()
        func parcels(_ scene: Scene, _ count: Int) throws -> [EnvelopePacker.Parcel] {
            try (0..<count).map { try Self.parcel(scene, $0) }
        }
        let full = try Self.pack(net, parcels(net, 4))
        #expect(full.boxes.count == 4)
        #expect(try Envelope(decoding: full.encoded()) == full)
        let sheet = try Self.pack(paper, parcels(paper, 3) + [Self.bearer(paper)])
        #expect(sheet.boxes.count == 4)
        #expect(try Envelope(decoding: sheet.encoded()) == sheet)
        for (scene, parcels) in [
            (net, try parcels(net, 5)), (net, []), (paper, try parcels(paper, 4)),
            (paper, try parcels(paper, 1) + [Self.bearer(paper), Self.bearer(paper)]),
        ] {
            #expect(throws: SealingError(.tooMany, .refused, "")) {
                try Self.pack(scene, parcels)
            }
        }
    }

    @Test func oneToEightPassportsOfTheEnvelopesProfile() throws {
        let (net, paper) = try Self.scenes.get()
        for scene in [net, paper] {
            let profile = scene.lea.passport.claims.profile
            let parcels = [try Self.parcel(scene)]
            let many = try (0..<9).map { number in
                try Scene.seal(
                    "Lea", by: scene.cast.izmir, authorities: [scene.cast.izmir], status: number,
                    profile, scene.card, issued: Moments.sealed.adding(seconds: Int64(number))
                ).passport
            }
            // On paper there is room for three without evidence; what has none is refused by name.
            for count in 1...8 {
                let contents = Self.contents(scene, Array(many.prefix(count)))
                guard profile == .paper, count > 3 else {
                    let packed = try Self.pack(scene, parcels, contents)
                    #expect(try Envelope(decoding: packed.encoded()) == packed)
                    continue
                }
                #expect(throws: SealingError(.tooLarge, .refused, "")) {
                    try Self.pack(scene, parcels, contents)
                }
            }
            for passports in [[], many] {
                #expect(throws: SealingError(.tooMany, .refused, "")) {
                    try Self.pack(scene, parcels, Self.contents(scene, passports))
                }
            }
            let other = (profile == .net ? paper : net).lea.passport
            #expect(throws: SealingError(.malformed, .refused, "")) {
                try Self.pack(scene, parcels, Self.contents(scene, [other]))
            }
        }
    }

    @Test("an envelope on paper fills its frames, whatever is in it, and says no other length")
    func paperSizesAreFew() throws {
        for box in [256, 512, 1_536, 2_560] {
            for count in stride(from: 5, through: 18_000, by: 61) {
                guard
                    let bytes = Envelope.contentBytes(for: count, boxBytes: box, profile: .paper)
                else {
                    #expect(count + 4 * box > Profile.paperEnvelopes[3] - 400)
                    continue
                }
                #expect(bytes >= count)
                let boxes = (0..<4).map { number in
                    SealedBox(
                        lock: number == 0 ? .carry : .organisation,
                        parameter: [UInt8](repeating: 1, count: 32),
                        ciphertext: [UInt8](repeating: 2, count: box + 16))
                }
                let envelope = Envelope(
                    profile: .paper, content: [UInt8](repeating: 3, count: bytes + 16),
                    boxes: boxes)
                #expect(Profile.paperEnvelopes.contains(envelope.encoded().count))
                #expect(try Envelope(decoding: envelope.encoded()) == envelope)
            }
        }
    }

    @Test func nothingIsSealedToAKeyOfAnotherProfile() throws {
        let (net, paper) = try Self.scenes.get()
        let key = try paper.cast.athens.sealingKey(.sealPaper)
        #expect(throws: SealingError(.malformed, .refused, "")) {
            try Self.pack(net, [Self.parcel(net, key: key)])
        }
    }
}
