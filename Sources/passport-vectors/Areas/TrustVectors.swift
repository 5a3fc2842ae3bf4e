import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Identities and status lists.
struct TrustVectors {
    let cast: Cast
    let shop: Workshop

    func write() throws {
        try fingerprints()
        try sealing()
        try files()
        try statusLists()
    }

    private static let purposes: [KeyPurpose] = [.issue, .consent, .status, .sealPaper]

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
        _ more: [String: JSON] = [:]
    ) {
        var input = more
        input["bytes"] = .hex(bytes)
        shop.add(.identity, scenario, verdict, comment, .object(input))
    }

    private func fingerprints() throws {
        let house = cast.izmir
        let bytes = house.identity.encoded()
        let fingerprint = Fingerprint(of: house.identity).text
        add(
            "fingerprint", .accept, "What was read aloud fits the file.", bytes,
            ["fingerprint": .text(fingerprint)])
        let typed = String(
            fingerprint.lowercased().map { $0 == "-" ? " " : $0 == "0" ? "o" : $0 })
        add(
            "fingerprint-as-typed", .accept, "Case, spaces and look-alikes do not matter.", bytes,
            ["fingerprint": .text(typed)])
        add(
            "fingerprint-of-another", .refused, "Another file has another fingerprint.",
            cast.stranger.identity.encoded(), ["fingerprint": .text(fingerprint)])
        let newer = try house.limiting(.issue, from: Moments.made, until: Moments.now)
        add(
            "fingerprint-of-older", .refused, "An old file of the right house does not fit.",
            bytes, ["fingerprint": .text(Fingerprint(of: newer.identity).text)])
        add(
            "fingerprint-short", .malformed, "A fingerprint has thirty characters.", bytes,
            ["fingerprint": .text(String(fingerprint.dropLast()))])
    }

    private func sealing() throws {
        let house = cast.izmir
        let bytes = house.identity.encoded()
        func at(_ time: Timestamp, _ kind: String = "seal-paper") -> [String: JSON] {
            ["sealing": .text(kind), "time": .int(Int(time.seconds))]
        }
        add(
            "seal-at-last-second", .accept, "Sealed to until the end.", bytes,
            at(Moments.manifestEnd))
        add(
            "seal-to-expired", .refused, "Nothing is sealed to an expired manifest.", bytes,
            at(Moments.manifestEnd.adding(seconds: 1)))
        add(
            "seal-to-ended", .refused, "Nothing is sealed to an ended key.",
            try house.ending(.sealPaper, .compromised, since: Moments.now).identity.encoded(),
            at(Moments.made))
        add(
            "seal-without-key", .refused, "Nothing is sealed where no key is.", bytes,
            at(Moments.now, "seal-net"))
    }

    private func files() throws {
        let house = cast.izmir
        let bytes = house.identity.encoded()
        func edit(
            _ scenario: String, _ comment: String, _ edit: (inout Forge.Fields) throws -> Void
        ) throws {
            add(scenario, .malformed, comment, try Forge.fields(bytes, edit))
        }
        add("truncated", .malformed, "A file cut short is none.", Array(bytes.dropLast()))
        add("trailing-byte", .malformed, "Nothing follows the file.", bytes + [0])
        try edit("version-2", "Another version is refused.") { $0[CBORItem(1)] = CBORItem(2) }
        try edit("without-manifests", "There is no identity without a manifest.") {
            $0[CBORItem(2)] = .array([])
        }
        try edit("key-missing", "Every key that is named must be there.") {
            $0[CBORItem(5)] = .array([])
        }
        try edit("key-added", "A key that the manifest does not name is refused.") {
            $0[CBORItem(5)] = .array([
                .bytes(try house.sealingKey(.sealPaper).rawRepresentation),
                .bytes(Secrets.seed("added")),
            ])
        }
        try edit("key-exchanged", "A key is known by its hash.") {
            $0[CBORItem(5)] = .array([.bytes(Secrets.seed("exchanged"))])
        }
        try edit("key-twice", "A key stands once.") {
            if case .array(let keys) = $0[CBORItem(3)] { $0[CBORItem(3)] = .array(keys + keys) }
        }
        try edit("keys-out-of-order", "Keys stand in the manifest's order.") {
            if case .array(let keys) = $0[CBORItem(3)] {
                $0[CBORItem(3)] = .array(keys.reversed())
            }
        }
        try edit("unknown-part", "An identity file has no part that nobody knows.") {
            $0[CBORItem(-1)] = .null
        }
    }

    private func input(
        _ bytes: [UInt8], by house: House? = nil, index: Int? = nil, uri: String? = nil,
        now: Timestamp = Moments.now, newest: Timestamp? = nil
    ) -> JSON {
        [
            "bytes": .hex(bytes), "identity": (house ?? cast.izmir).file,
            "newest": newest.map { .int(Int($0.seconds)) } ?? .null,
            "reference": index.map {
                ["uri": .text(uri ?? cast.izmir.id.statusListURI(0)), "index": .int($0)]
            } ?? .null,
            "now": index == nil ? .null : .int(Int(now.seconds)),
        ]
    }

    private func statusLists() throws {
        let house = cast.izmir
        let list = try house.statusList(ended: [1, 5])
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ input: JSON
        ) { shop.add(.status, scenario, verdict, comment, input) }
        add("last-entry", .accept, "The last entry of the list.", input(list, index: 63))
        add("past-the-end", .refused, "An absent entry is never valid.", input(list, index: 64))
        add("ended", .refused, "An entry that ended.", input(list, index: 5))
        func days(_ count: Int64) -> Timestamp {
            Moments.listed.adding(seconds: count * Moments.day)
        }
        add(
            "seventh-day", .accept, "Up to seven days are fresh.",
            input(list, index: 0, now: days(7)))
        add("eighth-day", .warn, "Eight days are stale.", input(list, index: 0, now: days(8)))
        add(
            "from-the-future", .warn, "A list from the future proves a wrong clock.",
            input(list, index: 0, now: days(-2)))
        let short = try house.statusList(expires: Moments.listed.adding(seconds: 1))
        add(
            "past-its-end", .warn, "Past its end a list is not fresh, however young.",
            input(short, index: 0))
        add(
            "another-address", .refused, "A list answers for its own address only.",
            input(list, index: 0, uri: house.id.statusListURI(1)))
        add(
            "older-than-known", .refused, "An older list does not come back (rollback).",
            input(list, newest: Moments.listed.adding(seconds: 1)))
        let forgeries = try Forgery.ofSign1(
            list, as: .statusList, key: house.signingKey(.status),
            thief: cast.stranger.signingKey(.status))
        for forgery in forgeries {
            add(forgery.scenario, forgery.verdict, forgery.comment, input(forgery.bytes))
        }
        add(
            "key-stolen", .refused, "A list by a stolen key says nothing.",
            input(list, by: try house.ending(.status, .compromised, since: Moments.made)))
        add(
            "another-house", .refused, "A house does not speak for another's entries.",
            input(
                try SignedStatusList.make(
                    TokenStatusList(count: 64), uri: cast.athens.id.statusListURI(0),
                    issued: Moments.listed, expires: Moments.now, key: house.signingKey(.status))))
        try statusFields(list)
    }

    private func statusFields(_ list: [UInt8]) throws {
        func edit(
            _ scenario: String, _ verdict: Ruling, _ comment: String,
            _ edit: (inout Forge.Fields) throws -> Void
        ) throws {
            let key = try cast.izmir.signingKey(.status)
            shop.add(
                .status, scenario, verdict, comment,
                input(try Forge.resigned(list, as: .statusList, with: key, edit)))
        }
        func inner(_ bits: Int, _ compressed: [UInt8]) -> CBORItem {
            .map(CBORMap([(.text("bits"), CBORItem(bits)), (.text("lst"), .bytes(compressed))]))
        }
        let good = TokenStatusList(count: 64).compressed()
        try edit("one-bit-entries", .malformed, "Entries have two bits.") {
            $0[CBORItem(65_533)] = inner(1, good)
        }
        try edit("not-deflated", .malformed, "The list is a zlib stream.") {
            $0[CBORItem(65_533)] = inner(2, [1, 2, 3])
        }
        try edit("checksum-wrong", .malformed, "The stream's checksum holds.") {
            $0[CBORItem(65_533)] = inner(2, Forge.flipped(good, at: good.count - 1))
        }
        try edit("stream-trailing", .malformed, "Nothing follows the stream.") {
            $0[CBORItem(65_533)] = inner(2, good + [0])
        }
        // A megabyte of zeros deflates to about a thousand bytes.
        let most = Zlib.deflate([UInt8](repeating: 0, count: Limits.statusListInflatedBytes))
        let bomb = Zlib.deflate([UInt8](repeating: 0, count: Limits.statusListInflatedBytes + 1))
        try edit("inflates-to-limit", .accept, "A list inflates to one megabyte at most.") {
            $0[CBORItem(65_533)] = inner(2, most)
        }
        try edit("inflates-past-limit", .malformed, "A list that inflates beyond is refused.") {
            $0[CBORItem(65_533)] = inner(2, bomb)
        }
        try edit("without-end", .malformed, "A list has an end.") { $0[CBORItem(4)] = nil }
        try edit("without-issue-time", .malformed, "A list has an issue time.") {
            $0[CBORItem(6)] = nil
        }
        try edit("ends-before-issue", .refused, "Time runs forward.") {
            $0[CBORItem(4)] = CBORItem(1)
        }
        try edit("unknown-claim", .malformed, "A claim that nobody knows refuses the list.") {
            $0[CBORItem(99)] = .null
        }
        try edit("two-spellings-of-address", .refused, "An address has one spelling.") {
            $0[CBORItem(2)] = .text(cast.izmir.id.statusListURI(0) + "0")
        }
    }
}
