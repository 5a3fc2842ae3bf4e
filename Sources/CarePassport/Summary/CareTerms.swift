/// The layer of the intervention pyramid.
public enum Layer: Vocabulary {
    /// `layer`.
    public static let name = "layer"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "basic-services",
        2: "community-support",
        3: "focused-support",
        4: "specialised-services",
    ]
}

/// The kind of place, never the place.
public enum Setting: Vocabulary {
    /// `setting`.
    public static let name = "setting"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "primary-care",
        2: "hospital",
        3: "specialised-clinic",
        4: "community-centre",
        5: "school",
        6: "reception-centre",
        7: "home",
        8: "remote",
        9: "mobile-team",
    ]
}

/// How sessions are held.
public enum Mode: Vocabulary {
    /// `mode`.
    public static let name = "mode"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "individual",
        2: "group",
        3: "family",
        4: "guided-digital",
        5: "unguided-digital",
        6: "phone",
    ]
}

/// Where a course stands.
public enum InterventionStatus: Vocabulary {
    /// `intervention-status`.
    public static let name = "intervention-status"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "planned",
        2: "in-progress",
        3: "on-hold",
        4: "completed",
        5: "stopped",
    ]
}

/// Why a course or an episode ended.
public enum StopReason: Vocabulary {
    /// `stop-reason`.
    public static let name = "stop-reason"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "end-of-care",
        2: "single-consultation",
        3: "moved",
        4: "referred",
        5: "cannot-reach-service",
        6: "lost",
        7: "deceased",
        8: "declined",
        9: "other",
    ]
}
