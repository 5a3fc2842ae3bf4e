public import PassportCoding
public import PassportCrypto

/// One role key as a manifest lists it: by hash, with a window and, once it is over, a reason.
public struct RoleKey: Hashable, Sendable {
    /// Why a key is no longer used.
    public enum RevocationReason: Int, Sendable, CaseIterable {
        /// Replaced in the ordinary course.
        case superseded = 1
        /// Somebody else had it, or may have had it.
        case compromised = 2
        /// The organisation no longer does this.
        case ceased = 3
    }

    /// The end of a key.
    public struct Revocation: Hashable, Sendable {
        /// Why.
        public let reason: RevocationReason
        /// From when on signatures are suspect. Signatures proven older stay good, so that one
        /// stolen key does not erase years of honest history.
        public let since: Timestamp

        /// States the end of a key.
        public init(reason: RevocationReason, since: Timestamp) {
            self.reason = reason
            self.since = since
        }
    }

    /// What the key is for.
    public let purpose: KeyPurpose
    /// SHA-256 of the public key.
    public let keyHash: Digest
    /// First moment at which the key may be used.
    public let notBefore: Timestamp
    /// Last moment at which the key may be used.
    public let notAfter: Timestamp
    /// The end of the key, if it was ended.
    public let revocation: Revocation?

    /// Lists a key.
    public init(
        purpose: KeyPurpose, keyHash: Digest, notBefore: Timestamp, notAfter: Timestamp,
        revocation: Revocation? = nil
    ) {
        self.purpose = purpose
        self.keyHash = keyHash
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.revocation = revocation
    }

    init(_ value: CBORValue) throws {
        let parts = try value.array(4...5)
        let number = try parts[0].int(in: 1...8)
        guard let purpose = KeyPurpose(rawValue: number) else {
            throw CodingError(.unexpectedItem, "\(value.place): not a role")
        }
        self.purpose = purpose
        keyHash = try parts[1].digest()
        notBefore = try parts[2].timestamp()
        notAfter = try parts[3].timestamp()
        guard notBefore <= notAfter else {
            throw CodingError(.unexpectedItem, "\(value.place): ends before it begins")
        }
        guard parts.count == 5 else {
            revocation = nil
            return
        }
        let end = try parts[4].array(2...2)
        guard let reason = RevocationReason(rawValue: try end[0].int(in: 1...3)) else {
            throw CodingError(.unexpectedItem, "\(value.place): not a reason")
        }
        revocation = Revocation(reason: reason, since: try end[1].timestamp())
    }

    var item: CBORItem {
        var parts = [
            CBORItem(purpose.rawValue), keyHash.item, notBefore.item, notAfter.item,
        ]
        if let revocation {
            parts.append(
                .array([CBORItem(revocation.reason.rawValue), revocation.since.item]))
        }
        return .array(parts)
    }

    /// The order in manifests: by purpose, then by hash.
    static func precedes(_ one: RoleKey, _ other: RoleKey) -> Bool {
        one.purpose.rawValue != other.purpose.rawValue
            ? one.purpose.rawValue < other.purpose.rawValue : one.keyHash < other.keyHash
    }
}

/// What a role key was allowed to do at the moment a signature claims.
public enum KeyAuthority: Hashable, Sendable {
    /// The key was in force.
    case authorised
    /// The claimed moment lies outside the key's window.
    case outsideWindow
    /// The claimed moment is at or after the moment from which the key is suspect.
    case suspect(RoleKey.RevocationReason, since: Timestamp)
    /// The claimed moment is earlier than the key's end, but nothing proves the claim; a thief
    /// of the key can write any date.
    case ageUnproven(RoleKey.RevocationReason, since: Timestamp)
}

extension RoleKey {
    /// Judges a signature that says it was made at `claimed`.
    ///
    /// - Parameter provenBefore: the time of a log checkpoint that already contained the
    ///   signed object, when the caller has verified one.
    public func authority(
        at claimed: Timestamp, provenBefore: Timestamp? = nil
    ) -> KeyAuthority {
        guard claimed >= notBefore, claimed <= notAfter else { return .outsideWindow }
        guard let revocation else { return .authorised }
        if claimed >= revocation.since {
            return .suspect(revocation.reason, since: revocation.since)
        }
        // A key replaced in the ordinary course was in nobody else's hands before its end.
        if revocation.reason == .superseded { return .authorised }
        if let provenBefore, provenBefore < revocation.since { return .authorised }
        return .ageUnproven(revocation.reason, since: revocation.since)
    }
}
