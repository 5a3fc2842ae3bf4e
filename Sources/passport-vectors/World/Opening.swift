import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportTrust

/// What is packed for one recipient, and what that recipient knows: a whole opening, of which
/// each part can be changed.
struct Opening {
    let scene: Scene
    let words: String
    var passports: [[UInt8]]
    var grants: [(grant: [UInt8], ring: [UInt8])]
    var sender: House
    var recipient: House?
    /// The bytes of the disclosure, when it is not the one that fits.
    var disclosure: [UInt8]?
    var evidence: [[UInt8]] = []
    var evidenceLists: [[UInt8]] = []
    var identities: [House]
    var pins: [House]
    var pinPurposes: [KeyPurpose] = [.issue, .consent]
    var lists: [[UInt8]]
    var withdrawals: [[UInt8]] = []
    var clock = Moments.now
    var floor = Moments.listed
    var purpose = "TREAT"
    var wanted: [Int]?
    var opensAs: JSON?
    var ourselves: House?
    /// Changes the parcel before it is sealed.
    var changeParcel: (inout Parcel) -> Void = { _ in }
    var changePacking: (inout Packing) -> Void = { _ in }

    /// Izmir gives Athens three sections of Lea's passport; nothing is doubtful.
    init(_ scene: Scene, _ words: String, sections: [Int] = [1, 2, 3]) throws {
        let cast = scene.cast
        self.scene = scene
        self.words = words
        passports = [scene.lea.passport.bytes]
        grants = [try scene.grant(scene.lea, to: .organisation(cast.athens.id), sections)]
        sender = cast.izmir
        recipient = cast.athens
        ourselves = cast.athens
        identities = [cast.izmir]
        pins = [cast.izmir]
        lists = [try cast.izmir.statusList()]
    }

    /// Whom the boxes and disclosures name.
    var addressee: Recipient { recipient.map { .organisation($0.id) } ?? .bearer }

    func packing() throws -> Packing {
        let lock: Parcel.Lock =
            try recipient.map { .key(try $0.sealingKey(scene.profile.sealingPurpose)) }
            ?? .carry(scene.carry())
        var parcel = Parcel(
            lock, grants: grants,
            disclosure: try disclosure
                ?? scene.disclosure(by: sender, to: addressee, passports, grants.map(\.grant)))
        changeParcel(&parcel)
        var packing = Packing(
            scene.profile, words,
            content: EnvelopeContent(
                passports: passports, identities: evidence, statusLists: evidenceLists),
            parcels: [parcel])
        changePacking(&packing)
        return packing
    }

    func input(_ envelope: [UInt8]) throws -> JSON {
        let opener: JSON =
            try opensAs ?? recipient?.opener(scene.profile.sealingPurpose)
            ?? ["kind": "carry", "text": .text(scene.carry())]
        return [
            "envelope": .hex(envelope), "opener": opener,
            "knowledge": [
                "ourselves": .hex(ourselves?.id.digest.bytes),
                "identities": .list(identities.map(\.file)),
                "pins": .list(
                    pins.map { house in
                        [
                            "organisation": .hex(house.id.digest.bytes),
                            "purposes": .list(pinPurposes.map { .text($0.name) }),
                        ]
                    }),
                "statusLists": .hexes(lists), "withdrawals": .hexes(withdrawals),
                "clock": .int(Int(clock.seconds)), "floor": .int(Int(floor.seconds)),
            ],
            "purpose": .text(purpose),
            "wanted": wanted.map { .list($0.map { .int($0) }) } ?? .null,
        ]
    }
}

extension Workshop {
    /// Packs, opens and records an opening.
    func open(
        _ area: Area, _ scenario: String, _ verdict: Ruling, _ comment: String,
        _ opening: Opening
    ) throws {
        let packed = try opening.packing().pack(boxes)
        add(
            area, scenario, verdict, comment, try opening.input(packed.bytes),
            intermediate: area == .envelope ? packed.intermediate : packed.boxesOnly)
    }
}
