import Testing

/// What organisations do in stories, one place for the arguments of each act.
extension World {
    /// Takes in a hand-written summary of a person.
    func imports(
        _ home: String, _ supplement: String = "session-athens.json", person: String? = nil
    ) throws -> String {
        let imported = try ask(
            home,
            [
                "summary", "import", "--supplement", "\(Self.demo)/\(supplement)", "--cadre",
                "nurse",
            ] + (person.map { ["--person", $0] } ?? []))
        return try #require(imported["summary"].string)
    }

    /// Seals a summary without a card.
    func seals(_ home: String, _ summary: String) throws -> String {
        let sealed = try ask(home, ["seal", summary, "--no-card"])
        return try #require(sealed["passport"].string)
    }

    /// Packs passports that were granted, and returns the envelope's path.
    @discardableResult
    func packs(
        _ home: String, _ passports: [String], to recipient: String, as name: String,
        with extra: [String] = [], expecting status: Int32 = 0
    ) throws -> String {
        try ask(
            home, ["pack"] + passports + ["--to", recipient, "--out", path(name)] + extra,
            expecting: status)
        return path(name)
    }

    /// Pins another organisation by its file.
    @discardableResult
    func pins(
        _ home: String, _ file: String, fingerprint: String, expecting status: Int32 = 0
    ) throws -> JSONAnswer {
        try ask(
            home,
            ["peer", "add", file, "--fingerprint", fingerprint, "--trust", Self.trust],
            expecting: status)
    }

    /// Opens with the operator of a home.
    func opens(
        _ home: String, _ envelope: String, with extra: [String] = [],
        expecting status: Int32 = 0
    ) throws -> JSONAnswer {
        try ask(
            home, ["open", envelope, "--operator", "dr-\(home)"] + extra, expecting: status)
    }
}
