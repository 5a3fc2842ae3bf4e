public import PassportExchange
public import PassportStore

/// What the one configuration file says.
public struct Settings: Hashable, Sendable {
    /// The folder that holds everything: database, parcels, keys.
    public var data: String
    /// Where to listen: a number of this machine and a port, or a socket file.
    public var listen: ListenPlace
    /// Where others reach this daemon; nil when nobody can, and it collects.
    public var address: ServiceAddress?
    /// Where metrics are read, in plain HTTP: a number of this machine itself; nil for nowhere.
    public var metrics: ListenPlace?
    /// The lowest level that is logged.
    public var logLevel: LogLevel
    /// Connections at once, all together.
    public var connections: Int
    /// Connections at once from one address.
    public var connectionsPerAddress: Int
    /// Bytes that one organisation may have lying in one mailbox.
    public var bytesPerSender: Int
    /// Bytes that may lie for one organisation, whoever brought them.
    public var bytesPerOrganisation: Int
    /// Seconds between two rounds of collecting.
    public var collectSeconds: Int64

    /// A place to listen on.
    public enum ListenPlace: Hashable, Sendable, CustomStringConvertible {
        /// A number of this machine, and a port; port 0 for any that is free.
        case machine(host: String, port: Int)
        /// A socket file.
        case socket(path: String)

        /// As the file writes it.
        public var description: String {
            switch self {
            case .machine(let host, let port):
                host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .socket(let path): "unix:\(path)"
            }
        }
    }

    /// How much is logged.
    public enum LogLevel: String, Hashable, Sendable, CaseIterable {
        /// Also what only developers want.
        case debug
        /// One line for each request.
        case info
        /// What somebody should look at.
        case warning
        /// What does not work.
        case error
    }

    /// The daemon's database, parcels and keys with the standard values for everything else.
    public init(data: String, listen: ListenPlace, address: ServiceAddress? = nil) {
        self.data = data
        self.listen = listen
        self.address = address
        metrics = nil
        logLevel = .info
        connections = 1_024
        connectionsPerAddress = 256
        bytesPerSender = MailroomBounds.standardSenderBytes
        bytesPerOrganisation = MailroomBounds.standardOwnerBytes(bytesPerSender)
        collectSeconds = 60
    }

    /// What the daemon keeps for each organisation at most.
    public var bounds: MailroomBounds {
        MailroomBounds(senderBytes: bytesPerSender, ownerBytes: bytesPerOrganisation)
    }

    /// The address under which agents of this machine's organisations reach the daemon.
    ///
    /// - Parameter port: the port that is listened on, when the system chose it.
    public func ownAddress(port: Int? = nil) throws(ExchangeError) -> ServiceAddress {
        if let address { return address }
        switch listen {
        case .socket(let path): return try ServiceAddress("unix:\(path)")
        case .machine(let host, let configured):
            let host = host.contains(":") ? "[\(host)]" : host
            let port = port ?? configured
            return try ServiceAddress("https://\(host)" + (port == 443 ? "" : ":\(port)"))
        }
    }
}
