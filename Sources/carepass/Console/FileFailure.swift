import PassportCoding

/// A failure over the content of a file that a command was given, which says which one.
struct FileFailure: DescribedFailure {
    let kind: FailureKind
    let identifier: String
    let message: String
    let hint: String?
    let cause: String?

    private init(_ path: String, _ failure: any DescribedFailure) {
        kind = failure.kind
        identifier = failure.identifier
        message = Words.say("error.in-file", ViewText.clean(path), Words.message(of: failure))
        hint = failure.hint
        cause = failure.cause
    }

    /// Names the file in what goes wrong inside; nil where somebody else will.
    static func naming<Value: ~Copyable>(
        _ path: String?, _ body: () throws -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch let error as any DescribedFailure {
            guard let path else { throw error }
            throw FileFailure(path, error)
        }
    }
}
