import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// A grant that passes on another may only narrow it.
struct OnwardVectors {
    let grants: GrantVectors

    private var scene: Scene { grants.scene }
    private var cast: Cast { grants.scene.cast }

    private func parent(
        onward: Int = 1, _ change: (inout GrantTerms) throws -> Void = { _ in }
    ) throws -> [UInt8] {
        try scene.grant(scene.lea, to: .organisation(cast.athens.id), [1, 2]) {
            $0.onward = onward
            try change(&$0)
        }.grant
    }

    private func pass(
        _ parent: [UInt8], by house: House? = nil, to next: House? = nil,
        _ narrow: (inout GrantTerms) throws -> Void = { _ in }
    ) throws -> [UInt8] {
        let onward = try UnverifiedGrant(decoding: parent).terms.onward
        return try scene.grant(
            scene.lea, to: .organisation((next ?? cast.munich).id), [1], by: house ?? cast.athens
        ) {
            $0.parent = parent
            $0.onward = max(0, onward - 1)
            try narrow(&$0)
        }.grant
    }

    func write() throws {
        try narrowing()
        try parents()
        try depth()
    }

    private func narrowing() throws {
        func add(
            _ scenario: String, _ comment: String, is verdict: Ruling = .refused,
            _ narrow: (inout GrantTerms) -> Void = { _ in }
        ) throws {
            grants.add(scenario, comment, try pass(parent()) { narrow(&$0) }, is: verdict)
        }
        try add("onward-narrowed", "Who may pass on passes on less.", is: .accept)
        try add("onward-as-often", "Passing on uses up one time.") { $0.onward = 1 }
        try add("onward-wider-sections", "No section is added on the way.") {
            $0.sections = [1, 3]
        }
        try add("onward-wider-purposes", "No purpose is added on the way.") {
            $0.purposes = [.treat, .threat]
        }
        try add("onward-earlier", "No time is added on the way.") {
            $0.from = $0.from.adding(seconds: -1)
        }
        try add("onward-later", "No time is added on the way.") {
            $0.until = $0.until.adding(seconds: 1)
        }
        try add("onward-longer-retention", "Nothing is kept longer on the way.") {
            $0.retention = $0.retention.adding(seconds: 1)
        }
    }

    private func parents() throws {
        func add(
            _ scenario: String, _ comment: String, is verdict: Ruling = .refused,
            _ parent: [UInt8]
        ) throws {
            grants.add(scenario, comment, try pass(parent), is: verdict)
        }
        try add(
            "onward-not-allowed", "A grant that may not be passed on is not.", parent(onward: 0))
        let toMunich = Recipient.organisation(cast.munich.id)
        try add(
            "onward-not-recipient", "Only the recipient passes on.",
            scene.grant(scene.lea, to: toMunich, [1]) { $0.onward = 1 }.grant)
        try add(
            "onward-by-bearer", "A bearer's grant is not passed on.",
            scene.grant(scene.lea, to: .bearer, [1]) { $0.onward = 1 }.grant)
        let toAthens = Recipient.organisation(cast.athens.id)
        try add(
            "onward-another-passport", "A parent is for the same passport.",
            scene.grant(scene.omar, to: toAthens, [1]) { $0.onward = 1 }.grant)
        try add(
            "onward-parent-by-nobody", "A parent needs an authority of the passport.",
            scene.grant(scene.lea, to: toAthens, [1], by: cast.munich) { $0.onward = 1 }.grant)
        try add(
            "onward-parent-forged", "A parent's signature holds too.",
            Forge.edited(parent()) { $0[3] = Forge.flippedLast($0[3]) })
        try add(
            "onward-parent-rules", "A parent that breaks a rule passes nothing on.",
            parent { $0.giver = .nobody })
        grants.add(
            "onward-parent-malformed", "A parent is a grant.",
            try pass(parent()) { $0.parent = [1, 2, 3] }, is: .malformed)
    }

    private func depth() throws {
        let first = try parent(onward: 3)
        let second = try pass(first)
        let third = try pass(second, by: cast.munich, to: cast.izmir)
        let fourth = try pass(third, by: cast.izmir, to: cast.athens)
        grants.add("onward-three-times", "Three times is the most.", fourth, is: .accept)
        grants.add("onward-four-times", "A fourth time is too often.", try pass(fourth))
    }
}
