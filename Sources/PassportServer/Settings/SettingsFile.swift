public import PassportCoding
internal import PassportExchange

extension Settings {
    /// Lines of a configuration file, at most; and bytes of one.
    private static let maximumLines = 1_000
    private static let maximumBytes = 65_536

    /// Reads a configuration file: `name = value`, one in a line; `#` begins a comment; nothing
    /// is quoted.
    ///
    /// - Parameter folder: what relative paths in the file are relative to.
    /// - Throws: `badSettings` with the line's number. Unknown and repeated names are refused: a
    ///   mistyped name must not mean "the default".
    public init(parsing text: String, relativeTo folder: String) throws(ServerError) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw ServerError(.badSettings, "the file is longer than \(Self.maximumBytes) bytes")
        }
        var values: [String: Line] = [:]
        // Not "\n": with a carriage return before it, the two are one character.
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard lines.count <= Self.maximumLines else {
            throw ServerError(.badSettings, "the file has more than \(Self.maximumLines) lines")
        }
        for (index, line) in lines.enumerated() {
            guard let line = try Line(line, number: index + 1) else { continue }
            guard Self.names.contains(line.name) else {
                throw line.wrong("there is no setting of this name", hint: Self.nameHint)
            }
            guard values.updateValue(line, forKey: line.name) == nil else {
                throw line.wrong("this setting stands here twice")
            }
        }
        try self.init(values, folder)
    }

    /// The names in the order in which the example file has them.
    public static let names = [
        "data", "listen", "address", "metrics", "log-level", "connections",
        "connections-per-address", "collect-seconds",
    ]

    private static let nameHint = "settings are: " + names.joined(separator: ", ")

    private init(_ values: [String: Line], _ folder: String) throws(ServerError) {
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }
        guard let data = values["data"] else {
            throw ServerError(.badSettings, "'data' is missing", hint: "name the data folder")
        }
        guard let listen = values["listen"] else {
            throw ServerError(
                .badSettings, "'listen' is missing",
                hint: "for example 'listen = 0.0.0.0:8443' or 'listen = unix:/run/carepassd/socket'"
            )
        }
        self.init(data: absolute(data.value), listen: try listen.place())
        if case .socket(let path) = self.listen {
            self.listen = .socket(path: absolute(path))
        }
        if let line = values["address"] {
            do {
                address = try ServiceAddress(line.value)
            } catch {
                throw line.wrong(error.message, hint: error.hint)
            }
            guard address?.isLocal == false else {
                throw line.wrong("others cannot reach a socket file")
            }
        }
        if let line = values["metrics"] {
            metrics = try line.place()
            guard case .machine(let host, _) = metrics, Self.isLoopback(host) else {
                throw line.wrong(
                    "metrics are read on this machine only", hint: "for example 127.0.0.1:9464")
            }
        }
        if let line = values["log-level"] {
            guard let level = LogLevel(rawValue: line.value) else {
                throw line.wrong("not a level", hint: "debug, info, warning or error")
            }
            logLevel = level
        }
        connections = try values["connections"]?.number(in: 8...65_536) ?? connections
        connectionsPerAddress =
            try values["connections-per-address"]?.number(in: 1...65_536) ?? connectionsPerAddress
        collectSeconds =
            Int64(try values["collect-seconds"]?.number(in: 1...86_400) ?? Int(collectSeconds))
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "::1" || host == "localhost"
            // A number and no name, which could lead anywhere.
            || host.hasPrefix("127.") && host.allSatisfy { $0 == "." || $0.isWholeNumber }
    }
}

/// One line of the file that says something.
private struct Line {
    let number: Int
    let name: String
    let value: String

    init?(_ line: Substring, number: Int) throws(ServerError) {
        func trimmed(_ text: Substring) -> String {
            var text = text
            while text.first?.isWhitespace == true { text.removeFirst() }
            while text.last?.isWhitespace == true { text.removeLast() }
            return String(text)
        }
        let content = trimmed(line.prefix { $0 != "#" })
        guard !content.isEmpty else { return nil }
        self.number = number
        guard let equals = content.firstIndex(of: "=") else {
            throw ServerError(.badSettings, "line \(number): not 'name = value'")
        }
        name = trimmed(content[..<equals])
        value = trimmed(content[content.index(after: equals)...])
        guard !name.isEmpty, !value.isEmpty else {
            throw ServerError(.badSettings, "line \(number): not 'name = value'")
        }
    }

    func wrong(_ why: String, hint: String? = nil) -> ServerError {
        ServerError(.badSettings, "line \(number), '\(name)': \(why)", hint: hint)
    }

    func number(in range: ClosedRange<Int>) throws(ServerError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw wrong("not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func place() throws(ServerError) -> Settings.ListenPlace {
        if value.hasPrefix("unix:") { return .socket(path: String(value.dropFirst(5))) }
        guard let colon = value.lastIndex(of: ":"),
            let port = Int(value[value.index(after: colon)...]), (0...65_535).contains(port)
        else { throw wrong("not 'number:port' or 'unix:/path'") }
        var host = value[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw wrong("not 'number:port' or 'unix:/path'") }
        return .machine(host: String(host), port: port)
    }
}
