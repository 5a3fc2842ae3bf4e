import PassportCoding

/// An option that takes one of few words.
enum Choice {
    /// The value of a word.
    ///
    /// - Parameter option: its name, for the message.
    static func of<Value: RawRepresentable & CaseIterable>(
        _ text: String, _ option: String
    ) throws -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: text.lowercased()) else {
            throw CommandError(
                .badArgument, .badInput, Words.say("error.choice", ViewText.clean(text), option),
                hint: Words.say(
                    "hint.choice", Value.allCases.map(\.rawValue).joined(separator: ", ")))
        }
        return value
    }
}
