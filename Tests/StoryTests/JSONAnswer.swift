import Foundation

/// Looks into JSON that a command wrote; what is not there is nil, so that expectations compare
/// with a value and say what they got.
struct JSONAnswer: CustomStringConvertible {
    private let value: Any?

    private init(_ value: Any?) { self.value = value }

    init(parsing bytes: [UInt8]) {
        value = try? JSONSerialization.jsonObject(with: Data(bytes))
    }

    subscript(_ name: String) -> JSONAnswer {
        JSONAnswer((value as? [String: Any])?[name])
    }

    subscript(_ index: Int) -> JSONAnswer {
        let list = value as? [Any] ?? []
        return JSONAnswer(list.indices.contains(index) ? list[index] : nil)
    }

    var string: String? { value as? String }
    var int: Int? { value as? Int }
    var bool: Bool? { value as? Bool }
    var list: [JSONAnswer] { (value as? [Any] ?? []).map { JSONAnswer($0) } }
    var names: [String] { (value as? [String: Any] ?? [:]).keys.sorted() }
    var strings: [String] { list.compactMap(\.string) }

    /// One spelling of the value, to compare two answers.
    var canonical: String {
        let data = value.flatMap {
            try? JSONSerialization.data(
                withJSONObject: $0, options: [.sortedKeys, .fragmentsAllowed])
        }
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    var description: String { value.map { "\($0)" } ?? "nothing" }
}
