internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import Synchronization

/// Nonces of requests that only read, while no disk takes them.
///
/// A full disk must not lock owners out of their mailboxes. A restart forgets these: what a thief
/// of such a request could then do is read once more, within the minutes that it lasts.
final class UnwrittenNonces: Sendable {
    private struct Key: Hashable {
        let keyHash: Digest
        let nonce: String
    }

    private let known = Mutex<[Key: Timestamp]>([:])
    /// About what comes in the minutes that a request lasts; more than these are refused.
    private static let most = 16_384

    func contains(_ request: VerifiedRequest) -> Bool {
        known.withLock { $0[Key(keyHash: request.keyHash, nonce: request.nonce)] != nil }
    }

    /// Remembers a request; false when it was seen before, or when there are too many.
    func insert(_ request: VerifiedRequest, now: Timestamp) -> Bool {
        known.withLock { known in
            if known.count >= Self.most { known = known.filter { $0.value >= now } }
            let key = Key(keyHash: request.keyHash, nonce: request.nonce)
            guard known.count < Self.most, known[key] == nil else { return false }
            known[key] = request.expires
            return true
        }
    }
}
