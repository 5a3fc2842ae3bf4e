internal import Hummingbird

/// One path with one method, and what it does.
struct Route: Sendable {
    /// The method in upper case.
    let method: String
    /// The path with names in braces, as the description writes it; also what logs and metrics
    /// call a request, because the path itself names organisations and parcels.
    let template: String
    let answer: @Sendable (Call) async throws -> Response

    /// A part of the path between two slashes.
    private enum Segment {
        case word(Substring)
        case name(String, after: Substring, before: Substring)

        init(_ text: Substring) {
            if let open = text.firstIndex(of: "{"), let close = text.firstIndex(of: "}") {
                self = .name(
                    String(text[open..<close].dropFirst()), after: text[..<open],
                    before: text[text.index(after: close)...])
            } else {
                self = .word(text)
            }
        }

        func fits(_ given: Substring) -> Bool {
            switch self {
            case .word(let word): given == word
            case .name(_, let start, let end):
                given.utf8.count > start.utf8.count + end.utf8.count && given.hasPrefix(start)
                    && given.hasSuffix(end)
            }
        }
    }

    private let segments: [Segment]

    init(
        _ method: String, _ template: String,
        _ answer: @escaping @Sendable (Call) async throws -> Response
    ) {
        self.method = method
        self.template = template
        self.answer = answer
        segments = template.split(separator: "/", omittingEmptySubsequences: false)
            .map(Segment.init)
    }

    /// The named parts when a path is of this form. Nothing is decoded: every path has one
    /// spelling, because it is signed.
    func parameters(_ path: [Substring]) -> [String: String]? {
        guard path.count == segments.count,
            zip(segments, path).allSatisfy({ $0.fits($1) })
        else { return nil }
        var parameters: [String: String] = [:]
        for case (.name(let name, let start, let end), let given) in zip(segments, path) {
            let text = given.utf8.dropFirst(start.utf8.count).dropLast(end.utf8.count)
            parameters[name] = String(Substring(text))
        }
        return parameters
    }

    /// Every route.
    static let all: [Route] =
        PublicRoutes.all + MailboxRoutes.all + OutboxRoutes.all + OrganisationRoutes.all
}
