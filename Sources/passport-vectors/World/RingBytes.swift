import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing

/// A ring in the open, so that rings can be made that the product would never make.
struct RingBytes {
    struct Record {
        var kind: UInt8
        var slot: UInt8
        var secret: [UInt8]
    }

    var salt: [UInt8]
    var records: [Record]
    let profile: Profile

    init(_ ring: Ring) {
        let bytes = ring.bytesForSealing()
        profile = ring.profile
        salt = Array(bytes.prefix(16))
        records = stride(from: 16, to: bytes.count, by: 34).compactMap { start in
            bytes[start] == 0
                ? nil
                : Record(
                    kind: bytes[start], slot: bytes[start + 1],
                    secret: Array(bytes[start + 2..<start + 34]))
        }
    }

    func holding(_ kinds: [Int]) -> RingBytes {
        var ring = self
        ring.records = records.filter { kinds.contains(Int($0.kind)) }
        return ring
    }

    var encoded: [UInt8] {
        let used = records.flatMap { [$0.kind, $0.slot] + $0.secret }
        let rest = profile.ringBytes - 16 - used.count
        return salt + used + [UInt8](repeating: 0, count: max(0, rest))
    }

    static func digest(_ bytes: [UInt8]) -> Digest {
        Digest.sha256(label: "care-passport/1 ring", bytes)
    }
}
