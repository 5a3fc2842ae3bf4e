public import CarePassport
internal import PassportCoding
public import PassportCrypto
internal import PassportSecrecy

/// The secrets of some slots of one passport: what a grant comes with.
///
/// Its bytes are a 16-byte salt and one 34-byte record for every slot of the profile
/// (kind, slot number, secret), unused ones zero, so that its size says nothing about how much
/// was granted.
public final class Ring: Sendable {
    /// The profile of the passport.
    public let profile: Profile
    /// SHA-256 over the bytes: what the grant is signed over.
    public let digest: Digest
    let records: [Record]
    private let memory: SecretBytes

    /// One record, without its secret.
    struct Record: Hashable, Sendable {
        let kind: Int
        let slot: Int
        /// Where the secret starts in the ring's bytes.
        let offset: Int
    }

    private static let saltBytes = 16
    private static let recordBytes = 34

    /// Moves bytes in, checks them, and zeroes where they came from.
    package init(consuming bytes: inout [UInt8], profile: Profile) throws(SealingError) {
        guard bytes.count == profile.ringBytes else {
            bytes.wipe()
            throw SealingError(.malformed, "ring: not \(profile.ringBytes) bytes")
        }
        digest = Digest.sha256(label: "care-passport/1 ring", bytes)
        self.profile = profile
        do {
            records = try Self.read(bytes, profile)
            memory = try SecretBytes(consuming: &bytes)
        } catch {
            bytes.wipe()
            throw SealingError("ring", error)
        }
    }

    /// Used records first, then zeros; a slot stands once; slots of one kind stand together.
    private static func read(
        _ bytes: [UInt8], _ profile: Profile
    ) throws(SealingError) -> [Record] {
        var records: [Record] = []
        var slots: Set<Int> = []
        var finished: Set<Int> = []
        var ended = false
        for number in 0..<profile.slotCount {
            let start = saltBytes + number * recordBytes
            let record = bytes[start..<start + recordBytes]
            let kind = Int(bytes[start])
            let slot = Int(bytes[start + 1])
            if kind == 0 {
                guard record.allSatisfy({ $0 == 0 }) else {
                    throw SealingError(.malformed, "ring: bytes in an unused record")
                }
                ended = true
                continue
            }
            if let last = records.last, last.kind != kind { finished.insert(last.kind) }
            guard !ended, slot < profile.slotCount, slots.insert(slot).inserted,
                !finished.contains(kind)
            else { throw SealingError(.malformed, "ring: records out of order or twice") }
            records.append(Record(kind: kind, slot: slot, offset: start + 2))
        }
        return records
    }

    /// The kinds of section that the ring opens.
    public var kinds: Set<Int> { Set(records.map(\.kind)) }

    /// Decrypts the slot of a record; nil when the commitment is to another secret.
    func open(
        _ record: Record, _ ciphertext: [UInt8], committed: Digest,
        authenticating data: [UInt8]
    ) throws(SecrecyError) -> [UInt8]? {
        try SlotSecret.open(
            ciphertext, secretIn: memory, at: record.offset, committed: committed,
            authenticating: data)
    }

    /// A ring with a fresh salt that holds only the named kinds.
    func narrowed(to kinds: [Int], randomness: Randomness) throws(SealingError) -> Ring {
        for kind in kinds where !self.kinds.contains(kind) {
            let name = SectionKind(rawValue: kind)?.name ?? "\(kind)"
            throw SealingError(
                .noSuchSection, .refused, "the passport holds no section '\(name)' to grant")
        }
        var bytes = randomness.bytes(Self.saltBytes)
        bytes.reserveCapacity(profile.ringBytes)
        for record in records where kinds.contains(record.kind) {
            bytes.append(UInt8(clamping: record.kind))
            bytes.append(UInt8(clamping: record.slot))
            unsafe memory.withBytes { memory in
                unsafe bytes.append(
                    contentsOf: UnsafeBufferPointer(
                        start: memory + record.offset, count: SlotSecret.byteCount))
            }
        }
        bytes.append(contentsOf: repeatElement(0, count: profile.ringBytes - bytes.count))
        return try Ring(consuming: &bytes, profile: profile)
    }

    /// Writes the bytes over others that are about to be encrypted.
    ///
    /// - Precondition: `place` has room for the profile's ring behind it.
    func write(to bytes: inout [UInt8], at place: Int) {
        unsafe memory.withBytes { memory in
            for offset in 0..<self.memory.count { unsafe bytes[place + offset] = memory[offset] }
        }
    }

    /// The bytes, for encryption only. The caller wipes them.
    package func bytesForSealing() -> [UInt8] {
        unsafe memory.withBytes { bytes in
            unsafe Array(UnsafeBufferPointer(start: bytes, count: memory.count))
        }
    }
}
