/// Problem details (RFC 9457): every refusal of a daemon. Safe to show and to log.
public struct Problem: Codable, Hashable, Sendable, Error {
    /// `urn:carepass:problem:` and a code.
    public var type: String
    /// What it is, in a few words.
    public var title: String
    /// The HTTP status.
    public var status: Int
    /// What to do about it.
    public var detail: String?
    /// Seconds by which the request's clock is ahead of the daemon's; negative when behind.
    public var skew: Int64?
    /// Bytes of the upload that have arrived.
    public var offset: Int?

    /// The media type.
    public static let mediaType = "application/problem+json"
    private static let prefix = "urn:carepass:problem:"

    /// One kind of problem and the status it always has.
    public struct Kind: Hashable, Sendable {
        /// The code at the end of `type`.
        public let code: String
        /// The HTTP status.
        public let status: Int
        /// What it is, in a few words.
        public let title: String

        init(_ code: String, _ status: Int, _ title: String) {
            self.code = code
            self.status = status
            self.title = title
        }

        /// The request cannot be understood.
        public static let malformed = Self("malformed", 400, "The request cannot be understood")
        /// No signature, or one that covers too little.
        public static let unsigned = Self(
            "unsigned", 401, "The request is not signed as it must be")
        /// The signature does not hold.
        public static let badSignature = Self("bad-signature", 401, "The signature does not hold")
        /// Nobody known here signed.
        public static let unknownKey = Self(
            "unknown-key", 401, "No key known here signed the request")
        /// The clocks differ.
        public static let skewed = Self("skewed", 401, "The clocks differ too much")
        /// Seen before.
        public static let replayed = Self("replayed", 401, "The request was seen before")
        /// Signed by somebody who may not do this.
        public static let forbidden = Self(
            "forbidden", 403, "This organisation may not do that here")
        /// There is no such thing, or none for whoever asks.
        public static let notFound = Self("not-found", 404, "There is nothing here")
        /// The method is none of this path's.
        public static let wrongMethod = Self("wrong-method", 405, "This path has no such method")
        /// The upload stands somewhere else, or the chains part.
        public static let conflict = Self("conflict", 409, "This does not follow what is here")
        /// The length is missing.
        public static let lengthRequired = Self("length-required", 411, "The length is missing")
        /// Too long.
        public static let tooLarge = Self("too-large", 413, "The body is too long")
        /// Not what this daemon carries.
        public static let wrongType = Self("wrong-type", 415, "This is not carried")
        /// The range lies outside.
        public static let wrongRange = Self("wrong-range", 416, "The range lies outside the parcel")
        /// The body is not what its digest says.
        public static let wrongDigest = Self(
            "wrong-digest", 422, "The bytes do not match their digest")
        /// Too much at once.
        public static let tooMany = Self("too-many", 429, "Too much at once")
        /// Header fields too long.
        public static let headersTooLarge = Self(
            "headers-too-large", 431, "The header fields are too long")
        /// Something broke here.
        public static let fault = Self("fault", 500, "Something broke here")
        /// It is stopping, or busy.
        public static let unavailable = Self("unavailable", 503, "Try again later")
        /// The disk is full.
        public static let full = Self("full", 507, "There is no room")

        /// Every kind.
        public static let all: [Kind] = [
            .malformed, .unsigned, .badSignature, .unknownKey, .skewed, .replayed, .forbidden,
            .notFound, .wrongMethod, .conflict, .lengthRequired, .tooLarge, .wrongType,
            .wrongRange, .wrongDigest, .tooMany, .headersTooLarge, .fault, .unavailable, .full,
        ]
    }

    /// States a problem.
    public init(_ kind: Kind, _ detail: String? = nil, skew: Int64? = nil, offset: Int? = nil) {
        type = Self.prefix + kind.code
        title = kind.title
        status = kind.status
        self.detail = detail
        self.skew = skew
        self.offset = offset
    }

    /// The code at the end of `type`, or nil for a type of somebody else's.
    public var code: String? {
        type.hasPrefix(Self.prefix) ? String(type.dropFirst(Self.prefix.count)) : nil
    }
}
