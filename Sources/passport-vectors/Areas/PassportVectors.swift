import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Passports one by one.
struct PassportVectors {
    let net: Scene
    let scene: Scene
    let shop: Workshop

    private var cast: Cast { scene.cast }
    private var bytes: [UInt8] { scene.lea.passport.bytes }

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
        by house: House? = nil, intermediate: JSON = .object([:])
    ) {
        shop.add(
            .passport, scenario, verdict, comment,
            ["bytes": .hex(bytes), "issuer": (house ?? cast.izmir).file],
            intermediate: intermediate)
    }

    func write() throws {
        add(
            "paper", .accept, "A paper passport verifies under its issuer's key.", bytes,
            intermediate: ["payload": .hex(try Forge.payload(bytes))])
        add(
            "net", .accept, "A net passport verifies under its issuer's key.",
            net.lea.passport.bytes, by: net.cast.izmir)
        let forgeries = try Forgery.ofSign1(
            bytes, as: .passport, key: cast.izmir.signingKey(.issue),
            thief: cast.stranger.signingKey(.issue))
        for forgery in forgeries {
            add(forgery.scenario, forgery.verdict, forgery.comment, forgery.bytes)
        }
        add("another-issuer", .refused, "A passport names its issuer.", bytes, by: cast.athens)
        try claims()
        try keys()
    }

    private func resign(
        _ scenario: String, _ verdict: Ruling, _ comment: String,
        _ edit: (inout Forge.Fields) throws -> Void
    ) throws {
        let key = try cast.izmir.signingKey(.issue)
        add(
            scenario, verdict, comment,
            try Forge.resigned(bytes, as: .passport, with: key, edit))
    }

    private func claims() throws {
        for (name, claim) in [
            ("issuer", 1), ("end", 4), ("issue-time", 6), ("id", 7), ("holder-key", 8),
            ("status", 65_535), ("profile", -65_537), ("authorities", -65_538),
            ("slots", -65_539), ("commitments", -65_540), ("holder-ring", -65_541),
        ] {
            try resign("without-\(name)", .malformed, "Every claim must be there.") {
                $0[CBORItem(claim)] = nil
            }
        }
        try resign("unknown-claim", .malformed, "A passport has no claim that nobody knows.") {
            $0[CBORItem(-65_600)] = .null
        }
        try resign("profile-3", .malformed, "There are two profiles.") {
            $0[CBORItem(-65_537)] = CBORItem(3)
        }
        try resign("net-layout-on-paper", .malformed, "The profile fixes the layout.") {
            $0[CBORItem(-65_537)] = CBORItem(1)
        }
        try resign("expires-before-issue", .malformed, "Time runs forward.") {
            $0[CBORItem(4)] = CBORItem(1)
        }
        try resign("authorities-out-of-order", .malformed, "One set of authorities, one order.") {
            $0[CBORItem(-65_538)] = .array([
                .bytes([UInt8](repeating: 2, count: 32)), .bytes([UInt8](repeating: 1, count: 32)),
            ])
        }
        try resign("one-slot-short", .malformed, "The number of slots is fixed.") {
            if case .bytes(let slots) = $0[CBORItem(-65_539)] {
                $0[CBORItem(-65_539)] = .bytes(Array(slots.dropLast(176)))
            }
        }
        try resign("holder-key-of-another-curve", .malformed, "A holder's key is Ed25519.") {
            let key = CBORItem(fields: [
                (1, CBORItem(1)), (-1, CBORItem(4)), (-2, .bytes(Secrets.seed("holder"))),
            ])
            $0[CBORItem(8)] = CBORItem(fields: [(1, key)])
        }
        for (scenario, address) in [
            ("status-in-anothers-list", cast.athens.id.statusListURI(0)),
            ("status-in-no-list", cast.izmir.id.statusListURI(0).dropLast() + "+0"),
        ] {
            try resign(scenario, .refused, "A passport stands in a list of its issuer.") {
                $0[CBORItem(65_535)] = StatusReference(uri: address, index: 1).item
            }
        }
        for count in [8, 9] {
            try resign(
                count == 8 ? "authorities-at-limit" : "authorities-past-limit",
                count == 8 ? .accept : .malformed, "At most eight organisations may grant."
            ) {
                $0[CBORItem(-65_538)] = .array(
                    (1...count).map { .bytes([UInt8](repeating: UInt8($0), count: 32)) })
            }
        }
    }

    /// What the issuer's key was worth when the passport says it was issued.
    private func keys() throws {
        let before = Moments.sealed.adding(seconds: -1)
        let after = Moments.sealed.adding(seconds: 1)
        let izmir = cast.izmir
        add(
            "key-stolen-later", .warn, "A thief writes any date: the age is not proven.", bytes,
            by: try izmir.ending(.issue, .compromised, since: after))
        add(
            "key-stolen-before", .refused, "A passport signed after the theft is suspect.", bytes,
            by: try izmir.ending(.issue, .compromised, since: before))
        add(
            "key-ceased-before", .refused, "A key that is no longer used signs nothing.", bytes,
            by: try izmir.ending(.issue, .ceased, since: before))
        add(
            "key-superseded-later", .accept,
            "What was signed before a change of keys stays good.", bytes,
            by: try izmir.ending(.issue, .superseded, since: after))
        add(
            "key-superseded-before", .refused, "A replaced key signs nothing new.", bytes,
            by: try izmir.ending(.issue, .superseded, since: before))
        add(
            "key-not-yet", .refused, "A key counts from its first moment.", bytes,
            by: try izmir.limiting(.issue, from: after, until: Moments.keyEnd))
        add(
            "key-over", .refused, "A key counts until its last moment.", bytes,
            by: try izmir.limiting(.issue, from: Moments.made, until: before))
        add(
            "key-at-its-last-second", .accept, "A key counts in its last second.", bytes,
            by: try izmir.limiting(.issue, from: Moments.made, until: Moments.sealed))
    }
}
