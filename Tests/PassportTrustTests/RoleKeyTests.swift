import PassportCoding
import PassportCrypto
import PassportTrust
import Testing

@Suite("Role keys: what they were allowed when")
struct RoleKeyTests {
    private func role(_ revocation: RoleKey.Revocation? = nil) -> RoleKey {
        RoleKey(
            purpose: .issue, keyHash: .sha256(of: [1]), notBefore: day(10), notAfter: day(20),
            revocation: revocation)
    }

    private func second(_ moment: Timestamp, _ more: Int64) -> Timestamp {
        moment.adding(seconds: more)
    }

    @Test("the window holds its first and last second and not the ones beside them")
    func window() {
        let role = role()
        #expect(role.authority(at: second(day(10), -1)) == .outsideWindow)
        #expect(role.authority(at: day(10)) == .authorised)
        #expect(role.authority(at: day(20)) == .authorised)
        #expect(role.authority(at: second(day(20), 1)) == .outsideWindow)
        #expect(role.authority(at: .latest) == .outsideWindow)
        #expect(role.authority(at: Timestamp(clamping: 0)) == .outsideWindow)
    }

    @Test(
        "from the second on from which a key is suspect, it is, whatever proves the age",
        arguments: RoleKey.RevocationReason.allCases)
    func suspect(_ reason: RoleKey.RevocationReason) {
        let role = role(.init(reason: reason, since: day(15)))
        for moment in [day(15), second(day(15), 1), day(20)] {
            #expect(role.authority(at: moment) == .suspect(reason, since: day(15)))
            #expect(
                role.authority(at: moment, provenBefore: day(14))
                    == .suspect(reason, since: day(15)))
        }
        #expect(role.authority(at: second(day(20), 1)) == .outsideWindow)
    }

    @Test("before it, an unproven age is called unproven, because a thief writes any date")
    func unproven() {
        for reason in [RoleKey.RevocationReason.compromised, .ceased] {
            let role = role(.init(reason: reason, since: day(15)))
            let before = second(day(15), -1)
            #expect(role.authority(at: before) == .ageUnproven(reason, since: day(15)))
            // Proof from the very second, or later, proves nothing.
            for proof in [day(15), second(day(15), 1), day(18)] {
                #expect(
                    role.authority(at: before, provenBefore: proof)
                        == .ageUnproven(reason, since: day(15)))
            }
            #expect(role.authority(at: before, provenBefore: before) == .authorised)
            #expect(role.authority(at: day(10), provenBefore: day(11)) == .authorised)
        }
    }

    @Test("a key replaced in the ordinary course stays good for what is older, without proof")
    func replaced() {
        let role = role(.init(reason: .superseded, since: day(15)))
        #expect(role.authority(at: second(day(15), -1)) == .authorised)
        #expect(role.authority(at: day(15)) == .suspect(.superseded, since: day(15)))
    }

    @Test("a revocation before the window leaves nothing authorised")
    func fromTheStart() {
        let role = role(.init(reason: .compromised, since: day(1)))
        #expect(role.authority(at: day(10)) == .suspect(.compromised, since: day(1)))
    }

    @Test("freshness: seven days are fresh, the eighth is stale, the future is unknown")
    func freshness() {
        #expect(Freshness.age(of: day(0), at: day(0)) == .fresh)
        #expect(Freshness.age(of: day(0), at: second(day(8), -1)) == .fresh)
        #expect(Freshness.age(of: day(0), at: day(8)) == .stale(days: 8))
        #expect(Freshness.age(of: day(0), at: day(400)) == .stale(days: 400))
        // Clocks may differ by less than a day.
        #expect(Freshness.age(of: day(1), at: second(day(0), 1)) == .fresh)
        #expect(Freshness.age(of: day(1), at: day(0)) == .unknown)
        #expect(Freshness.age(of: .latest, at: day(0)) == .unknown)
    }
}
