internal import PassportCoding
internal import PassportCrypto

/// Reads the entries of which logs consist straight from an export's bytes.
///
/// It knows one form only: canonical, known fields of their right form, no signature, and fields
/// that make up the leaf. Whatever is different in any way it leaves to `ExportedEntry`, which
/// judges it. Making items, texts and dictionaries of every entry to throw them away at once took
/// eight times as long as all the hashing.
struct EntryScanner: ~Copyable {
    /// Where the entry that was scanned last ends.
    private(set) var end = 0

    private var field = HashInput(
        label: Commitment.fieldLabel, capacity: Limits.auditEntryBytes + 64)
    private var entry = HashInput(label: Commitment.entryLabel, capacity: 1_024)
    private let fieldStart: Int
    private let entryStart: Int

    init() {
        fieldStart = field.count
        entryStart = entry.count
    }

    /// The entry at `start`, or nil when it is not of the usual form.
    mutating func scan(_ bytes: [UInt8], from start: Int) -> EntryFacts? {
        var cursor = Cursor(position: start)
        guard cursor.take(0xA3, in: bytes), cursor.take(1, in: bytes),
            let index = cursor.unsigned(in: bytes), cursor.take(2, in: bytes),
            let leaf = cursor.string32(in: bytes), cursor.take(3, in: bytes),
            let map = cursor.byte(in: bytes), (0xA1...0xAE).contains(map)
        else { return nil }
        let leafData = Digest(bytes, at: leaf)
        var facts = EntryFacts(index: index, intactLeaf: leafData)
        entry.truncate(to: entryStart)
        entry.append(map)
        var last: UInt8 = 0
        for _ in 0..<map - 0xA0 {
            // The signature, 15, is not for here: it needs the commitments.
            guard let number = cursor.byte(in: bytes), number > last, number < 15,
                take(number, &cursor, bytes, start, &facts)
            else { return nil }
            last = number
        }
        guard cursor.position - start <= Limits.auditEntryBytes, entry.digest() == leafData else {
            return nil
        }
        end = cursor.position
        return facts
    }

    /// Takes one field and puts its commitment into the entry's.
    private mutating func take(
        _ number: UInt8, _ cursor: inout Cursor, _ bytes: [UInt8], _ start: Int,
        _ facts: inout EntryFacts
    ) -> Bool {
        entry.append(number)
        entry.append(0x58)
        entry.append(0x20)
        if let commitment = cursor.string32(in: bytes) {
            entry.append(bytes, commitment..<commitment + Digest.byteCount)
            facts.hidden.insert(AuditField(Int(number)))
            return true
        }
        guard cursor.take(0x82, in: bytes), cursor.take(0x50, in: bytes),
            let salt = cursor.skip(Commitment.saltBytes, in: bytes)
        else { return false }
        let value = cursor.position
        guard facts.fields.take(number, &cursor, bytes),
            cursor.position - start <= Limits.auditEntryBytes
        else { return false }
        facts.shown.insert(AuditField(Int(number)))
        field.truncate(to: fieldStart)
        field.append(bytes, salt..<value)
        field.append(0x82)
        field.append(number)
        field.append(bytes, value..<cursor.position)
        entry.append(field.digest())
        return true
    }
}

extension AuditFields {
    /// Reads one field from its bytes; false for anything that `set` might refuse.
    fileprivate mutating func take(
        _ number: UInt8, _ cursor: inout Cursor, _ bytes: [UInt8]
    ) -> Bool {
        switch AuditField(Int(number)) {
        case .act: act = cursor.number(in: bytes).map { AuditAct($0) }
        case .time:
            let latest = UInt64(Timestamp.latest.seconds)
            time = cursor.unsigned(upTo: latest, in: bytes).map { Timestamp(clamping: Int64($0)) }
        case .staff: staff = cursor.digest(in: bytes)
        case .purposes: return cursor.numbers(in: bytes, to: &purposes)
        case .passport: passport = cursor.digest(in: bytes)
        case .grants: return cursor.digests(in: bytes, to: &grants)
        case .sections: return cursor.numbers(in: bytes, to: &sections)
        case .counterpart: counterpart = cursor.digest(in: bytes)
        case .reference: reference = cursor.digest(in: bytes)
        case .outcome: outcome = cursor.number(in: bytes).map { AuditOutcome($0) }
        case .reason:
            guard let text = cursor.shortText(in: bytes), AuditFields.isCode(text) else {
                return false
            }
            reason = String(decoding: text, as: UTF8.self)
        case .intent: intent = cursor.unsigned(upTo: UInt64(Int64.max), in: bytes)
        case .object: object = cursor.digest(in: bytes)
        case .count: count = cursor.unsigned(upTo: UInt64(Int32.max), in: bytes).map { Int($0) }
        default: return false
        }
        return !cursor.hasFailed
    }
}

/// A place in bytes. Every step looks first whether there is enough.
private struct Cursor {
    private(set) var position: Int
    /// True once a number or digest was not there.
    private(set) var hasFailed = false

    init(position: Int) { self.position = position }

    mutating func byte(in bytes: [UInt8]) -> UInt8? {
        guard position < bytes.count else { return nil }
        position += 1
        return bytes[position - 1]
    }

    mutating func take(_ byte: UInt8, in bytes: [UInt8]) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Goes over bytes and says where they begin.
    mutating func skip(_ count: Int, in bytes: [UInt8]) -> Int? {
        guard count <= bytes.count - position else { return nil }
        position += count
        return position - count
    }

    /// Where the 32 bytes of a byte string begin; stays where it is when there is none.
    mutating func string32(in bytes: [UInt8]) -> Int? {
        guard bytes.count - position >= 34, bytes[position] == 0x58, bytes[position + 1] == 0x20
        else { return nil }
        position += 34
        return position - 32
    }

    /// An unsigned integer in its shortest form, or the head of another major type.
    mutating func unsigned(major: UInt8 = 0, in bytes: [UInt8]) -> UInt64? {
        guard let head = byte(in: bytes), head >> 5 == major else { return nil }
        let info = head & 0x1F
        guard info >= 24 else { return UInt64(info) }
        guard info <= 27, let start = skip(1 << Int(info - 24), in: bytes) else { return nil }
        var value: UInt64 = 0
        for index in start..<position { value = value << 8 | UInt64(bytes[index]) }
        let least: UInt64 = info == 24 ? 24 : 1 << (4 << UInt64(info - 24))
        return value >= least ? value : nil
    }

    mutating func unsigned(upTo maximum: UInt64, in bytes: [UInt8]) -> UInt64? {
        guard let value = unsigned(in: bytes), value <= maximum else {
            hasFailed = true
            return nil
        }
        return value
    }

    mutating func number(in bytes: [UInt8]) -> Int? {
        unsigned(upTo: 0xFFFF_FFFF, in: bytes).map { Int($0) }
    }

    mutating func digest(in bytes: [UInt8]) -> Digest? {
        guard let start = string32(in: bytes) else {
            hasFailed = true
            return nil
        }
        return Digest(bytes, at: start)
    }

    /// The bytes of a text of 1 to `AuditFields.reasonBytes` bytes.
    mutating func shortText(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
        guard let count = unsigned(major: 3, in: bytes),
            (1...UInt64(AuditFields.reasonBytes)).contains(count),
            let start = skip(Int(count), in: bytes)
        else { return nil }
        return bytes[start..<position]
    }

    /// A strictly ascending array of numbers, not empty.
    mutating func numbers(in bytes: [UInt8], to list: inout [Int]) -> Bool {
        guard let count = unsigned(major: 4, in: bytes),
            (1...UInt64(Limits.auditEntryBytes)).contains(count)
        else { return false }
        for _ in 0..<count {
            guard let next = number(in: bytes), list.last.map({ $0 < next }) ?? true else {
                return false
            }
            list.append(next)
        }
        return true
    }

    /// The same of digests.
    mutating func digests(in bytes: [UInt8], to list: inout [Digest]) -> Bool {
        guard let count = unsigned(major: 4, in: bytes),
            (1...UInt64(Limits.auditEntryBytes)).contains(count)
        else { return false }
        for _ in 0..<count {
            guard let next = digest(in: bytes), list.last.map({ $0 < next }) ?? true else {
                return false
            }
            list.append(next)
        }
        return true
    }
}
