internal import NIOCore
public import PassportCoding
internal import PassportExchange
internal import PassportStore

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
        "connections-per-address", "bytes-per-sender", "bytes-per-organisation",
        "collect-seconds",
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
                hint: "for example 'listen = unix:/run/carepassd/socket', or "
                    + "'listen = 0.0.0.0:8443' with an 'address'")
        }
        self.init(data: absolute(data.value), listen: try listen.place(in: folder))
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
            metrics = try line.place(in: folder)
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
        try readNumbers(values)
        try refuseUnreachable(listen, values["address"])
        if let line = values["metrics"] { try refuseClash(line) }
    }

    private mutating func readNumbers(_ values: [String: Line]) throws(ServerError) {
        connections = try values["connections"]?.number(in: 8...65_536) ?? connections
        connectionsPerAddress = min(connectionsPerAddress, connections)
        if let line = values["connections-per-address"] {
            connectionsPerAddress = try line.number(in: 1...65_536)
            guard connectionsPerAddress <= connections else {
                throw line.wrong("more than all 'connections', which are \(connections)")
            }
        }
        bytesPerSender =
            try values["bytes-per-sender"]?.number(in: 67_108_864...1_099_511_627_776)
            ?? bytesPerSender
        bytesPerOrganisation = MailroomBounds.standardOwnerBytes(bytesPerSender)
        if let line = values["bytes-per-organisation"] {
            bytesPerOrganisation = try line.number(in: 134_217_728...4_398_046_511_104)
            guard bytesPerOrganisation / 2 >= bytesPerSender else {
                throw line.wrong("less than twice 'bytes-per-sender', which is \(bytesPerSender)")
            }
        }
        collectSeconds =
            Int64(try values["collect-seconds"]?.number(in: 1...86_400) ?? Int(collectSeconds))
    }

    /// Refuses what can be read and starts, and is of no use to anybody: an invitation would name
    /// a place where nobody gets through.
    private func refuseUnreachable(_ listen: Line, _ address: Line?) throws(ServerError) {
        guard let address else {
            if case .machine(let host, _) = self.listen, Self.isEvery(host) {
                throw listen.wrong(
                    "with this, 'address' has to say where the daemon is reached",
                    hint: "add for example 'address = https://mail.example.org:8443', or listen "
                        + "on one number of this machine")
            }
            do {
                _ = try ownAddress()
            } catch {
                throw listen.wrong(error.message, hint: error.hint)
            }
            return
        }
        if case .socket = self.listen {
            throw address.wrong(
                "nobody is reached there while 'listen' is a socket file",
                hint: "listen on a number and a port, for example 0.0.0.0:8443; take 'address' "
                    + "away when others cannot reach this machine")
        }
        if case .machine(let host, _) = self.address?.place, Self.isEvery(host) {
            throw address.wrong("\(host) is no place that others reach")
        }
    }

    /// Refuses metrics on the port that is listened on.
    private func refuseClash(_ line: Line) throws(ServerError) {
        guard case .machine(let host, let port) = listen,
            case .machine(let own, port) = metrics, host == own || Self.isEvery(host)
        else { return }
        throw line.wrong("'listen' has this port", hint: "for example 127.0.0.1:9464")
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "::1" || host.hasPrefix("127.")
    }

    /// True for what stands for every number of a machine.
    private static func isEvery(_ host: String) -> Bool {
        let number = try? SocketAddress(ipAddress: host, port: 0).ipAddress
        return number == "0.0.0.0" || number == "::"
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
        // Taken as it stands, it would be a folder whose name has quotes.
        for quote in ["\"", "'"] where value.hasPrefix(quote) || value.hasSuffix(quote) {
            throw wrong("values stand without quotes")
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

    /// - Parameter folder: what the path of a socket file is relative to.
    func place(in folder: String) throws(ServerError) -> Settings.ListenPlace {
        let form = "not 'number:port' or 'unix:/path'"
        if value.hasPrefix("unix:") {
            let path = String(value.dropFirst(5))
            guard !path.isEmpty else { throw wrong(form) }
            return .socket(path: try socket(path.hasPrefix("/") ? path : "\(folder)/\(path)"))
        }
        guard let colon = value.lastIndex(of: ":"),
            let port = Int(value[value.index(after: colon)...]), (0...65_535).contains(port)
        else { throw wrong(form) }
        guard port > 0 else { throw wrong("nobody could know which port 0 becomes") }
        var host = value[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw wrong(form) }
        // A name can stand for several numbers, of which one would be listened on, and can lead
        // elsewhere tomorrow.
        guard (try? SocketAddress(ipAddress: String(host), port: port)) != nil else {
            throw wrong("\(form), but a name", hint: "a number, for example 127.0.0.1:\(port)")
        }
        return .machine(host: String(host), port: port)
    }

    private func socket(_ path: String) throws(ServerError) -> String {
        let most = 107
        guard path.utf8.count <= most else {
            throw wrong(
                "the path of a socket file has at most \(most) bytes, and this one "
                    + "\(path.utf8.count)", hint: "for example unix:/run/carepassd/socket")
        }
        guard (try? ServiceAddress("unix:\(path)")) != nil else {
            throw wrong("the path of a socket file has no spaces and no letters beyond ASCII")
        }
        return path
    }
}
