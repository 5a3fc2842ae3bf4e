extension Area {
    private static let freshness = ["fresh", "stale", "ended", "unknown"]
    private static let authority = ["authorised", "outsideWindow", "suspect", "ageUnproven"]

    private static let report: Shape = .object([
        need("passport", .hex(32), "SHA-256 of the passport."),
        need("issuer", .hex(32), "Issuer that the passport names."),
        need("standing", .word(["pinned", "listed", "unknown"]), "What it is to us."),
        need(
            "lines",
            .list(
                .object([
                    need("check", .text, "The check."),
                    need("state", .text, "What it found."),
                    may("days", .int, "Age of an old list."),
                    may("time", .int, "A period's or withdrawal's moment."),
                    may("organisation", .hex(32), "The desk."),
                    may("reason", .text, "Reason of a withdrawal."),
                ])), "The report, in order."),
        need("granted", .list(.int), "Kinds that the grant names."),
        need(
            "sections",
            .list(
                .object([
                    need("kind", .int, "Kind of section."),
                    need("verdict", .word(["open", "warn", "refuse"]), "What follows."),
                ])), "The verdict for each of the kinds 1 to 6."),
    ])

    private static let opened: [Shape.Member] = [
        may("passports", .list(report), "One report for each passport."),
        may(
            "opened",
            .list(
                .object([
                    need("passport", .hex(32), "SHA-256 of the passport."),
                    need("kind", .int, "Kind of section."),
                    need("plaintext", .hex(), "The section's bytes."),
                ])), "What opens, in order."),
        may("sender", .hex(32), "Who sent it, as the disclosure says."),
    ]

    private static let findings: Shape = .object([
        need("standing", .word(["pass", "warn", "fail"]), "The worst finding."),
        need(
            "findings",
            .list(
                .object([
                    need("code", .text, "What was found."), may("entry", .int, "In which entry."),
                ])), "The findings in order."),
    ])

    /// The members of `expected`.
    var expectedMembers: [Shape.Member] {
        switch self {
        case .cbor:
            [may("type", .text, "Kind of item."), may("items", .int, "Items on all levels.")]
        case .section:
            [
                may("kind", .int, "Kind."), may("person", .hex(16), "Person reference."),
                may("notUnderstood", .int, "Elements that this version does not understand."),
                may("supersedes", .hex(16), "The passport it takes the place of."),
                may("content", .hex(), "The content, as one item."),
            ]
        case .sign1:
            [
                may("payload", .hex(), "What was signed."), may("digest", .hex(32), "Its name."),
                may("keyHash", .hex(32), "Hash of the signer's key."),
                may("countersigner", .hex(32), "Hash of the countersigner's key."),
            ]
        case .sign:
            [
                may("payload", .hex(), "What was signed."),
                may("signers", .list(.hex(32)), "Hashes of all keys that it names."),
                may("valid", .int, "Root keys whose signature holds."),
            ]
        case .manifest:
            [
                may("organisation", .hex(32), "The identity."), may("epoch", .int, "Epoch."),
                may("number", .int, "Version within the epoch."),
                may("hash", .hex(32), "SHA-256 of the newest payload."),
                may("roles", .int, "Role keys that it lists."),
                may("services", .list(Self.service), "Daemons that it names."),
            ]
        case .identity:
            [
                may("organisation", .hex(32), "The identity."), may("name", .text, "Its name."),
                may("fingerprint", .text, "The fingerprint."),
                may("sealingKey", .hex(), "The key to seal to."),
            ]
        case .staff:
            [
                may("organisation", .hex(32), "The organisation."),
                may("key", .hex(32), "The key."),
                may("notBefore", .int, "First second."), may("notAfter", .int, "Last second."),
            ]
        case .status:
            [
                may("uri", .text, "Address."), may("issued", .int, "Issue time."),
                may("expires", .int, "End."), may("entries", .int, "Number of entries."),
                may("freshness", .word(Self.freshness), "Of the entry."),
                may("days", .int, "Age of a stale list."),
            ]
        case .passport, .grant, .withdrawal, .disclosure: signedObjectMembers
        default: moreExpectedMembers
        }
    }

    private var signedObjectMembers: [Shape.Member] {
        switch self {
        case .passport:
            [
                may("digest", .hex(32), "SHA-256."), may("issuer", .hex(32), "Issuer."),
                may("id", .hex(16), "Id."), may("holderKey", .hex(32), "The person's key."),
                may("authorities", .list(.hex(32)), "Who may grant."),
                may("issued", .int, "Issue time."), may("expires", .int, "End."),
                may("status", Self.reference, "Where its status stands."),
                may("profile", .word(["net", "paper"]), "Profile."),
                may("authority", .word(Self.authority), "What the key was worth at that time."),
            ]
        case .grant:
            [
                may("digest", .hex(32), "SHA-256."), may("id", .hex(16), "Id."),
                may("recipient", .text, "`bearer`, or an identity."),
                may("authority", .text, "`holder`, or an identity."),
                may("sections", .list(.int), "Kinds."), may("purposes", .list(.text), "Codes."),
                may("from", .int, "First second."), may("until", .int, "Last second."),
                may("desk", .hex(32), "The desk."), may("ring", .hex(32), "Digest of the ring."),
                may("lineage", .list(.hex(16)), "Ids, newest first."),
            ]
        case .withdrawal:
            [
                may("digest", .hex(32), "SHA-256."), may("id", .hex(16), "Id."),
                may("grants", .list(.hex(16)), "Grants that end; none ends all."),
                may("authority", .text, "`holder`, or an identity."),
                may("time", .int, "From when on."), may("reason", .text, "Why."),
                may("ends", .bool, "Whether it ends the given grant."),
            ]
        default:
            [
                may("sender", .hex(32), "Who sent."),
                may("recipient", .text, "`bearer`, or an identity."),
                may("passports", .list(.hex(32)), "SHA-256 of each."),
                may("grants", .list(.hex(32)), "SHA-256 of each."),
                may("reference", .hex(32), "The secret reference."),
                may("referenceHash", .hex(32), "What both logs hold."),
                may("time", .int, "When."),
            ]
        }
    }

    private var moreExpectedMembers: [Shape.Member] {
        switch self {
        case .ring: [may("digest", .hex(32), "Its name."), may("kinds", .list(.int), "Kinds.")]
        case .slot: [may("plaintext", .hex(), "What stands in the slot.")]
        case .card:
            [
                may("text", .text, "The one way to print it."),
                may("carry", .text, "The carry half that follows from a consent half."),
                may("holderKey", .hex(32), "The person's public key for the passport."),
                may("holderRingKey", .hex(32), "TEST KEY: key of the passport's holder ring."),
                may("boxKey", .hex(32), "TEST KEY: key of the carry box with the salt."),
            ]
        case .keyfile:
            [
                may(
                    "keys",
                    .list(
                        .object([
                            need("purpose", .text, "Purpose."),
                            may("publicKey", .hex(), "The public half; the vault has none."),
                        ])), "The keys in order.")
            ]
        case .envelope, .swaps, .verification: Self.opened
        case .auditEntry:
            [
                may("leaf", .hex(32), "Leaf data."), may("leafHash", .hex(32), "Leaf hash."),
                may("erased", .bool, "Whether the values are gone."),
                may("act", .int, "Number of the act."), may("time", .int, "When."),
            ]
        case .auditCheckpoint, .auditProof:
            [
                may("size", .int, "Entries."), may("root", .hex(32), "Root."),
                may("signers", .list(.hex(32)), "Hashes of the keys that signed."),
            ]
        case .auditExport:
            [
                may("integrity", Self.findings, "Is it what the log signed?"),
                may("completeness", Self.findings, "Is everything there that belongs together?"),
                may("freshness", Self.findings, "How old is it?"),
                may("authority", Self.findings, "Did those sign who were allowed to?"),
                may("notChecked", .list(.text), "What was not looked at."),
            ]
        case .request, .receipt, .address, .invitation, .notice: exchangeExpectedMembers
        case .frame, .sheets, .image: paperExpectedMembers
        default: []
        }
    }

    /// The members of `intermediate`.
    var intermediateMembers: [Shape.Member] {
        switch self {
        case .envelope, .swaps, .verification:
            [
                may(
                    "boxes",
                    .list(
                        .object([
                            need(
                                "key", .hex(32), "SHA-256 of the public key; of the salt for carry."
                            ),
                            may(
                                "plaintext", .hex(32),
                                "SHA-256 of the padded plaintext, if there is one."),
                        ])), "The boxes in the envelope's order, decoys included."),
                may("contentKey", .hex(32), "TEST KEY: key of the content."),
                may("box", .hex(), "The recipient's box payload, without padding."),
                may("content", .hex(32), "SHA-256 of the content before padding."),
            ]
        case .slot:
            [
                may("key", .hex(32), "TEST KEY: the slot's key."),
                may("binding", .hex(), "Additional authenticated data."),
            ]
        case .passport, .grant, .withdrawal, .disclosure, .receipt:
            [may("payload", .hex(), "The signed bytes.")]
        case .request: [may("base", .text, "The signature base of RFC 9421.")]
        case .notice:
            [
                may("key", .hex(32), "SHA-256 of the public key."),
                may("plaintext", .hex(32), "SHA-256 of the padded plaintext."),
            ]
        case .keyfile: [may("key", .hex(32), "TEST KEY: what Argon2id makes of the passphrase.")]
        default: []
        }
    }
}
