import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Each row of the verification table, reached by a real envelope: Athens wrote the passport,
/// Izmir grants and sends, Munich opens. Passport and grant have their status in two lists.
struct VerificationVectors {
    let scene: Scene
    let shop: Workshop

    private var cast: Cast { scene.cast }

    /// Letters for a vital, an ordinary and a sensitive section: o, w, r as in the table, and a
    /// dot where no vector is made.
    func row(
        _ name: String, _ letters: String, _ comment: String,
        _ change: (inout Opening) throws -> Void
    ) throws {
        var opening = try Opening(scene, "verification \(name)")
        opening.passports = [scene.later.passport.bytes]
        opening.grants = [try grant(scene.later)]
        opening.recipient = cast.munich
        opening.ourselves = cast.munich
        opening.identities = [cast.izmir, cast.athens]
        opening.pins = [cast.izmir, cast.athens]
        let week = Moments.now.adding(seconds: -7 * Moments.day)
        opening.floor = week
        opening.lists = [
            try cast.izmir.statusList(issued: week), try cast.athens.statusList(issued: week),
        ]
        try change(&opening)
        let packed = try opening.packing().pack(shop.boxes)
        let classes = [("vital", 1), ("ordinary", 3), ("sensitive", 6)]
        for (letter, (word, kind)) in zip(letters, classes) where letter != "." {
            opening.wanted = [kind]
            shop.add(
                .verification, "\(name)-\(word)",
                letter == "o" ? .accept : letter == "w" ? .warn : .refused, comment,
                try opening.input(packed.bytes), intermediate: packed.boxesOnly)
        }
    }

    func grant(
        _ sealed: PassportSealer.Sealed, _ change: (inout GrantTerms) throws -> Void = { _ in }
    ) throws -> (grant: [UInt8], ring: [UInt8]) {
        try scene.grant(sealed, to: .organisation(cast.munich.id), [1, 3, 6], change)
    }

    func write() throws {
        try issuer()
        try doubts()
        try passport()
        try grantKeys()
        try GrantRows(rows: self).write()
        try statement()
    }

    private func issuer() throws {
        let before = Moments.sealed.adding(seconds: -1)
        let after = Moments.sealed.adding(seconds: 1)
        try row("issuer-signature-broken", "r..", "An invented passport is refused.") {
            $0.passports = [
                try Forge.edited(scene.later.passport.bytes) { $0[3] = Forge.flippedLast($0[3]) }
            ]
        }
        try row("issuer-signature-unverifiable", "r..", "Without keys nothing is proven.") {
            $0.identities = [cast.izmir]
        }
        try row("issuer-key-outside-window", "r..", "A key counts only in its window.") {
            $0.identities[1] = try cast.athens.limiting(.issue, from: after, until: Moments.keyEnd)
        }
        try row("issuer-key-suspect", "r..", "A stolen key signs nothing.") {
            $0.identities[1] = try cast.athens.ending(.issue, .compromised, since: before)
        }
        try row("issuer-key-age-unproven", "w.r", "The claimed age of a signature is no proof.") {
            $0.identities[1] = try cast.athens.ending(.issue, .compromised, since: after)
        }
        try row("issuer-unknown", "w.r", "A signature of somebody whom nobody here knows.") {
            $0.pins = [cast.izmir]
        }
        try row("issuer-pinned-for-other-purpose", "..r", "A pin counts for what it was given.") {
            $0.pinPurposes = [.consent]
        }
        try row("issuer-unknown-key-age-unproven", ".rr", "Two doubts weigh more than one.") {
            $0.pins = [cast.izmir]
            $0.identities[1] = try cast.athens.ending(.issue, .compromised, since: after)
        }
    }

    private func doubts() throws {
        try row("manifest-over", "w..", "An old manifest is told; what it signed stays good.") {
            $0.clock = Moments.manifestEnd.adding(seconds: 1)
            let recent = $0.clock.adding(seconds: -Moments.day)
            $0.lists = [
                try cast.izmir.statusList(issued: recent),
                try cast.athens.statusList(issued: recent),
            ]
            $0.floor = recent
            $0.grants = [try grant(scene.later) { $0.until = Moments.passportEnd }]
        }
        try forks()
        try row("clock-behind", "wrr", "A clock set back makes no old list fresh.") {
            $0.floor = $0.clock.adding(seconds: 1)
        }
    }

    /// A second history of the issuer that came along in the envelope.
    private func forks() throws {
        let athens = cast.athens
        try row("manifest-forked", ".r.", "Two manifests under one number: nothing new counts.") {
            $0.identities[1] = try athens.after { [try $0.next()] }
            $0.evidence = [
                try athens.after { [try $0.next { $0.expires = Moments.keyEnd }] }.identity
                    .encoded()
            ]
        }
        try row("manifest-of-retired-roots", "o..", "Roots that were retired freeze nobody.") {
            $0.identities[1] = try athens.after { first in
                let second = try first.nextEpoch()
                return [second, try second.nextEpoch()]
            }
            $0.evidence = [try thief(of: athens).identity.encoded()]
        }
    }

    /// What somebody makes who has the roots of the second epoch: he opens it again, commits to
    /// keys of his own, and goes on.
    private func thief(of house: House) throws -> House {
        try house.after { first in
            var plans = [try first.nextEpoch { $0.nextRoots = ["thief"] }]
            for _ in 0..<3 {
                if let last = plans.last { plans.append(try last.nextEpoch()) }
            }
            return plans
        }
    }

    private func sealed(_ issued: Timestamp, _ expires: Timestamp) throws -> PassportSealer.Sealed {
        try Scene.seal(
            "Lea", by: cast.athens, authorities: [cast.athens, cast.izmir], status: 1,
            scene.profile, scene.card, issued: issued, expires: expires)
    }

    private func passport() throws {
        func add(
            _ name: String, _ letters: String, _ comment: String, _ issued: Timestamp,
            _ expires: Timestamp
        ) throws {
            try row(name, letters, comment) {
                let sealed = try sealed(issued, expires)
                $0.passports = [sealed.passport.bytes]
                $0.grants = [try grant(sealed)]
            }
        }
        try add(
            "passport-not-yet", "r..", "A passport is not opened a day before its time.",
            Moments.now.adding(seconds: Moments.day + 1), Moments.passportEnd)
        try add(
            "passport-over", "r..", "A passport ends.", Moments.sealed,
            Moments.now.adding(seconds: -1))
        try add(
            "passport-at-its-last-second", "o..", "All holds, in the passport's last second: open.",
            Moments.sealed, Moments.now)
        try status("passport", 1, cast.athens)
    }

    /// `place` is the list in `Opening.lists`.
    func status(_ name: String, _ place: Int, _ house: House) throws {
        func list(_ days: Int64, ended: [Int] = []) throws -> [UInt8] {
            try house.statusList(
                ended: ended, issued: Moments.now.adding(seconds: -days * Moments.day))
        }
        let isGrant = place == 0
        try row(
            "\(name)-status-stale", isGrant ? ".w." : "o..",
            "A list of 14 days is told for all but what is vital."
        ) {
            $0.lists[place] = try list(14)
            $0.floor = Moments.sealed
        }
        try row(
            "\(name)-status-stale-long", isGrant ? ".rr" : "wrr",
            "With a list of 15 days only what is vital opens."
        ) {
            $0.lists[place] = try list(15)
            $0.floor = Moments.made
        }
        try row(
            "\(name)-status-unknown", isGrant ? "wrr" : ".rr",
            "Without a list only what is vital opens."
        ) { $0.lists.remove(at: place) }
        try row("\(name)-status-of-another", ".rr", "Another house's list says nothing.") {
            $0.lists[place] = try cast.munich.statusList()
            $0.identities.append(cast.munich)
        }
        try row("\(name)-status-ended", "r.r", "What ended is shut.") {
            $0.lists[place] = try list(1, ended: [1, 20])
        }
        guard isGrant else {
            return try row("\(name)-status-ended-earlier", "r..", "What ended once stays so.") {
                $0.lists[place] = try list(1, ended: [1, 20])
                $0.lists.append(try list(0))
            }
        }
        try row("\(name)-status-revived-by-evidence", "r..", "No newer list brings it back.") {
            $0.lists[place] = try list(1, ended: [1, 20])
            $0.evidenceLists = [try list(0)]
        }
        try row("\(name)-status-ended-by-older", "r..", "An older list can still end something.") {
            $0.lists[place] = try list(0)
            $0.evidenceLists = [try list(1, ended: [1, 20])]
        }
    }

    private func grantKeys() throws {
        let before = Moments.granted.adding(seconds: -1)
        let after = Moments.granted.adding(seconds: 1)
        // The statement is by Athens here, so that only the grant's key is in doubt.
        func add(_ name: String, _ letters: String, _ comment: String, _ house: House) throws {
            try row(name, letters, comment) {
                $0.sender = cast.athens
                $0.identities[0] = house
            }
        }
        try add(
            "grant-key-outside-window", "r..", "A grant needs a key in its window.",
            try cast.izmir.limiting(.consent, from: after, until: Moments.keyEnd))
        try add(
            "grant-key-suspect", "r..", "A stolen key grants nothing.",
            try cast.izmir.ending(.consent, .compromised, since: before))
        try add(
            "grant-key-age-unproven", "..r", "The claimed age of a grant is no proof.",
            try cast.izmir.ending(.consent, .compromised, since: after))
    }

    private func statement() throws {
        try row("disclosure-broken", "r..", "The sender's statement must fit what came.") {
            $0.disclosure = try scene.disclosure(
                by: cast.izmir, to: .organisation(cast.munich.id), [scene.lea.passport.bytes],
                $0.grants.map(\.grant))
        }
        try row("disclosure-unverifiable", "r..", "A sender without keys states nothing.") {
            $0.sender = cast.stranger
        }
        try row("disclosure-key-not-in-force", "r.r", "A sender's key was in force.") {
            $0.sender = cast.stranger
            $0.identities.append(
                try cast.stranger.ending(.consent, .compromised, since: Moments.made))
        }
        try row("disclosure-age-unproven", "..r", "The claimed age of a statement is no proof.") {
            $0.sender = cast.stranger
            $0.pins.append(cast.stranger)
            $0.identities.append(
                try cast.stranger.ending(
                    .consent, .compromised, since: Moments.granted.adding(seconds: 1)))
        }
        try row("sender-unknown", "w..", "A sender whom nobody here knows is told.") {
            $0.sender = cast.stranger
            $0.identities.append(cast.stranger)
        }
        try row("ring-broken", "..r", "A ring is the one that the grant was signed over.") {
            var ring = RingBytes(scene.later.ring).holding([1, 3, 6])
            ring.salt[0] ^= 1
            $0.grants = [($0.grants[0].grant, ring.encoded)]
        }
    }
}
