import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Chains of key manifests, and the thefts that they withstand.
struct ChainVectors {
    let shop: Workshop

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ manifests: [[UInt8]],
        known: [[UInt8]]? = nil
    ) {
        shop.add(
            .manifest, scenario, verdict, comment,
            ["manifests": .hexes(manifests), "known": known.map { .hexes($0) } ?? .null])
    }

    private func plan(_ roots: Int = 1, _ threshold: Int = 1) throws -> ManifestPlan {
        var plan = ManifestPlan(name: "Chain", roots: roots, threshold: threshold)
        plan.roles = [try House.role("Chain", .issue)]
        return plan
    }

    func write() throws {
        try thresholds()
        try versions()
        try epochs()
        try updates()
        try fields()
        try limits()
        try sign()
    }

    private func thresholds() throws {
        let plan = try plan(3, 2)
        let good = try ManifestPlan.sign(plan.payload(), by: Array(plan.roots.prefix(2)))
        add("two-of-three", .accept, "Two of three root keys suffice.", [good])
        add(
            "one-of-three", .refused, "One stolen root key of two needed signs nothing.",
            [try ManifestPlan.sign(plan.payload(), by: [plan.roots[0]])])
        add(
            "two-and-a-stranger", .refused, "Only root keys sign, also beside enough of them.",
            [
                try ManifestPlan.sign(
                    plan.payload(), by: Array(plan.roots.prefix(2)) + ["a stranger"])
            ])
        add(
            "one-and-a-stranger", .refused, "A stranger's signature does not count.",
            [try ManifestPlan.sign(plan.payload(), by: [plan.roots[0], "a stranger"])])
        func rows(_ edit: (inout [CBORItem]) -> Void) throws -> [UInt8] {
            try Forge.edited(good) { parts in
                guard case .array(var rows) = parts[3] else { return }
                edit(&rows)
                parts[3] = .array(rows)
            }
        }
        add(
            "one-key-twice", .malformed, "One key that signs twice is not two.",
            [try rows { $0[1] = $0[0] }])
        add(
            "signers-out-of-order", .malformed, "Signers have one order.",
            [try rows { $0.reverse() }])
        add("no-signer", .malformed, "A manifest is signed.", [try rows { $0 = [] }])
        let bit = try rows {
            if case .array(var row) = $0[0] {
                row[2] = Forge.flippedLast(row[2])
                $0[0] = .array(row)
            }
        }
        add("signature-bit", .refused, "A listed key's signature holds or all is refused.", [bit])
        let header = CBORItem(fields: [(16, .text("x"))]).encoded()
        add(
            "other-type", .malformed, "A manifest is no other object.",
            [try Forge.edited(good) { $0[0] = .bytes(header) }])
        add(
            "unprotected-header", .malformed, "Nothing unsigned stands beside.",
            [try Forge.edited(good) { $0[1] = CBORItem(fields: [(1, .null)]) }])
        add("truncated", .malformed, "A manifest cut short is none.", [Array(good.dropLast())])
        add("trailing-byte", .malformed, "Nothing follows.", [good + [0]])
        add("empty-chain", .malformed, "A chain has a first manifest.", [])
    }

    private func follow(
        _ first: ManifestPlan, _ second: ManifestPlan, _ scenario: String, _ comment: String,
        _ change: (inout ManifestPlan) throws -> Void
    ) throws {
        var next = second
        try change(&next)
        add(scenario, .refused, comment, [try first.signed(), try next.signed()])
    }

    private func versions() throws {
        let first = try plan()
        let second = try first.next()
        add(
            "two-versions", .accept, "A second version follows the first.",
            [try first.signed(), try second.signed()])
        func after(
            _ scenario: String, _ comment: String, _ change: (inout ManifestPlan) -> Void
        ) throws { try follow(first, second, scenario, comment, change) }
        try after("version-skipped", "No version is missing.") { $0.version = 3 }
        try after("version-repeated", "No number is given twice.") { $0.version = 1 }
        try after("previous-wrong", "A version names the one before it.") {
            $0.previous = Digest.sha256(of: [1])
        }
        try after("another-organisation", "A manifest hangs on its own chain.") {
            $0.organisation = OrganisationID(Digest.sha256(of: [1]))
        }
        try after("organisation-missing", "Only the first has no organisation.") {
            $0.organisation = nil
        }
        try after("threshold-changed", "A thief of the roots does not change the threshold.") {
            $0.roots += ["added"]
            $0.threshold = 2
        }
        try after("roots-changed", "Roots do not change inside an epoch.") {
            $0.roots = ["another"]
        }
        try after("commitment-changed", "A thief of the roots does not replace the way out.") {
            $0.nextRoots = ["thief"]
        }
        try after("next-threshold-changed", "The next threshold stays what it was.") {
            $0.nextRoots += ["thief"]
            $0.nextThreshold = 2
        }
        var numbered = first
        numbered.version = 2
        add("starts-at-two", .refused, "A chain starts at (1, 1).", [try numbered.signed()])
        add(
            "starts-later", .refused, "A chain starts at its first manifest.", [try second.signed()]
        )
    }

    private func epochs() throws {
        let first = try plan()
        let second = try first.nextEpoch()
        add(
            "two-epochs", .accept, "The roots that were committed to open the next epoch.",
            [try first.signed(), try second.signed()])
        func after(
            _ scenario: String, _ comment: String, _ change: (inout ManifestPlan) -> Void
        ) throws { try follow(first, second, scenario, comment, change) }
        try after("epoch-by-old-roots", "A thief of all current roots opens no epoch.") {
            $0.roots = first.roots
        }
        try after("epoch-by-stranger", "Only keys that were committed to open an epoch.") {
            $0.roots = ["stranger"]
        }
        try after("epoch-signed-by-old-roots", "The new roots sign, not the old.") {
            $0.signers = first.roots
        }
        try after("epoch-skipped", "No epoch is missing.") { $0.epoch = 3 }
        try after("epoch-starts-at-two", "An epoch starts at version 1.") { $0.version = 2 }
        try after("epoch-threshold", "The threshold is the one committed to.") {
            $0.roots += ["Chain root 2.1b"]
            $0.threshold = 2
        }
    }

    private func updates() throws {
        let first = try plan()
        let second = try first.next()
        let other = try first.next { $0.expires = $0.expires.adding(seconds: 1) }
        let epoch = try second.nextEpoch()
        let (one, two) = (try first.signed(), try second.signed())
        let (branch, three) = (try other.signed(), try epoch.signed())
        add(
            "update-extends", .accept, "A longer chain replaces a shorter.", [one, two],
            known: [one])
        add(
            "update-rollback", .refused, "An older chain does not come back.", [one],
            known: [one, two])
        add(
            "update-fork", .refused, "Two manifests with one number are a fork: freeze.",
            [one, branch], known: [one, two])
        add(
            "update-fork-longer", .refused, "A longer branch is a fork all the same.",
            [one, branch, try other.next().signed()], known: [one, two])
        add(
            "update-epoch-ends-fork", .accept, "A new epoch supersedes all branches of the old.",
            [one, two, three], known: [one, branch])
        add(
            "update-old-epoch", .refused, "An old epoch does not come back.", [one, two],
            known: [one, two, three])
        add(
            "update-epoch-without-middle", .accept,
            "Who left a manifest of an old epoch out did not fork.", [one, three],
            known: [one, two, three])
        try reopened(second)
        var stranger = ManifestPlan(name: "Stranger")
        stranger.roles = [try House.role("Chain", .issue)]
        add(
            "update-of-another", .refused, "Another organisation's chain is no update.",
            [try stranger.signed()], known: [one])
    }

    /// An epoch that was opened a second time, by whoever has its roots.
    private func reopened(_ second: ManifestPlan) throws {
        let first = try plan()
        let honest = try second.nextEpoch()
        let later = try honest.nextEpoch()
        let stolen = try second.nextEpoch { $0.nextRoots = ["thief"] }
        let far = try stolen.nextEpoch().nextEpoch()
        let start = [try first.signed(), try second.signed()]
        let received =
            start + [try stolen.signed(), try stolen.nextEpoch().signed(), try far.signed()]
        add(
            "update-opened-twice", .refused, "The present epoch opened twice is a fork.",
            received, known: start + [try honest.signed()])
        add(
            "update-retired-roots", .refused,
            "An epoch that is over opened a second time says nothing of the present one.",
            received, known: start + [try honest.signed(), try later.signed()])
    }

    private func fields() throws {
        let first = try plan()
        func edit(
            _ scenario: String, _ verdict: Ruling, _ comment: String,
            _ edit: (inout Forge.Fields) throws -> Void
        ) throws {
            let payload = try Forge.fields(first.payload(), edit)
            add(scenario, verdict, comment, [try ManifestPlan.sign(payload, by: first.roots)])
        }
        try edit("critical-part", .malformed, "A critical part must be understood.") {
            $0[CBORItem(14)] = .null
        }
        try edit("ignorable-part", .accept, "A negative key may be ignored.") {
            $0[CBORItem(-2)] = .null
        }
        try edit("version-of-format", .malformed, "Another version is refused.") {
            $0[CBORItem(1)] = CBORItem(2)
        }
        for (name, key) in [
            ("roots", 6), ("threshold", 7), ("next-roots", 8), ("next-threshold", 9),
            ("issued", 10), ("expires", 11), ("roles", 12), ("name", 13),
        ] {
            try edit("without-\(name)", .malformed, "Every field must be there.") {
                $0[CBORItem(key)] = nil
            }
        }
        try edit("threshold-zero", .malformed, "A threshold is at least one.") {
            $0[CBORItem(7)] = CBORItem(0)
        }
        try edit("threshold-beyond-roots", .malformed, "A threshold can be met.") {
            $0[CBORItem(7)] = CBORItem(2)
        }
        for (name, key) in [("root", 6), ("next-root", 8), ("role", 12)] {
            try edit("\(name)-twice", .malformed, "A key stands once.") {
                if case .array(let keys) = $0[CBORItem(key)] {
                    $0[CBORItem(key)] = .array(keys + keys)
                }
            }
        }
        try edit("role-unknown", .malformed, "A role is one of eight.") {
            if case .array(let keys) = $0[CBORItem(12)], case .array(var role) = keys.first {
                role[0] = CBORItem(9)
                $0[CBORItem(12)] = .array([.array(role)])
            }
        }
        try edit("expires-before-issue", .malformed, "Time runs forward.") {
            $0[CBORItem(11)] = CBORItem(1)
        }
    }

    private func limits() throws {
        for count in [Limits.rootKeys, Limits.rootKeys + 1] {
            let fits = count == Limits.rootKeys
            add(
                fits ? "roots-at-limit" : "roots-past-limit", fits ? .accept : .malformed,
                "An organisation has at most \(Limits.rootKeys) root keys.",
                [try ManifestPlan(name: "Many", roots: count, threshold: 1).signed()])
        }
        for count in [Limits.roleKeys, Limits.roleKeys + 1] {
            let fits = count == Limits.roleKeys
            var plan = ManifestPlan(name: "Roles")
            plan.roles = (0..<count).map { number in
                RoleKey(
                    purpose: .issue, keyHash: Digest.sha256(of: Array("role \(number)".utf8)),
                    notBefore: Moments.made, notAfter: Moments.keyEnd)
            }
            add(
                fits ? "roles-at-limit" : "roles-past-limit", fits ? .accept : .malformed,
                "An organisation has at most \(Limits.roleKeys) role keys.", [try plan.signed()])
        }
    }

    /// The object beneath, without a chain.
    private func sign() throws {
        let plan = try plan(3, 2)
        let keys = try plan.roots.map {
            try Secrets.signingKey($0, .root).verifyingKey.rawRepresentation
        }
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
            _ offered: [[UInt8]]? = nil, threshold: Int = 2
        ) {
            shop.add(
                .sign, scenario, verdict, comment,
                [
                    "bytes": .hex(bytes), "type": .text(ObjectType.manifest.mediaType),
                    "keys": .hexes(offered ?? keys), "threshold": .int(threshold),
                ])
        }
        let two = try ManifestPlan.sign(plan.payload(), by: Array(plan.roots.prefix(2)))
        add("two-of-three", .accept, "Two of three.", two)
        add(
            "two-and-a-stranger", .accept, "A foreign signer is not looked at.",
            try ManifestPlan.sign(plan.payload(), by: Array(plan.roots.prefix(2)) + ["a stranger"]))
        add("three-needed", .refused, "Two of three do not make three.", two, threshold: 3)
        add(
            "key-listed-twice", .refused, "A key offered twice counts once.", two,
            [keys[0], keys[0]])
        add("other-keys", .refused, "Other keys signed nothing.", two, [keys[2]])
        add("truncated", .malformed, "Cut short.", Array(two.dropLast()))
        add("trailing-byte", .malformed, "Nothing follows.", two + [0])
        let parts = try Forge.parts(two).parts
        add("untagged", .malformed, "The tag says what it is.", CBORItem.array(parts).encoded())
        add(
            "three-parts", .malformed, "There are four parts.",
            CBORItem.tagged(98, .array(Array(parts.dropLast()))).encoded())
        add(
            "tag-of-sign1", .malformed, "One signature and several are different objects.",
            CBORItem.tagged(18, .array(parts)).encoded())
        add(
            "payload-changed", .refused, "A changed payload was not signed.",
            try Forge.edited(two) { $0[2] = Forge.flippedLast($0[2]) })
    }
}
