internal import PassportCoding

/// How secrets could show themselves in what programs print.
public enum SecretLeaks {
    /// True for types whose values can be copied; the compiler decides.
    public static func isCopyable<Value>(_: Value.Type) -> Bool { true }

    /// True for types whose values can be copied; the compiler decides.
    @_disfavoredOverload
    public static func isCopyable<Value: ~Copyable>(_: Value.Type) -> Bool { false }

    /// Bytes as they could show in text: as numbers, in the package's own codings, or as they
    /// are.
    public static func forms(of bytes: [UInt8]) -> [String] {
        [
            bytes.prefix(4).map { "\($0)" }.joined(separator: ", "),
            Hexadecimal.encode(Array(bytes.prefix(4))),
            Hexadecimal.encode(Array(bytes.prefix(4))).uppercased(),
            String(Base64.encode(bytes).prefix(6)), Base32.encode(Array(bytes.prefix(5))),
            String(decoding: bytes.prefix(4), as: UTF8.self),
        ]
    }

    /// Everything that printing, describing, dumping or mirroring a value says.
    public static func texts(_ value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        let mirrored = Mirror(reflecting: value).children
            .map { "\($0.label ?? "") \(String(reflecting: $0.value))" }
        return ["\(value)", String(describing: value), String(reflecting: value), dumped] + mirrored
    }
}
