import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// The rows of the verification table that are about the grant.
struct GrantRows {
    let rows: VerificationVectors

    private var scene: Scene { rows.scene }
    private var cast: Cast { rows.scene.cast }
    private var passport: UnverifiedPassport { rows.scene.later.passport }

    func write() throws {
        try rows.row("grant-signature-broken", "r.r", "An invented grant is refused.") {
            let grant = $0.grants[0]
            $0.grants = [
                (try Forge.edited(grant.grant) { $0[3] = Forge.flippedLast($0[3]) }, grant.ring)
            ]
        }
        try terms("grant-not-yet", "r..", "A grant is not used a day before its time.") {
            $0.from = Moments.now.adding(seconds: Moments.day + 1)
        }
        try terms("grant-over", "r.r", "A grant ends.") {
            $0.until = Moments.now.adding(seconds: -1)
        }
        try terms("recipient-not-granted", "r.r", "A grant to Athens is none to Munich.") {
            $0.recipient = .organisation(cast.athens.id)
        }
        try rows.row("purpose-not-granted", "r.r", "A purpose that was not granted is refused.") {
            $0.purpose = "PUBHLTH"
        }
        try rows.status("grant", 0, cast.izmir)
        try withdrawals()
        try card()
        try lineage()
    }

    private func terms(
        _ name: String, _ letters: String, _ comment: String,
        _ change: (inout GrantTerms) -> Void
    ) throws {
        try rows.row(name, letters, comment) {
            $0.grants = [try rows.grant(scene.later) { change(&$0) }]
        }
    }

    private func withdrawal(
        _ grants: [Identifier], _ authority: GrantAuthority, _ reason: WithdrawalReason,
        _ key: borrowing SigningKey
    ) throws -> [UInt8] {
        let terms = WithdrawalTerms(
            id: Identifier(from: Secrets.stream("withdrawn \(reason.name) \(grants.count)")),
            passport: passport.digest, grants: grants, authority: authority, time: Moments.now,
            reason: reason)
        return try COSESign1.sign(terms.encoded(), as: .withdrawal, with: key).bytes
    }

    private func withdrawals() throws {
        let izmir = GrantAuthority.organisation(cast.izmir.id)
        try rows.row("withdrawn", "r.r", "A withdrawal is honoured without any list.") {
            let id = try UnverifiedGrant(decoding: $0.grants[0].grant).terms.id
            $0.withdrawals = [
                try withdrawal([id], izmir, .safety, cast.izmir.signingKey(.consent))
            ]
        }
        try rows.row("withdrawn-by-holder", "r..", "The card alone ends everything.") {
            let holder = try ConsentHalf(text: scene.card).holderKey(for: passport.claims.id)
            $0.withdrawals = [try withdrawal([], .holder, .person, holder)]
        }
        try rows.row(
            "withdrawal-unverifiable", "..r",
            "An authority whose keys are not known here may have said no for the person."
        ) {
            $0.identities = [cast.athens]
            $0.sender = cast.athens
            $0.grants = [
                try scene.grant(
                    scene.later, to: .organisation(cast.munich.id), [1, 3, 6], by: cast.athens)
            ]
            $0.withdrawals = [try withdrawal([], izmir, .safety, cast.izmir.signingKey(.consent))]
        }
        try rows.row("withdrawn-by-nobody", "o..", "A stranger's withdrawal ends nothing.") {
            $0.identities.append(cast.stranger)
            $0.withdrawals = [
                try withdrawal(
                    [], .organisation(cast.stranger.id), .safety,
                    cast.stranger.signingKey(.consent))
            ]
        }
    }

    private func holderGrant(desk: House?) throws -> (grant: [UInt8], ring: [UInt8]) {
        let ring = scene.ring(scene.later, [1, 3, 6])
        var terms = try scene.terms(
            passport, to: .organisation(cast.munich.id), [1, 3, 6], ring: RingBytes.digest(ring))
        terms.authority = .holder
        terms.desk = desk?.id
        terms.status = (desk ?? cast.athens).reference(20)
        return (try scene.signAsHolder(terms, of: passport, desk: desk), ring)
    }

    private func card() throws {
        try rows.row("card-presented", "o..", "A card was presented at a desk that is known.") {
            $0.grants = [try holderGrant(desk: cast.izmir)]
        }
        try rows.row("card-unwitnessed", "w.r", "Nobody says where the card was presented.") {
            $0.grants = [try holderGrant(desk: nil)]
        }
        try rows.row("card-at-unknown-desk", "..r", "An unknown desk witnesses nothing.") {
            $0.grants = [try holderGrant(desk: cast.stranger)]
            $0.identities.append(cast.stranger)
            $0.lists.append(try cast.stranger.statusList())
        }
    }

    /// Doubts about a parent are doubts about what it passes on.
    private func lineage() throws {
        let toStranger = Recipient.organisation(cast.stranger.id)
        func row(
            _ name: String, _ letters: String, _ comment: String, _ parent: [UInt8],
            _ change: (inout Opening) throws -> Void
        ) throws {
            try rows.row(name, letters, comment) {
                $0.identities.append(cast.stranger)
                $0.pins.append(cast.stranger)
                $0.lists.append(try cast.stranger.statusList())
                $0.sender = cast.stranger
                $0.grants = [
                    try scene.grant(
                        scene.later, to: .organisation(cast.munich.id), [1, 3, 6],
                        by: cast.stranger
                    ) { $0.parent = parent }
                ]
                try change(&$0)
            }
        }
        let parent = try rows.grant(scene.later) {
            $0.recipient = toStranger
            $0.onward = 1
        }.grant
        try row("parent-holds", "o..", "What was passed on in order opens.", parent) { _ in }
        let before = Moments.granted.adding(seconds: -1)
        try row("parent-key-suspect", "r.r", "A stolen key does not hide behind a step.", parent) {
            $0.identities[0] = try cast.izmir.ending(.consent, .compromised, since: before)
        }
        try row("parent-status-ended", "r..", "What hangs from an ended grant has ended.", parent) {
            $0.lists[0] = try cast.izmir.statusList(ended: [20])
        }
        try row("parent-withdrawn", "r..", "A withdrawal reaches what was passed on.", parent) {
            $0.withdrawals = [
                try withdrawal(
                    [UnverifiedGrant(decoding: parent).terms.id],
                    .organisation(cast.izmir.id), .person, cast.izmir.signingKey(.consent))
            ]
        }
        var terms = try scene.terms(
            passport, to: toStranger, [1, 3, 6], ring: Digest.sha256(of: [1]))
        terms.authority = .holder
        terms.onward = 1
        terms.status = cast.athens.reference(20)
        let alone = try scene.signAsHolder(terms, of: passport, desk: nil)
        try row("parent-card-unwitnessed", "..r", "An unseen card stays unseen.", alone) { _ in }
    }
}
