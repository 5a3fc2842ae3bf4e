import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust
import Testing

@testable import CarePassport
@testable import passport_vectors

/// What comes along with an envelope, or lies around from other passports, and what it may do.
@Suite struct KnowledgeTests {
    private static let scene = Result { try Scene(.paper) }

    /// A house before and after it exchanged its status key for another.
    private static func rotated(_ name: String) throws -> (before: Identity, after: Identity) {
        func role(_ words: String) throws -> RoleKey {
            RoleKey(
                purpose: .status,
                keyHash: try Secrets.signingKey(words, .status).verifyingKey.keyHash,
                notBefore: Moments.made, notAfter: Moments.keyEnd)
        }
        func identity(_ manifests: [[UInt8]], _ words: String) throws -> Identity {
            try Identity(
                chain: ManifestChain(verifying: manifests),
                signingKeys: [Secrets.signingKey(words, .status).verifyingKey], sealingKeys: [])
        }
        var plan = ManifestPlan(name: name)
        plan.roles = [try role("\(name) old")]
        let first = try plan.signed()
        let newRole = try role("\(name) new")
        let second = try plan.next { $0.roles = [newRole] }.signed()
        return (
            try identity([first], "\(name) old"), try identity([first, second], "\(name) new")
        )
    }

    private static func list(
        _ house: Identity, _ words: String, ended: [Int], issued: Timestamp
    ) throws -> [UInt8] {
        var list = TokenStatusList(count: 64)
        for index in ended { list.end(index) }
        return try SignedStatusList.make(
            list, uri: house.organisation.statusListURI(0), issued: issued,
            expires: issued.adding(seconds: 60 * Moments.day),
            key: Secrets.signingKey(words, .status))
    }

    /// A thief of a status key that was exchanged since cannot show what ended as running, and
    /// the list under the new key counts from the moment its manifest is known.
    @Test func aRotatedStatusKeySaysNothingAnyMore() throws {
        let (before, after) = try Self.rotated("Rotating")
        let id = before.organisation
        let reference = StatusReference(uri: id.statusListURI(0), index: 3)
        let day = Moments.day
        let byThief = try Self.list(
            before, "Rotating old", ended: [], issued: Moments.now.adding(seconds: -1))
        let honest = try Self.list(
            after, "Rotating new", ended: [3], issued: Moments.now.adding(seconds: -day))
        var knowledge = Knowledge(ourselves: nil, identities: [id: before], clock: Moments.now)
        // Under a manifest that does not list it, the new key is a stranger's.
        knowledge.add(list: honest)
        #expect(knowledge.freshness(of: reference, by: id) == .unknown)
        knowledge.add(evidence: after)
        knowledge.add(list: honest)
        #expect(knowledge.freshness(of: reference, by: id) == .ended)
        knowledge.add(list: byThief)
        #expect(knowledge.freshness(of: reference, by: id) == .ended)
        // Nor does the older manifest, shown again, bring its key back.
        knowledge.add(evidence: before)
        knowledge.add(list: byThief)
        #expect(knowledge.freshness(of: reference, by: id) == .ended)
    }

    /// A thief of a status key who dates a list into the next century shuts out nobody: the list
    /// is not kept, and later honest ones count.
    @Test func aListFromTheFutureIsNotKept() throws {
        let house = try Self.scene.get().cast.izmir
        let day = Moments.day
        let reference = house.reference(3)
        func known(_ lists: [[UInt8]]) -> Freshness {
            var knowledge = Knowledge(
                ourselves: nil, identities: [house.id: house.identity], clock: Moments.now)
            for list in lists { knowledge.add(list: list) }
            return knowledge.freshness(of: reference, by: house.id)
        }
        let future = try house.statusList(issued: Moments.now.adding(seconds: day + 1))
        let tomorrow = try house.statusList(ended: [3], issued: Moments.now.adding(seconds: day))
        let honest = try house.statusList(ended: [3], issued: Moments.now)
        #expect(known([future]) == .unknown)
        #expect(known([future, honest]) == .ended)
        // Clocks differ by up to a day.
        #expect(known([tomorrow]) == .ended)
    }

    /// A clock that was set back makes nothing fresh and brings nothing back.
    @Test func whatEndedStaysEndedWhateverTheClockSays() throws {
        let house = try Self.scene.get().cast.izmir
        func freshness(_ index: Int, clock: Timestamp) throws -> Freshness {
            var knowledge = Knowledge(
                ourselves: nil, identities: [house.id: house.identity], clock: clock,
                floor: Moments.now)
            knowledge.add(list: try house.statusList(ended: [3], issued: Moments.now))
            return knowledge.freshness(of: house.reference(index), by: house.id)
        }
        let before = Moments.now.adding(seconds: -1)
        for clock in [Timestamp(clamping: 0), Moments.made, before, Moments.now] {
            #expect(try freshness(3, clock: clock) == .ended)
        }
        #expect(try freshness(4, clock: before) == .unknown)
        #expect(try freshness(4, clock: Moments.now) == .fresh)
    }

    private static func withdrawal(
        of passport: UnverifiedPassport, _ grants: [Identifier]
    ) throws -> UnverifiedWithdrawal {
        let house = try scene.get().cast.izmir
        let terms = WithdrawalTerms(
            id: Identifier(from: .system), passport: passport.digest, grants: grants,
            authority: .organisation(house.id), time: Moments.now, reason: .person)
        return try UnverifiedWithdrawal(
            decoding: COSESign1.sign(
                terms.encoded(), as: .withdrawal, with: house.signingKey(.consent)
            ).bytes)
    }

    /// Numbers are only random, not secret: whoever copies that of a grant or of a passport gets
    /// an object of the same number and another digest, which withdrawals of the other leave
    /// alone, in both directions.
    @Test func aWithdrawalForAnotherPassportEndsNothingHere() throws {
        let scene = try Self.scene.get()
        let cast = scene.cast
        let identities = [cast.izmir.id: cast.izmir.identity]
        let toAthens = Recipient.organisation(cast.athens.id)
        let number = Identifier(from: Secrets.stream("copied number"))
        func verified(
            _ passport: PassportSealer.Sealed
        ) throws -> (VerifiedPassport, VerifiedGrant) {
            let bytes = try scene.grant(passport, to: toAthens, [1]) { $0.id = number }.grant
            let signed = try passport.passport.verify(by: cast.izmir.identity)
            return (
                signed,
                try UnverifiedGrant(decoding: bytes).verify(for: signed, identities: identities)
            )
        }
        let (lea, leasGrant) = try verified(scene.lea)
        let (omar, omarsGrant) = try verified(scene.omar)
        #expect(leasGrant.terms.id == omarsGrant.terms.id)
        for grants in [[number], []] {
            let withdrawal = try Self.withdrawal(of: scene.lea.passport, grants)
            let ending = try withdrawal.verify(for: lea, identities: identities)
            #expect(ending.ends(leasGrant))
            #expect(!ending.ends(omarsGrant))
            #expect(throws: PassportError(.mismatch, .refused, "")) {
                try withdrawal.verify(for: omar, identities: identities)
            }
        }
    }

    /// Two passports of one number, as whoever copies it can sign them, stay two things: each
    /// opens under its own grant alone.
    @Test func aCopiedPassportNumberOpensNothing() throws {
        let scene = try Self.scene.get()
        let cast = scene.cast
        let copied = try Forge.resigned(
            scene.lea.passport.bytes, as: .passport, with: cast.athens.signingKey(.issue)
        ) {
            $0[CBORItem(1)] = .text(cast.athens.id.text)
            $0[CBORItem(65_535)] = cast.athens.reference(1).item
        }
        let forged = try UnverifiedPassport(decoding: copied)
        #expect(forged.claims.id == scene.lea.passport.claims.id)
        let passport = try forged.verify(by: cast.athens.identity)
        let grant = try scene.grant(scene.lea, to: .organisation(cast.athens.id), [1]).grant
        #expect(throws: PassportError.self) {
            try UnverifiedGrant(decoding: grant).verify(
                for: passport, identities: [cast.izmir.id: cast.izmir.identity])
        }
    }

    private static func examined(_ sections: [Int]) throws -> ExaminedEnvelope {
        let scene = try scene.get()
        let cast = scene.cast
        let opening = try Opening(scene, "intent \(sections)", sections: sections)
        let envelope = try Envelope(decoding: opening.packing().pack(BoxStore()).bytes)
        let unlocked = try EnvelopeOpener(envelope).unlock(
            with: Secrets.openingKey("\(cast.athens.name) seal-paper", .sealPaper))
        var knowledge = Knowledge(
            ourselves: cast.athens.id, identities: [cast.izmir.id: cast.izmir.identity],
            pins: [
                cast.izmir.id: Pin(
                    organisation: cast.izmir.id, purposes: [.issue, .consent],
                    pinned: Moments.made)
            ], clock: Moments.now)
        knowledge.add(list: try cast.izmir.statusList())
        return unlocked.examine(knowledge, purpose: .treat)
    }

    /// The log's promise names what will be opened, to the section: it opens nothing else.
    @Test func anIntentOpensOnlyWhatItWasLoggedFor() throws {
        let examined = try Self.examined([1, 2, 3])
        let other = try Self.examined([6]).request(nil)
        let request = examined.request(nil)
        #expect(request.items.count == 3)
        func opens(_ intent: consuming DurableIntent) throws(SealingError) -> [OpenedSection] {
            try examined.open(request, intent: intent)
        }
        let others = [
            examined.request([1]).subject, examined.request([]).subject, other.subject,
        ]
        for subject in others {
            #expect(throws: SealingError(.wrongIntent, .fault, "")) {
                try opens(DurableIntent(index: 0, subject: subject))
            }
        }
        #expect(try opens(DurableIntent(index: 0, subject: request.subject)).count == 3)
        // One who asks for a section that was not granted finds nothing to log an intent for.
        #expect(examined.request([6]).items.isEmpty)
        // Nor is one envelope's section opened on a request that another one justified.
        #expect(other.items.map(\.kind) == [6])
        #expect(throws: SealingError(.refused, .refused, "")) {
            try examined.open(other, intent: DurableIntent(index: 0, subject: other.subject))
        }
    }
}
