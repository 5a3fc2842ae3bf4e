public import PassportCoding

/// Where an object's status stands: a list's address and a random index in it.
///
/// In CWT claims this is `{"status_list": {"idx", "uri"}}` (draft-ietf-oauth-status-list).
public struct StatusReference: Hashable, Sendable {
    /// The list's address; equal to the list's `sub`.
    public let uri: String
    /// The index in the list.
    public let index: Int

    /// Names an entry of a list.
    public init(uri: String, index: Int) {
        self.uri = uri
        self.index = index
    }

    /// Reads the claim's value.
    public init(_ value: CBORValue) throws(CodingError) {
        var outer = try value.fields()
        var inner = try outer.take(text: "status_list").fields()
        index = try inner.take(text: "idx").int(in: 0...(TokenStatusList.maximumEntries - 1))
        uri = try inner.take(text: "uri").text(maximum: Limits.addressBytes)
        // Two texts with different bytes may be equal to Swift; in ASCII none are.
        guard uri.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw CodingError(.unexpectedItem, "status reference: an address not in ASCII")
        }
        try inner.finishExactly()
        try outer.finishExactly()
    }

    /// The claim's value.
    public var item: CBORItem {
        let inner = CBORMap([
            (.text("idx"), CBORItem(index)), (.text("uri"), .text(uri)),
        ])
        return .map(CBORMap([(.text("status_list"), .map(inner))]))
    }
}
