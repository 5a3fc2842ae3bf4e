/// One folder of vectors: one format, one door.
enum Area: String, CaseIterable, Sendable, Hashable {
    case cbor
    case sign1
    case sign
    case manifest
    case identity
    case staff
    case status
    case passport
    case grant
    case withdrawal
    case ring
    case slot
    case card
    case keyfile
    case disclosure
    case envelope
    case swaps
    case verification
    case section
    case auditEntry = "audit-entry"
    case auditCheckpoint = "audit-checkpoint"
    case auditProof = "audit-proof"
    case auditConsistency = "audit-consistency"
    case auditExport = "audit-export"
    case request
    case receipt
    case address
    case invitation
    case notice
    case frame
    case sheets
    case image

    /// What a vector of this area holds, in one sentence.
    var meaning: String {
        switch self {
        case .cbor: "One item of deterministic, bounded CBOR."
        case .sign1: "A COSE_Sign1, its type, and the key to verify it with."
        case .sign: "A COSE_Sign, its type, the root keys and the threshold."
        case .manifest: "A chain of key manifests, and perhaps the chain known before."
        case .identity: "An identity file, and perhaps the fingerprint that was read aloud."
        case .staff: "A certificate of a member of staff, and the organisation's identity."
        case .status: "A signed status list, and perhaps an entry to look up."
        case .passport: "A passport and its issuer's identity."
        case .grant: "A grant, the passport it is for, and the identities that are known."
        case .withdrawal: "A withdrawal, its passport, and perhaps a grant that it may end."
        case .ring: "The bytes of a ring before encryption, and the profile."
        case .slot: "One slot's secret, ciphertext and place."
        case .card: "The text of a card half, and what is derived from it."
        case .keyfile: "A key file and its passphrase."
        case .disclosure: "A disclosure and its sender's identity."
        case .envelope: "A whole opening: envelope, key, knowledge and purpose."
        case .swaps: "A whole opening after parts of two envelopes were exchanged."
        case .verification: "A whole opening that reaches one row of the verification table."
        case .section: "The plaintext of a section."
        case .auditEntry: "An audit entry as its own log keeps it."
        case .auditCheckpoint: "A checkpoint as a signed note."
        case .auditProof: "A proof that an entry is in a log."
        case .auditConsistency: "A proof that one tree begins with another."
        case .auditExport: "An exported log or one proven entry, and who may sign for it."
        case .request: "A signed request to a daemon, and the organisation that is known."
        case .receipt: "A receipt of a parcel, and whom and what it is for."
        case .address: "The address of a daemon, and its TLS key's hash."
        case .invitation: "An invitation to have a mailbox at a daemon."
        case .notice: "A sealed notice and its recipient's key."
        case .frame: "What stood in one code of a sheet."
        case .sheets: "What stood in the codes of a pile of sheets."
        case .image: "A picture of codes: PNG, JPEG, PGM or PDF."
        }
    }

    /// The shape of a whole vector file.
    var vectorShape: Shape {
        .object([
            need("version", .int, "Version of the vector format: 1."),
            need("area", .word([rawValue]), "The folder."),
            need("scenario", .text, "The file's name without its ending."),
            need("comment", .text, "The promise that holds, or the attack that is stopped."),
            need(
                "verdict", .word(Ruling.allCases.map(\.rawValue)),
                "What a reader must do."),
            may("code", .text, "The error code of the reference implementation; informative."),
            need("input", .object(inputMembers), "Everything that a reader needs."),
            may(
                "intermediate", .object(intermediateMembers),
                "Values on the way, for finding out where a reader goes wrong."),
            need("expected", .object(expectedMembers), "What a reader must find."),
        ])
    }
}
