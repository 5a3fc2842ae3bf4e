public import PassportCoding

/// The domain of `ServerError`.
public enum ServerDomain: FailureDomain {
    /// `daemon`.
    public static let name = "daemon"
}

/// Why the daemon cannot start, or cannot do what it was asked to.
public typealias ServerError = Failure<ServerDomain>

extension Failure<ServerDomain>.Code {
    /// The configuration cannot be read, or says what cannot be.
    public static let badSettings = Self("badSettings")
    /// The TLS key or certificate cannot be used.
    public static let badCertificate = Self("badCertificate")
    /// A port or socket cannot be listened on.
    public static let cannotListen = Self("cannotListen")
}
