public import PassportCoding
public import PassportCrypto

/// An organisation's manifests from the first to the newest, each checked against the one before.
///
/// The chain proves itself: its identity is the hash of its first payload. Whose identity that
/// is, only a pin or a list can say.
public struct ManifestChain: Sendable, Hashable {
    /// The identity that the chain proves.
    public let organisation: OrganisationID
    /// The newest manifest.
    public let current: KeyManifest
    /// SHA-256 of the newest manifest's payload.
    public let currentHash: Digest
    /// The exact bytes of every manifest, oldest first.
    public let manifests: [[UInt8]]

    /// Checks a chain.
    ///
    /// - Parameter known: a chain that was checked before; manifests that begin with it are
    ///   checked from its end on.
    public init(
        verifying manifests: [[UInt8]], beyond known: ManifestChain? = nil
    ) throws(TrustError) {
        do {
            self = try Self.walk(manifests, beyond: known)
        } catch {
            throw TrustError("manifest chain", error)
        }
    }

    private static func walk(
        _ manifests: [[UInt8]], beyond known: ManifestChain?
    ) throws -> ManifestChain {
        guard manifests.count <= Limits.manifestChain, let first = manifests.first else {
            throw TrustError(.malformed, "a chain has 1 to \(Limits.manifestChain) manifests")
        }
        var chain: ManifestChain
        if let known, known.length(asPrefixOf: manifests) > 0 {
            chain = known
        } else {
            chain = try ManifestChain(opening: first)
        }
        for bytes in manifests.dropFirst(chain.manifests.count) {
            chain = try chain.appending(bytes)
        }
        return chain
    }

    /// The number of this chain's manifests when others begin with all of them, else 0.
    func length(asPrefixOf others: [[UInt8]]) -> Int {
        others.starts(with: manifests) ? manifests.count : 0
    }

    private static func parse(_ bytes: [UInt8]) throws -> (COSESign, KeyManifest) {
        let object = try COSESign(
            decoding: bytes, as: .manifest, maximum: Limits.manifestBytes)
        return (object, try KeyManifest(decoding: object.unverifiedPayload))
    }

    private init(opening bytes: [UInt8]) throws {
        let (object, manifest) = try Self.parse(bytes)
        guard manifest.epoch == 1, manifest.version == 1, manifest.previous == nil,
            manifest.organisation == nil
        else {
            throw TrustError(
                .brokenChain, .refused, "the first manifest is not number (1, 1) of a new chain")
        }
        try Self.requireThreshold(object, manifest)
        let hash = Digest.sha256(of: object.unverifiedPayload)
        self.init(
            organisation: OrganisationID(hash), current: manifest, currentHash: hash,
            manifests: [bytes])
    }

    private init(
        organisation: OrganisationID, current: KeyManifest, currentHash: Digest,
        manifests: [[UInt8]]
    ) {
        self.organisation = organisation
        self.current = current
        self.currentHash = currentHash
        self.manifests = manifests
    }

    /// Stops key compromise below the threshold.
    private static func requireThreshold(_ object: COSESign, _ manifest: KeyManifest) throws {
        // Stops strangers' signatures from giving one manifest many spellings.
        let roots = Set(manifest.rootKeys.map(\.keyHash))
        guard roots.isSuperset(of: object.signerKeyHashes) else {
            throw TrustError(
                .foreignSignature, .refused, "a signature by a key that is no root key")
        }
        let count = try object.countValidSignatures(from: manifest.rootKeys)
        guard count >= manifest.threshold else {
            throw TrustError(
                .belowThreshold, .refused,
                "\(count) of \(manifest.threshold) root signatures needed")
        }
    }

    private func appending(_ bytes: [UInt8]) throws -> ManifestChain {
        let (object, manifest) = try Self.parse(bytes)
        // Stops a manifest of one organisation from being hung onto another's chain.
        guard manifest.organisation == organisation else {
            throw TrustError(.wrongOrganisation, .refused, "a manifest of another organisation")
        }
        if manifest.epoch == current.epoch {
            try checkNextVersion(manifest)
        } else {
            try checkNextEpoch(manifest)
        }
        try Self.requireThreshold(object, manifest)
        return ManifestChain(
            organisation: organisation, current: manifest,
            currentHash: Digest.sha256(of: object.unverifiedPayload),
            manifests: manifests + [bytes])
    }

    private func checkNextVersion(_ next: KeyManifest) throws {
        // Stops gaps, rollback and branches inside an epoch.
        guard next.version == current.version + 1, next.previous == currentHash else {
            throw TrustError(
                .brokenChain, .refused, "manifest \(next.version) does not follow the one before")
        }
        // Stops a thief of the current roots from replacing the way out.
        guard next.rootKeys == current.rootKeys, next.threshold == current.threshold,
            next.nextRootKeyHashes == current.nextRootKeyHashes,
            next.nextThreshold == current.nextThreshold
        else {
            throw TrustError(
                .epochAltered, .refused, "root keys or commitments changed inside an epoch")
        }
    }

    private func checkNextEpoch(_ next: KeyManifest) throws {
        guard next.epoch == current.epoch + 1, next.version == 1, next.previous != nil else {
            throw TrustError(.brokenChain, .refused, "an epoch is missing")
        }
        // Stops a thief of the current roots from opening the next epoch: only keys that were
        // committed to beforehand may, at the threshold fixed beforehand.
        let committed = Set(current.nextRootKeyHashes)
        guard next.rootKeys.allSatisfy({ committed.contains($0.keyHash) }),
            next.threshold == current.nextThreshold
        else {
            throw TrustError(
                .notCommitted, .refused, "a new epoch with keys that were not committed to")
        }
        // The old epoch may have forked; the new one may follow any of its manifests, and
        // supersedes all others. A verifier who holds only one branch accepts either.
    }

    /// Decides between the chain already known and one received.
    ///
    /// Epochs before the known one are not compared: whatever forked there was superseded.
    ///
    /// - Returns: the newer of the two when one extends the other.
    /// - Throws: `fork` when both hold different manifests under one number in the epoch that the
    ///   known one stands in, or that epoch was opened twice; `retiredRoots` when they part in an
    ///   epoch that the known one has left behind; `rollback` when the received one is older;
    ///   `wrongOrganisation` for another identity.
    public func updated(with received: ManifestChain) throws(TrustError) -> ManifestChain {
        guard received.organisation == organisation else {
            throw TrustError(.wrongOrganisation, .refused, "manifests of another organisation")
        }
        // What arrives is mostly what is known; then nothing has to be parsed again.
        if received.manifests == manifests { return received }
        guard received.current.epoch >= current.epoch else {
            throw TrustError(.rollback, .refused, "manifests older than those already known")
        }
        let known = payloads(of: current.epoch)
        let other = received.payloads(of: current.epoch)
        // A new epoch supersedes every branch of the one before, so only what was fixed when
        // that one opened must be the same. Otherwise a thief of its roots could open it a
        // second time, commit to keys of his own, and go on from there.
        let same =
            received.current.epoch > current.epoch
            ? Self.opening(known) == Self.opening(other)
            : zip(known, other).allSatisfy { $0 == $1 }
        guard same else { throw parting(from: received) }
        guard received.current.epoch > current.epoch || other.count >= known.count else {
            throw TrustError(.rollback, .refused, "manifests older than those already known")
        }
        return received
    }

    /// Why two chains that part are not one: whose roots did it decides what follows. The other
    /// chain reaches at least the known one's newest epoch.
    private func parting(from received: ManifestChain) -> TrustError {
        let differ = zip(openings(), received.openings()).map { $0 != $1 }
        // Stops a thief of roots that were retired from freezing the organisation with an epoch
        // of any height: what he opens a second time lies behind the known chain, and says
        // nothing about whoever holds its roots now.
        if differ.last == true, differ.dropLast().contains(true) {
            return TrustError(
                .retiredRoots, .refused,
                "manifests by root keys that this organisation no longer uses",
                hint: "tell the organisation: somebody has its old root keys")
        }
        return TrustError(
            .fork, .refused, "two different manifests carry one number",
            hint: "trust nothing new from this organisation until it opens a new epoch")
    }

    /// What each epoch up to the newest fixed, in order.
    private func openings() -> [Opening] {
        manifests.compactMap { bytes in
            guard let (_, manifest) = try? Self.parse(bytes), manifest.version == 1 else {
                return nil
            }
            return Opening(manifest)
        }
    }

    /// What an epoch fixes when it opens.
    private struct Opening: Equatable {
        let rootKeys: [VerifyingKey]
        let threshold: Int
        let nextRootKeyHashes: [Digest]
        let nextThreshold: Int

        init(_ manifest: KeyManifest) {
            rootKeys = manifest.rootKeys
            threshold = manifest.threshold
            nextRootKeyHashes = manifest.nextRootKeyHashes
            nextThreshold = manifest.nextThreshold
        }
    }

    private static func opening(_ payloads: [[UInt8]]) -> Opening? {
        payloads.first.flatMap { try? KeyManifest(decoding: $0) }.map { Opening($0) }
    }

    /// The payloads of one epoch, from its version 1 on without a gap.
    private func payloads(of epoch: Int) -> [[UInt8]] {
        manifests.compactMap { bytes in
            guard let (object, manifest) = try? Self.parse(bytes), manifest.epoch == epoch else {
                return nil
            }
            return object.unverifiedPayload
        }
    }
}
