/// What is within the bars that were set for it, and what is not.
actor Bars {
    static let shared = Bars()

    /// The names of what is not.
    private(set) var missed: [String] = []

    /// The end of a line: the bar, and whether it was met.
    func judge(_ name: String, _ isMet: Bool, _ bar: String) -> String {
        if !isMet { missed.append(name.drop { $0 == " " }.description) }
        return "\(bar): \(isMet ? "met" : "MISSED")"
    }
}
