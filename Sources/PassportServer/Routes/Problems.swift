internal import Hummingbird
internal import NIOCore
internal import PassportCoding
internal import PassportExchange
internal import PassportStore
internal import PassportTrust

extension Problem {
    /// What an error means for whoever asked. Nothing of the inside is told but a code.
    init(_ error: any Error) {
        switch error {
        case let error as Problem: self = error
        case let error as ExchangeError: self.init(exchange: error)
        case let error as StoreError: self.init(store: error)
        case let error as WrongOffset:
            self.init(
                .conflict, "the upload stands somewhere else", offset: error.offset)
        case let error as TrustError:
            self.init(
                Self.chainKinds.contains(error.code) ? .conflict : .malformed, error.message)
        case let error as any DescribedFailure:
            self.init(error.kind == .fault ? .fault : .malformed, error.message)
        case is CancellationError: self.init(.unavailable)
        default: self.init(.fault)
        }
    }

    private static let chainKinds: Set<TrustError.Code> = [
        .fork, .rollback, .retiredRoots, .brokenChain, .wrongOrganisation,
    ]

    private init(exchange error: ExchangeError) {
        let kind: Kind =
            switch error.code {
            case .unsigned: .unsigned
            case .badSignature: .badSignature
            case .unknownKey: .unknownKey
            case .skewed: .skewed
            case .wrongDigest: .wrongDigest
            case .overLimit: .tooLarge
            case .refused: .wrongType
            case .mismatch: .forbidden
            default: .malformed
            }
        self.init(kind, [error.message, error.hint].compactMap { $0 }.joined(separator: "; "))
    }

    private init(store error: StoreError) {
        switch error.code {
        case .replayed: self.init(.replayed)
        case .full: self.init(.full)
        case .mailboxFull:
            self.init(.full, [error.message, error.hint].compactMap { $0 }.joined(separator: "; "))
        case .brokenDisk: self.init(.unavailable)
        case .busy: self.init(.conflict, error.message)
        case .wrongDigest: self.init(.wrongDigest)
        case .tooLarge: self.init(.tooLarge)
        case .tooMany: self.init(.tooMany)
        case .noInvitation: self.init(.forbidden, error.message)
        case .notTaken: self.init(.forbidden)
        case .conflict: self.init(.conflict, error.message)
        case .notFound: self.init(.notFound)
        case .cannotWrite: self.init(.unavailable)
        default: self.init(.fault)
        }
    }
}
