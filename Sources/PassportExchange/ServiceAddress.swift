public import PassportCoding
public import PassportCrypto

/// Where a daemon is reached: `https://host`, `https://host:port`, or `unix:/path` for one that
/// listens on nothing but a socket file of its own machine.
///
/// Strict, because the address is signed with each request: no path, query, user or fragment,
/// lower case, one spelling for one place.
public struct ServiceAddress: Hashable, Sendable, CustomStringConvertible {
    /// How to get there.
    public enum Place: Hashable, Sendable {
        /// A name or number of a machine, and a TCP port.
        case machine(host: String, port: Int)
        /// A socket in the file system.
        case socket(path: String)
    }

    /// The address as text.
    public let description: String
    /// How to get there.
    public let place: Place

    /// Bytes of an address.
    public static let maximumBytes = 256
    private static let secure = "https://"
    private static let local = "unix:"

    /// Reads an address.
    public init(_ text: String) throws(ExchangeError) {
        guard (1...Self.maximumBytes).contains(text.utf8.count) else {
            throw ExchangeError(.malformed, "an address has 1 to \(Self.maximumBytes) bytes")
        }
        description = text
        if text.hasPrefix(Self.local) {
            let path = String(text.dropFirst(Self.local.count))
            // 107 bytes are what a socket's name can hold.
            guard path.hasPrefix("/"), path.utf8.count <= 107,
                path.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { throw Self.malformed }
            place = .socket(path: path)
        } else if text.hasPrefix(Self.secure) {
            place = try Self.machine(text.dropFirst(Self.secure.count))
        } else {
            throw Self.malformed
        }
    }

    private static let malformed = ExchangeError(
        .malformed, "not an address of the form https://host:port or unix:/path",
        hint: "lower case, without path, query or user, and without port 443")

    private static func machine(_ rest: Substring) throws(ExchangeError) -> Place {
        var host = rest
        var port = 443
        let colon = rest.lastIndex(of: ":")
        if let colon, !rest.hasSuffix("]") {
            guard let number = Int(rest[rest.index(after: colon)...]),
                (1...65_535).contains(number), number != 443,
                rest[rest.index(after: colon)...] == "\(number)"
            else { throw malformed }
            port = number
            host = rest[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = host.dropFirst().dropLast()
            guard inner.contains(":"), inner.utf8.allSatisfy({ isHexadecimal($0) || $0 == 0x3A })
            else { throw malformed }
            return .machine(host: String(inner), port: port)
        }
        guard !host.isEmpty, host.utf8.count <= 253,
            host.split(separator: ".", omittingEmptySubsequences: false)
                .allSatisfy({ isLabel($0) })
        else { throw malformed }
        return .machine(host: String(host), port: port)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            }
    }

    /// True for a socket file: nobody outside its machine gets there.
    public var isLocal: Bool {
        if case .socket = place { true } else { false }
    }

    /// What stands before the path in `@target-uri`.
    ///
    /// A socket has no name in the network, so the key of whoever listens gives it one: a request
    /// that was signed for one daemon's socket is none for another's.
    ///
    /// - Parameter pin: SHA-256 over the daemon's TLS key.
    public func base(pin: Digest) -> String {
        isLocal ? "https://\("\(pin)".prefix(32)).invalid" : description
    }

    /// The authority of `base`, as it stands in the `Host` field.
    public func authority(pin: Digest) -> String {
        String(base(pin: pin).dropFirst(Self.secure.count))
    }
}
