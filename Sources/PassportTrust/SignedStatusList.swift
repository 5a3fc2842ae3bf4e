public import PassportCoding
public import PassportCrypto

/// A status list whose signature was verified under a listed `status` key.
public struct SignedStatusList: Hashable, Sendable {
    /// Whose list it is.
    public let organisation: OrganisationID
    /// The list's address.
    public let uri: String
    /// When it was issued.
    public let issued: Timestamp
    /// Until when it may be used as current.
    public let expires: Timestamp
    /// The entries.
    public let list: TokenStatusList
    /// The exact bytes.
    public let bytes: [UInt8]

    /// Verifies a list.
    ///
    /// - Parameters:
    ///   - identity: the organisation whose list it must be.
    ///   - newest: `issued` of the newest list already seen under this address; an older one is
    ///     refused (rollback).
    public init(
        verifying bytes: [UInt8], by identity: Identity, newest: Timestamp? = nil
    ) throws(TrustError) {
        do {
            try self.init(verifying: Self.parse(bytes), by: identity, newest: newest)
        } catch {
            throw TrustError("status list", error)
        }
    }

    /// Parses a list once, for whoever then looks for the organisation that signed it.
    package static func parse(_ bytes: [UInt8]) throws(TrustError) -> COSESign1 {
        do {
            return try COSESign1(
                decoding: bytes, as: .statusList, maximum: Limits.statusListBytes)
        } catch {
            throw TrustError("status list", error)
        }
    }

    /// The address that a list claims, looked at before anything is verified.
    package static func unverifiedAddress(of object: COSESign1) throws(TrustError) -> String {
        do {
            var claims = try CBORFields(
                CBORReader.item(from: object.unverifiedPayload), "status list")
            return try claims.take(2, "sub").text(maximum: Limits.addressBytes)
        } catch {
            throw TrustError("status list", error)
        }
    }

    /// Verifies a parsed list.
    package init(
        verifying object: COSESign1, by identity: Identity, newest: Timestamp? = nil
    ) throws(TrustError) {
        do {
            let listed = try identity.signingKey(object.keyHash, for: .status)
            let payload = try object.verify(with: listed.key)
            var claims = try CBORFields(CBORReader.item(from: payload.bytes), "status list")
            uri = try claims.take(2, "sub").text(maximum: Limits.addressBytes)
            expires = try claims.take(4, "exp").timestamp()
            issued = try claims.take(6, "iat").timestamp()
            _ = try claims.takeOptional(65_534, "ttl")?.unsigned()
            var inner = try claims.take(65_533, "status_list").fields()
            let bits = try inner.take(text: "bits").int(in: 2...2)
            let compressed = try inner.take(text: "lst").bytes(1...Limits.statusListBytes)
            try inner.finishExactly()
            try claims.finish()
            list = try TokenStatusList(bits: bits, compressed: compressed)
            organisation = identity.organisation
            bytes = object.bytes
            // Stops a list of one organisation from speaking for another's address, and one
            // list from having two addresses, which would hide an older one (rollback).
            guard organisation.statusListNumber(at: uri) != nil else {
                throw TrustError(.wrongList, .refused, "a list for another organisation's address")
            }
            guard case .authorised = listed.role.authority(at: issued), issued <= expires else {
                throw TrustError(.unknownKey, .refused, "the list's key was not in force")
            }
            if let newest, issued < newest {
                throw TrustError(.rollback, .refused, "a list older than the one already known")
            }
        } catch {
            throw TrustError("status list", error)
        }
    }

    /// True for a list issued more than a day from now: nobody can have it yet, and keeping it
    /// would make every honest list look older (fast-forward).
    public func isFromTheFuture(at now: Timestamp) -> Bool {
        issued > now.adding(seconds: 86_400)
    }

    /// What the list says about a reference.
    ///
    /// - Throws: `wrongList` when the reference names another list, `outOfRange` beyond its end.
    public func freshness(
        of reference: StatusReference, at now: Timestamp
    ) throws(TrustError) -> Freshness {
        guard reference.uri.utf8.elementsEqual(uri.utf8) else {
            throw TrustError(.wrongList, .refused, "the list is for another address")
        }
        do {
            guard try list.status(at: reference.index) == TokenStatusList.valid else {
                return .ended
            }
        } catch {
            throw TrustError(.outOfRange, .refused, "the list has no such entry")
        }
        let age = Freshness.age(of: issued, at: now)
        // Past its expiry a list is no longer current, however young it is.
        if now > expires, age == .fresh {
            return .stale(days: Int(clamping: now.days(since: issued)))
        }
        return age
    }

    /// Signs a list.
    public static func make(
        _ list: TokenStatusList, uri: String, issued: Timestamp, expires: Timestamp,
        key: borrowing SigningKey
    ) throws(CryptoError) -> [UInt8] {
        let inner = CBORMap([
            (.text("bits"), CBORItem(list.bits)), (.text("lst"), .bytes(list.compressed())),
        ])
        let payload = CBORItem(fields: [
            (2, .text(uri)), (4, expires.item), (6, issued.item),
            (65_533, .map(inner)), (65_534, CBORItem(Freshness.freshDays * 86_400)),
        ]).encoded()
        return try COSESign1.sign(payload, as: .statusList, with: key).bytes
    }
}
