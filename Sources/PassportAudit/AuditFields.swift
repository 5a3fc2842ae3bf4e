public import PassportCoding
public import PassportCrypto

/// The typed fields of an audit entry: identifiers, hashes, numbers and codes, never content.
///
/// Set what applies and leave out the rest. The same type is what a reader of an export sees;
/// what it was not shown is nil or empty there.
public struct AuditFields: Hashable, Sendable {
    /// What happened.
    public var act: AuditAct?
    /// When.
    public var time: Timestamp?
    /// SHA-256 of the public key of the member of staff; set by the signature if there is one.
    public var staff: Digest?
    /// Purposes of use.
    public var purposes: [Int] = []
    /// SHA-256 of the passport's bytes.
    public var passport: Digest?
    /// SHA-256 of each grant's bytes.
    public var grants: [Digest] = []
    /// Kinds of sections.
    public var sections: [Int] = []
    /// Identity of the other organisation.
    public var counterpart: Digest?
    /// `AuditReference.hash` of the disclosure's reference; never the reference itself.
    public var reference: Digest?
    /// How it ended.
    public var outcome: AuditOutcome?
    /// A short code such as `grant.withdrawn`; never free text.
    public var reason: String?
    /// Index of the intent that this outcome answers.
    public var intent: UInt64?
    /// SHA-256 of another object: a manifest, a status list, a withdrawal, an export's header.
    public var object: Digest?
    /// How many.
    public var count: Int?
    /// The signature of the member of staff, a COSE_Sign1; made by `AuditEntry`.
    public package(set) var signature: [UInt8]?
    /// Fields of later versions, kept as they are.
    public var others: [AuditField: CBORItem] = [:]

    /// Bytes of the longest reason code.
    public static let reasonBytes = 64

    /// Begins an entry.
    public init(act: AuditAct, time: Timestamp) {
        self.act = act
        self.time = time
    }

    /// Begins with nothing shown.
    init() {}

    /// The fields as items, lists sorted and without repetition.
    package func items() throws(AuditError) -> [AuditField: CBORItem] {
        var items = others
        func number(_ value: Int?) -> CBORItem? { value.map { CBORItem($0) } }
        func list(_ values: [Int]) -> CBORItem? {
            values.isEmpty ? nil : .array(Set(values).sorted().map { CBORItem($0) })
        }
        items[.act] = number(act?.number)
        items[.time] = time?.item
        items[.staff] = staff?.item
        items[.purposes] = list(purposes)
        items[.passport] = passport?.item
        items[.grants] = grants.isEmpty ? nil : .array(Set(grants).sorted().map { $0.item })
        items[.sections] = list(sections)
        items[.counterpart] = counterpart?.item
        items[.reference] = reference?.item
        items[.outcome] = number(outcome?.number)
        items[.reason] = reason.map { .text($0) }
        items[.intent] = intent.map { .unsigned($0) }
        items[.object] = object?.item
        items[.count] = number(count)
        items[.signature] = signature.map { .bytes($0) }
        return items
    }

    /// Reads fields that were stored or shown, and refuses one of the wrong form.
    init(items: [AuditField: CBORItem]) throws(AuditError) {
        for (field, item) in items { try set(field, item) }
    }

    /// Reads one field.
    mutating func set(_ field: AuditField, _ item: CBORItem) throws(AuditError) {
        let value = CBORValue(item, "audit field \(field.number)")
        do {
            switch field {
            case .act: act = AuditAct(try value.int(in: Self.numbers))
            case .time: time = try value.timestamp()
            case .staff: staff = try value.digest()
            case .purposes: purposes = try Self.ascending(value)
            case .passport: passport = try value.digest()
            case .grants: grants = try Self.digests(value)
            case .sections: sections = try Self.ascending(value)
            case .counterpart: counterpart = try value.digest()
            case .reference: reference = try value.digest()
            case .outcome: outcome = AuditOutcome(try value.int(in: Self.numbers))
            case .reason: reason = try Self.code(value)
            case .intent: intent = try value.unsigned()
            case .object: object = try value.digest()
            case .count: count = try value.int(in: 0...Int(Int32.max))
            case .signature: signature = try value.bytes(1...Limits.auditEntryBytes)
            default: others[field] = item
            }
        } catch {
            throw AuditError("audit entry", error)
        }
    }

    private static let numbers = 0...0xFFFF_FFFF

    private static func ascending(_ value: CBORValue) throws(CodingError) -> [Int] {
        try value.ascendingInts(in: numbers, maximum: Limits.auditEntryBytes)
    }

    private static func digests(_ value: CBORValue) throws(CodingError) -> [Digest] {
        var digests: [Digest] = []
        for element in try value.array(1...Limits.auditEntryBytes) {
            let digest = try element.digest()
            if let last = digests.last, last >= digest {
                throw CodingError(.unexpectedItem, "\(value.place): not in ascending order")
            }
            digests.append(digest)
        }
        return digests
    }

    /// A code has no room for a sentence, so that no name or illness can slip into the log.
    private static func code(_ value: CBORValue) throws(CodingError) -> String {
        let text = try value.text(maximum: reasonBytes)
        guard isCode(text.utf8) else {
            throw CodingError(.unexpectedItem, "\(value.place): not a code")
        }
        return text
    }

    /// True when all bytes are those of codes.
    static func isCode(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}

/// The reference by which two logs can be compared.
public enum AuditReference {
    /// What the log holds instead of the disclosure's secret random reference.
    ///
    /// Whoever has the reference finds the entry; whoever has the entry does not get the
    /// reference, and can therefore not claim to have been given the disclosure.
    public static func hash(of reference: [UInt8]) -> Digest {
        Digest.sha256(label: "care-passport/1 audit reference", reference)
    }
}
