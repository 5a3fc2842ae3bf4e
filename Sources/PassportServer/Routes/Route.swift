internal import Hummingbird

/// One path with one method, and what it does.
struct Route: Sendable {
    /// The method in upper case.
    let method: String
    /// The path with names in braces, as the description writes it; also what logs and metrics
    /// call a request, because the path itself names organisations and parcels.
    let template: String
    let answer: @Sendable (Call) async throws -> Response

    private let segments: [Substring]

    init(
        _ method: String, _ template: String,
        _ answer: @escaping @Sendable (Call) async throws -> Response
    ) {
        self.method = method
        self.template = template
        self.answer = answer
        segments = template.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The named parts when a path is of this form. Nothing is decoded: every path has one
    /// spelling, because it is signed.
    func parameters(_ path: [Substring]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (given, wanted) in zip(path, segments) {
            if let open = wanted.firstIndex(of: "{"), let close = wanted.firstIndex(of: "}") {
                let (start, end) = (wanted[..<open], wanted[wanted.index(after: close)...])
                guard given.hasPrefix(start), given.hasSuffix(end),
                    given.utf8.count > start.utf8.count + end.utf8.count
                else { return nil }
                parameters[String(wanted[open..<close].dropFirst())] = String(
                    given.dropFirst(start.count).dropLast(end.count))
            } else if given != wanted {
                return nil
            }
        }
        return parameters
    }

    /// Every route.
    static let all: [Route] =
        PublicRoutes.all + MailboxRoutes.all + OutboxRoutes.all + OrganisationRoutes.all
}
