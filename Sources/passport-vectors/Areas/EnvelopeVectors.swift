import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Whole openings.
struct EnvelopeVectors {
    let net: Scene
    let paper: Scene
    let shop: Workshop

    func write() throws {
        try positives()
        try outside()
        try insideBox()
        try insideContent()
        try rubbishBeside()
    }

    private func positives() throws {
        var opening = try Opening(net, "net for Athens")
        opening.evidence = [net.cast.izmir.identity.encoded()]
        opening.evidenceLists = opening.lists
        opening.lists = []
        try shop.open(
            .envelope, "net-three-sections", .accept,
            "A net envelope opens the three granted sections and no other; risk stays shut.",
            opening)
        var bearer = try Opening(paper, "paper for the bearer", sections: [1, 2])
        bearer.recipient = nil
        bearer.ourselves = nil
        bearer.grants = [try paper.grant(paper.lea, to: .bearer, [1, 2])]
        try shop.open(
            .envelope, "paper-carry-half", .accept,
            "Whoever holds the carry half opens what was granted to the bearer, offline.", bearer)
        var merged = try Opening(paper, "paper two passports")
        let munich = Recipient.organisation(paper.cast.munich.id)
        merged.passports = [paper.lea.passport.bytes, paper.later.passport.bytes]
        merged.grants = [
            try paper.grant(paper.lea, to: munich, [1, 6]),
            try paper.grant(paper.later, to: munich, [3], by: paper.cast.athens),
        ]
        merged.sender = paper.cast.athens
        merged.recipient = paper.cast.munich
        merged.ourselves = paper.cast.munich
        merged.identities = [paper.cast.izmir, paper.cast.athens]
        merged.pins = [paper.cast.izmir, paper.cast.athens]
        merged.lists.append(try paper.cast.athens.statusList())
        try shop.open(
            .envelope, "paper-two-passports", .accept,
            "Two passports of one person arrive together, each under its own grant.", merged)
    }

    /// What somebody without any key can do to the bytes.
    private func outside() throws {
        let opening = try Opening(paper, "paper for Athens")
        let packed = try opening.packing().pack(shop.boxes)
        try shop.open(
            .envelope, "paper-for-athens", .accept,
            "A paper envelope opens for the organisation that it was sealed to.", opening)
        func refuse(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8]
        ) throws {
            shop.add(.envelope, scenario, verdict, comment, try opening.input(bytes))
        }
        guard case .map(let map) = try CBORReader.item(from: packed.bytes),
            let content = map[CBORItem(3)], case .array(let rows) = map[CBORItem(4)]
        else { throw VectorProblem("an envelope is a map") }
        func remade(_ change: (inout Forge.Fields) -> Void) throws -> [UInt8] {
            try Forge.fields(packed.bytes) { change(&$0) }
        }
        try refuse(
            "truncated", .malformed, "An envelope cut short is no envelope.",
            Array(packed.bytes.dropLast()))
        try refuse(
            "trailing-byte", .malformed, "Nothing may hide behind the end.", packed.bytes + [0])
        try refuse(
            "version-2", .malformed, "Another version is refused, never guessed at.",
            try remade { $0[CBORItem(1)] = CBORItem(2) })
        try refuse(
            "unknown-critical-part", .malformed, "A part that is not understood may change all.",
            try remade { $0[CBORItem(5)] = .null })
        try refuse(
            "unknown-ignorable-part", .malformed,
            "Outside stands nothing that is not authenticated, not even an ignorable part.",
            try remade { $0[CBORItem(-1)] = .null })
        try refuse(
            "profile-changed", .malformed, "The profile fixes the boxes' algorithm.",
            try remade { $0[CBORItem(2)] = CBORItem(1) })
        try refuse(
            "three-boxes", .malformed, "The number of boxes says nothing, so it is fixed.",
            try remade { $0[CBORItem(4)] = .array(Array(rows.dropLast())) })
        try refuse(
            "five-boxes", .malformed, "The number of boxes is fixed.",
            try remade { $0[CBORItem(4)] = .array(rows + rows.prefix(1)) })
        let carry = packed.envelope.boxes.firstIndex { $0.lock == .carry } ?? 0
        for (name, from, to) in [
            ("no-carry-box", (carry + 1) % 4, carry), ("two-carry-boxes", carry, (carry + 1) % 4),
        ] {
            var changed = rows
            changed[to] = rows[from]
            try refuse(
                name, .malformed, "Paper has one carry box, whether or not there is a card.",
                try remade { $0[CBORItem(4)] = .array(changed) })
        }
        try refuse(
            "content-of-no-size-class", .malformed, "Sizes come in classes.",
            try remade { $0[CBORItem(3)] = .bytes(packed.envelope.content + [0]) })
        try refuse(
            "content-bit", .refused, "Every box is bound to the content: one bit shuts them all.",
            Forge.flipped(packed.bytes, at: 40))
        try editBoxes(opening, content, rows)
        try otherKeys(opening, packed.bytes)
    }

    private func otherKeys(_ opening: Opening, _ bytes: [UInt8]) throws {
        func refuse(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ opener: JSON
        ) throws {
            var opening = opening
            opening.opensAs = opener
            shop.add(.envelope, scenario, verdict, comment, try opening.input(bytes))
        }
        try refuse(
            "not-for-us", .refused, "An organisation without a box opens nothing.",
            paper.cast.munich.opener(.sealPaper))
        try refuse(
            "key-of-another-profile", .refused, "A net key opens no paper envelope.",
            net.cast.athens.opener(.sealNet))
        try refuse(
            "carry-half-without-box", .refused, "A card opens only its own box.",
            ["kind": "carry", "text": .text(try paper.carry())])
        try refuse(
            "mistyped-card", .malformed, "A mistyped card half is told apart.",
            ["kind": "carry", "text": .text(try paper.carry() + "0")])
    }

    private func editBoxes(
        _ opening: Opening, _ content: CBORItem, _ rows: [CBORItem]
    ) throws {
        func add(
            _ scenario: String, _ comment: String, _ edit: (inout [CBORItem]) -> Void
        ) throws {
            guard case .tagged(16, .array(var parts)) = rows[0] else { return }
            edit(&parts)
            let row = CBORItem.tagged(16, .array(parts))
            let bytes = CBORItem(fields: [
                (1, CBORItem(1)), (2, CBORItem(2)), (3, content),
                (4, .array([row] + rows.dropFirst())),
            ]).encoded()
            shop.add(.envelope, scenario, .malformed, comment, try opening.input(bytes))
        }
        try add("box-other-algorithm", "One suite for a profile; nothing is negotiated.") {
            $0[0] = .bytes(CBORItem(fields: [(1, CBORItem(35))]).encoded())
        }
        try add("box-with-key-id", "No key id tells outsiders who can open a box.") {
            if case .map(let map) = $0[1], let first = map.entries.first {
                $0[1] = .map(
                    CBORMap([(first.key, first.value), (CBORItem(4), .bytes([1, 2, 3]))]))
            }
        }
        try add("box-of-another-size", "All boxes have one size.") {
            if case .bytes(let bytes) = $0[2] {
                $0[2] = .bytes(bytes + [UInt8](repeating: 0, count: 256))
            }
        }
        try add("box-of-no-box-size", "Box sizes come in steps.") {
            if case .bytes(let bytes) = $0[2] { $0[2] = .bytes(bytes + [0]) }
        }
    }

    /// What a sender can do inside a box that it seals itself.
    private func insideBox() throws {
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String,
            _ change: @escaping (inout Parcel) -> Void
        ) throws {
            var opening = try Opening(paper, scenario)
            opening.changeParcel = change
            try shop.open(.envelope, scenario, verdict, comment, opening)
        }
        try add("box-wrong-content-key", .refused, "A box with another content key opens nothing.")
        {
            $0.innerKey = Secrets.seed("another content key")
        }
        try add("box-short-content-key", .malformed, "A content key has 32 bytes.") {
            $0.innerKey = [1, 2, 3]
        }
        try add("box-without-grant", .malformed, "A box without a grant gives nothing.") {
            $0.grants = []
        }
        try add("box-two-grants-one-passport", .malformed, "One grant for one passport in a box.") {
            $0.grants += $0.grants
        }
        try add("box-short-ring", .malformed, "A ring has the profile's size.") {
            $0.grants[0].ring.removeLast()
        }
        try add("box-unknown-part", .malformed, "A box holds exactly what it must.") {
            $0.payload = CBORItem(fields: [
                (1, .bytes(Secrets.seed("k"))), (2, .array([])), (3, .bytes([0])), (4, .null),
            ]).encoded()
        }
        try add("box-not-cbor", .malformed, "A box that opens to anything else is refused.") {
            $0.payload = [0xFF]
        }
        var padded = try Opening(paper, "box-hidden-bytes")
        padded.changePacking = { packing in
            packing.padBox = { payload, size in
                Forge.flipped(Padding.pad(payload, to: size), at: size - 1)
            }
        }
        try shop.open(
            .envelope, "box-hidden-bytes", .malformed,
            "Bytes behind the padded end would be an unsigned channel.", padded)
    }

    /// An identity file of one manifest, without keys.
    private static func file(_ manifest: [UInt8]) -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, .array([.bytes(manifest)])), (3, .array([])), (4, .array([])),
            (5, .array([])),
        ]).encoded()
    }

    /// An identity file whose root signature has one bit changed.
    private static func forged(_ file: [UInt8]) throws -> [UInt8] {
        try Forge.fields(file) { fields in
            if case .array(let manifests) = fields[CBORItem(2)], case .bytes(let one) = manifests[0]
            {
                fields[CBORItem(2)] = .array([.bytes(Forge.flipped(one, at: one.count - 1))])
            }
        }
    }

    /// Anybody who knows a recipient's public key can put a box in a decoy's place; it must not
    /// hide the real one behind it.
    private func rubbishBeside() throws {
        for number in 1... {
            var opening = try Opening(paper, "rubbish box \(number)")
            opening.changePacking = { packing in
                var rubbish = packing.parcels[0]
                rubbish.payload = [0xFF]
                packing.parcels.append(rubbish)
            }
            // Tried with boxes that are thrown away: only the one that is kept is remembered.
            let packed = try opening.packing().pack(BoxStore())
            guard packed.places[1] < packed.places[0] else { continue }
            return try shop.open(
                .envelope, "rubbish-box-before", .accept,
                "A box of rubbish for the same recipient does not hide the real one.", opening)
        }
    }

    /// What a sender can do inside the content.
    private func insideContent() throws {
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String,
            _ change: (inout Opening) throws -> Void
        ) throws {
            var opening = try Opening(paper, scenario)
            try change(&opening)
            try shop.open(.envelope, scenario, verdict, comment, opening)
        }
        try add("content-passport-twice", .malformed, "A passport stands once in the content.") {
            $0.passports += $0.passports
        }
        // The other way round no envelope can be made: on paper there is no room.
        var other = try Opening(net, "content-other-profile")
        other.passports = [paper.lea.passport.bytes]
        try shop.open(
            .envelope, "content-other-profile", .malformed,
            "A passport travels in an envelope of its own profile.", other)
        try add("content-broken-evidence", .accept, "Evidence that is none is left out.") {
            $0.evidence = [[1, 2, 3]]
        }
        let izmir = paper.cast.izmir.identity.encoded()
        try add("evidence-of-issuer", .accept, "An issuer can be known from evidence alone.") {
            ($0.identities, $0.evidenceLists) = ([], $0.lists)
            $0.evidence = [izmir]
        }
        try add("evidence-forged", .refused, "Keys that no root signed verify nothing.") {
            ($0.identities, $0.evidenceLists) = ([], $0.lists)
            $0.evidence = [try Self.forged(izmir)]
        }
        try add("evidence-of-others", .accept, "What nobody names costs nothing and hides nothing.")
        {
            ($0.identities, $0.evidenceLists) = ([], $0.lists)
            $0.evidence =
                try (1...8).map { try ManifestPlan(name: "Junk \($0)").signed() }.map(Self.file)
            $0.evidence += [[0], izmir, izmir]
        }
        try add(
            "evidence-with-broken-chain", .refused,
            "An identity whose second manifest its roots did not sign verifies nothing."
        ) {
            ($0.identities, $0.evidenceLists) = ([], $0.lists)
            let later = try paper.cast.izmir.limiting(
                .issue, from: Moments.made, until: Moments.keyEnd)
            $0.evidence = [
                try Forge.fields(later.identity.encoded()) { fields in
                    guard case .array(let manifests) = fields[CBORItem(2)] else { return }
                    fields[CBORItem(2)] = .array(
                        manifests.dropLast() + manifests.suffix(1).map { Forge.flippedLast($0) })
                }
            ]
        }
        try add("content-not-cbor", .malformed, "Content that opens to anything else is refused.") {
            $0.changePacking = { $0.content = [0xFF] }
        }
        try add("content-unknown-critical", .malformed, "A critical part must be understood.") {
            let passport = $0.passports[0]
            $0.changePacking = {
                $0.content = CBORItem(fields: [
                    (1, .array([.bytes(passport)])), (2, .array([])), (3, .array([])), (4, .null),
                ]).encoded()
            }
        }
        try add("content-hidden-bytes", .malformed, "Bytes behind the padded end are refused.") {
            $0.changePacking = { packing in
                packing.changePadded = { $0[$0.count - 1] ^= 1 }
            }
        }
    }
}
