import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import Testing

@testable import passport_vectors

/// The rules of a grant's terms at the very moment and number where they turn.
@Suite struct GrantRuleTests {
    private static let scene = Result { try Scene(.paper) }

    private static func terms(_ change: (inout GrantTerms) -> Void = { _ in }) throws -> GrantTerms
    {
        let scene = try scene.get()
        var terms = try scene.terms(
            scene.lea.passport, to: .organisation(scene.cast.athens.id), [1, 3],
            ring: Digest.sha256(of: []))
        change(&terms)
        return terms
    }

    private static func holds(_ change: (inout GrantTerms) -> Void) throws -> Bool {
        (try? terms(change).checkRules()) != nil
    }

    @Test func aGrantMayLastOneMomentAndNoLess() throws {
        let now = Moments.granted
        #expect(try Self.holds { $0.until = now })
        #expect(try !Self.holds { $0.until = now.adding(seconds: -1) })
        // Signed in its last second, for a period that began before.
        #expect(
            try Self.holds {
                $0.from = now.adding(seconds: -10)
                $0.until = now
            })
        #expect(
            try !Self.holds {
                $0.from = now.adding(seconds: -10)
                $0.until = now.adding(seconds: -1)
            })
    }

    @Test func aGuardianDecidesOnTheFirstDayAndOnTheLastAndForNoMomentMore() throws {
        let now = Moments.granted
        func holds(_ from: Int64, _ until: Int64, lasts: Int64 = 0) throws -> Bool {
            try Self.holds {
                $0.giver = .guardian
                $0.assent = .given
                $0.until = now.adding(seconds: lasts)
                $0.guardian = GuardianAuthority(
                    from: now.adding(seconds: from), until: now.adding(seconds: until),
                    jurisdiction: "GR", proof: nil)
            }
        }
        #expect(try holds(0, 0))
        #expect(try !holds(1, 10))
        #expect(try !holds(-10, -1))
        #expect(try holds(-10, 10, lasts: 10))
        #expect(try !holds(-10, 10, lasts: 11))
    }

    @Test func passingOnMayKeepEveryTermAndWidenNone() throws {
        let athens = try Self.scene.get().cast.athens
        let parent = try Self.terms { $0.onward = 1 }
        func holds(_ change: (inout GrantTerms) -> Void = { _ in }) throws -> Bool {
            var terms = parent
            terms.authority = .organisation(athens.id)
            terms.onward = 0
            change(&terms)
            return (try? terms.checkNarrows(parent)) != nil
        }
        #expect(try holds())
        #expect(try !holds { $0.onward = 1 })
        #expect(try !holds { $0.from = parent.from.adding(seconds: -1) })
        #expect(try !holds { $0.until = parent.until.adding(seconds: 1) })
        #expect(try !holds { $0.retention = parent.retention.adding(seconds: 1) })
        #expect(try !holds { $0.sections.append(6) })
        #expect(try !holds { $0.purposes = Purpose.allCases })
        #expect(try !holds { $0.passport = Digest.sha256(of: []) })
        #expect(try !holds { $0.authority = .holder })
    }
}
