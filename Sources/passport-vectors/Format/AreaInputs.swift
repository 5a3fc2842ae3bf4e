import PassportAudit
import PassportCrypto

extension Area {
    private static let purposes = KeyPurpose.allCases.map(\.name)
    private static let profiles = ["net", "paper"]

    static let reference: Shape = .object([
        need("uri", .text, "Address of the list."), need("index", .int, "Index in the list."),
    ])

    private static let authorisedKey: Shape = .object([
        need("key", .hex(32), "The public key."),
        need("notBefore", .int, "First second at which it counts."),
        need("notAfter", .int, "Last second at which it counts."),
        may("compromisedSince", .int, "From when on somebody else may have had it."),
    ])

    private static let opener: Shape = .object([
        need("kind", .word(["seal-net", "seal-paper", "carry"]), "What kind of key."),
        may("seed", .hex(32), "TEST KEY: seed of the opening key."),
        may("text", .text, "TEST KEY: text of the carry half."),
    ])

    private static let knowledge: Shape = .object([
        may("ourselves", .hex(32), "Identity of whoever opens; absent for a bearer."),
        need("identities", .list(.hex()), "Identity files known here."),
        need(
            "pins",
            .list(
                .object([
                    need("organisation", .hex(32), "Who is pinned."),
                    need("purposes", .list(.word(purposes)), "For what."),
                ])), "Organisations pinned here."),
        need("statusLists", .list(.hex()), "Signed status lists known here."),
        need("withdrawals", .list(.hex()), "Withdrawals taken in here."),
        need("clock", .int, "The system clock, in seconds."),
        need("floor", .int, "The latest second known to have passed."),
    ])

    private static let opening: [Shape.Member] = [
        need("envelope", .hex(), "The envelope's bytes."),
        need("opener", opener, "The recipient's key."),
        need("knowledge", knowledge, "What is known before the envelope arrives."),
        need("purpose", .text, "The stated purpose, a v3-ActReason code."),
        may("wanted", .list(.int), "Kinds asked for; absent asks for all that were granted."),
    ]

    /// The members of `input`.
    var inputMembers: [Shape.Member] {
        switch self {
        case .cbor: [need("bytes", .hex(), "The item.")]
        case .section: [need("bytes", .hex(), "The section.")]
        case .sign1:
            [
                need("bytes", .hex(), "The object."), need("type", .text, "The expected `typ`."),
                need("key", .hex(32), "The public key."),
                may("countersigner", .hex(32), "Public key of the countersigner."),
            ]
        case .sign:
            [
                need("bytes", .hex(), "The object."), need("type", .text, "The expected `typ`."),
                need("keys", .list(.hex(32)), "The root keys."),
                need("threshold", .int, "How many of them must have signed."),
            ]
        case .manifest:
            [
                need("manifests", .list(.hex()), "The chain received, oldest first."),
                may("known", .list(.hex()), "The chain known before."),
            ]
        case .identity:
            [
                need("bytes", .hex(), "The identity file."),
                may("fingerprint", .text, "What somebody read aloud and somebody typed."),
                may("sealing", .word(["seal-net", "seal-paper"]), "A key to seal to is wanted."),
                may("time", .int, "When it is wanted."),
            ]
        case .staff:
            [need("bytes", .hex(), "The certificate."), need("identity", .hex(), "The issuer.")]
        case .status:
            [
                need("bytes", .hex(), "The signed list."), need("identity", .hex(), "Its issuer."),
                may("newest", .int, "Issue time of the newest list seen under this address."),
                may("reference", Self.reference, "The entry to look up."),
                may("now", .int, "The time of the look-up."),
            ]
        case .passport:
            [need("bytes", .hex(), "The passport."), need("issuer", .hex(), "An identity file.")]
        default: moreInputMembers
        }
    }

    private var moreInputMembers: [Shape.Member] {
        switch self {
        case .grant:
            [
                need("bytes", .hex(), "The grant."), need("passport", .hex(), "The passport."),
                need("identities", .list(.hex()), "Identity files, the issuer's included."),
            ]
        case .withdrawal:
            [
                need("bytes", .hex(), "The withdrawal."), need("passport", .hex(), "The passport."),
                need("identities", .list(.hex()), "Identity files, the issuer's included."),
                may("grant", .hex(), "A grant that may be ended by it."),
            ]
        case .ring:
            [
                need("bytes", .hex(), "The ring."),
                need("profile", .word(Self.profiles), "Profile."),
            ]
        case .slot:
            [
                need("issuer", .hex(32), "The passport's issuer."),
                need("passport", .hex(16), "The passport's id."),
                need("slot", .int, "Number of the slot."),
                need("secret", .hex(), "TEST KEY: the slot secret."),
                need("ciphertext", .hex(), "The slot's ciphertext."),
                need("commitment", .hex(32), "The commitment in the signed claims."),
            ]
        case .card:
            [
                need("text", .text, "TEST KEY: the text."),
                need("half", .word(["consent", "carry", "words"]), "Which half it should be."),
                may("pin", .text, "TEST KEY: the PIN, where one was given."),
                may("passport", .hex(16), "A passport's id, for what is derived for it."),
                may("salt", .hex(32), "Salt of a carry box."),
            ]
        case .keyfile:
            [
                need("bytes", .hex(), "The file."),
                need("passphrase", .text, "TEST KEY: the passphrase."),
            ]
        case .disclosure:
            [need("bytes", .hex(), "The disclosure."), need("sender", .hex(), "An identity file.")]
        case .envelope, .swaps, .verification: Self.opening
        case .request, .receipt, .address, .invitation, .notice: exchangeInputMembers
        case .frame, .sheets, .image: paperInputMembers
        default: auditInputMembers
        }
    }

    private var auditInputMembers: [Shape.Member] {
        switch self {
        case .auditEntry: [need("bytes", .hex(), "The stored entry.")]
        case .auditCheckpoint:
            [
                need("note", .text, "The signed note."), need("origin", .text, "The log."),
                need("keys", .list(.hex(32)), "Its log keys."),
            ]
        case .auditProof:
            [
                need("proof", .text, "The proof."),
                need("leaf", .hex(32), "The entry's leaf data."),
                need("origin", .text, "The log."), need("keys", .list(.hex(32)), "Its log keys."),
            ]
        case .auditConsistency:
            [
                need("oldSize", .int, "Leaves of the old tree."),
                need("oldRoot", .hex(32), "Root of the old tree."),
                need("newSize", .int, "Leaves of the new tree."),
                need("newRoot", .hex(32), "Root of the new tree."),
                need("path", .list(.hex(32)), "The proof."),
            ]
        default:
            [
                need("bytes", .hex(), "The export, or one entry's proof."),
                need("origin", .text, "The log expected."),
                need("logKeys", .list(Self.authorisedKey), "Who may sign checkpoints."),
                need("staffKeys", .list(Self.authorisedKey), "Who may sign entries."),
                need("now", .int, "The auditor's time."),
                may(
                    "kept",
                    .list(
                        .object([
                            need("note", .text, "A checkpoint kept from earlier."),
                            may("seenAt", .int, "When the auditor had it."),
                        ])), "Checkpoints kept from earlier."),
                may(
                    "identity", .word(IdentityStanding.allCases.map(\.rawValue)),
                    "How the auditor knows whose keys these are; confirmed when it is left out."),
            ]
        }
    }
}
