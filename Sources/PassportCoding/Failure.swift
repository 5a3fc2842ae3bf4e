/// A module that fails in its own words; each module declares one empty type that conforms.
///
/// `Failure<Domain>` is then that module's one error struct, named by a type alias
/// (`CodingError`, `TrustError`, …).
public protocol FailureDomain: Sendable {
    /// The module's name as it stands before the code, for example `coding`.
    static var name: String { get }
}

/// What a caller can do about a failure; the command line maps it to an exit code.
public enum FailureKind: String, Sendable, Hashable {
    /// The input is malformed, truncated, oversized or ambiguous.
    case badInput
    /// Something the caller named does not exist.
    case noInput
    /// The input is well formed, and the rules say no.
    case refused
    /// Nothing could be written; what was there before is unchanged.
    case cannotWrite
    /// The program or its surroundings broke; not the caller's fault.
    case fault
}

/// The parts of a failure that any caller may read without knowing the module.
public protocol DescribedFailure: Error, Sendable {
    /// What a caller can do about it.
    var kind: FailureKind { get }
    /// `module.code`, stable across versions, never translated.
    var identifier: String { get }
    /// What happened and where, lower case, safe to show: no care content, no key material.
    var message: String { get }
    /// What to do about it, when there is something to do.
    var hint: String? { get }
    /// Detail for a log, under the same rule as `message`.
    var cause: String? { get }
}

/// The one error struct of a module: an open code, a message safe to show, a cause safe to log.
///
/// Equality looks at the code alone, so that tests are exact without pinning wording.
public struct Failure<Domain: FailureDomain>: DescribedFailure, Hashable, CustomStringConvertible {
    /// An open set of codes: adding one breaks no caller.
    public struct Code: Hashable, Sendable {
        /// The code's stable name, for example `unknownCriticalPart`.
        public let name: String

        /// Declares a code.
        public init(_ name: String) { self.name = name }
    }

    /// Which rule was broken.
    public let code: Code
    /// What a caller can do about it.
    public let kind: FailureKind
    /// What happened and where, safe to show.
    public let message: String
    /// What to do about it.
    public let hint: String?
    /// Detail safe to log.
    public let cause: String?

    /// Makes a failure.
    public init(
        _ code: Code, _ kind: FailureKind, _ message: String, hint: String? = nil,
        cause: String? = nil
    ) {
        self.code = code
        self.kind = kind
        self.message = message
        self.hint = hint
        self.cause = cause
    }

    /// Makes a failure of the kind `badInput`.
    public init(_ code: Code, _ message: String, hint: String? = nil, cause: String? = nil) {
        self.init(code, .badInput, message, hint: hint, cause: cause)
    }

    /// A message of a layer below with its place before it, once: what was read there may have
    /// named the place itself.
    package static func placed(_ place: String, _ message: String) -> String {
        message.hasPrefix("\(place): ") ? message : "\(place): \(message)"
    }

    /// `module.code`, stable across versions.
    public var identifier: String { "\(Domain.name).\(code.name)" }

    /// Identifier and message, for logs and test output.
    public var description: String { "\(identifier): \(message)" }

    /// Equal when the codes are equal.
    public static func == (one: Self, other: Self) -> Bool { one.code == other.code }

    /// Hashes the code alone, as equality does.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
