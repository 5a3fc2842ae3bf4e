internal import Foundation
public import Logging
internal import PassportCoding

/// One JSON object a line on standard error. What stands in it is chosen by whoever logs; bodies,
/// paths and queries are never among it.
public struct JSONLogHandler: LogHandler {
    /// The lowest level that is written.
    public var logLevel: Logger.Level = .info
    /// What stands in every line.
    public var metadata: Logger.Metadata = [:]
    private let label: String
    private let write: @Sendable (String) -> Void

    /// Writes to standard error.
    public init(label: String) {
        self.init(label: label) { line in
            FileHandle.standardError.write(Data(line.utf8))
        }
    }

    /// Writes wherever lines go.
    public init(label: String, write: @escaping @Sendable (String) -> Void) {
        self.label = label
        self.write = write
    }

    /// One thing that stands in every line.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line.
    ///
    /// By hand: an encoder and a formatter of dates took longer than the check of a signature,
    /// and every request waits for its line.
    public func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .mapValues(Self.value)
        let seconds = Int64(Date().timeIntervalSince1970)
        fields["time"] = Self.quoted(Timestamp(clamping: seconds).description)
        fields["level"] = Self.quoted(event.level.rawValue)
        fields["event"] = Self.quoted("\(event.message)")
        fields["from"] = Self.quoted(label)
        let members = fields.sorted { $0.key < $1.key }
            .map { Self.quoted($0.key) + ":" + $0.value }
        write("{" + members.joined(separator: ",") + "}\n")
    }

    /// A number for what is one by its type, so that whoever reads the lines can count and compare;
    /// a text of digits stays a text: a code that looks like a number must not change its form.
    private static func value(_ value: Logger.Metadata.Value) -> String {
        if case .stringConvertible(let number) = value, number is any FixedWidthInteger {
            return "\(number)"
        }
        return quoted("\(value)")
    }

    /// A JSON string (RFC 8259 §7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            // Whatever some reader of lines might take for the end of one is among these.
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{2029}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
