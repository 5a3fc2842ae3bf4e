extension Area {
    /// The members of `input` of what stands on paper.
    var paperInputMembers: [Shape.Member] {
        switch self {
        case .frame: [need("text", .text, "The code's text.")]
        case .image: [need("bytes", .hex(), "The file.")]
        default: [need("codes", .list(.text), "The texts, in the order in which they were read.")]
        }
    }

    /// The members of `expected`.
    var paperExpectedMembers: [Shape.Member] {
        guard self != .image else {
            return [may("codes", .list(.text), "What stands in the codes, in order of bytes.")]
        }
        let set = may("set", .hex(8), "The set's name.")
        guard self == .frame else {
            return [set, may("envelope", .hex(32), "SHA-256 of the envelope.")]
        }
        return [
            set, may("index", .int, "The frame's number."),
            may("needed", .int, "Frames that give the envelope."),
            may("count", .int, "Frames of the set."), may("sheets", .int, "Sheets of the set."),
            may("shard", .hex(32), "SHA-256 of the frame's share."),
        ]
    }
}
