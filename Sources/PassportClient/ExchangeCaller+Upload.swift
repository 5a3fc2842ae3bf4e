public import PassportCoding
public import PassportCrypto
public import PassportExchange

extension OutgoingBody {
    /// What is left of a body from an offset on.
    fileprivate func rest(from start: Int) -> OutgoingBody {
        switch self {
        case .bytes(let bytes): .bytes(Array(bytes.dropFirst(start)))
        case .file(let path, let offset, let count):
            .file(path: path, offset: offset + start, count: count - start)
        }
    }
}

extension ExchangeCaller {
    /// Parcels up to this many bytes are sent without asking first what has arrived: on a slow
    /// line the question takes as long as they do.
    private static let smallParcelBytes = 65_536

    /// Sends a parcel, from where the daemon has it already, and goes on after cuts.
    ///
    /// - Parameters:
    ///   - path: of the parcel; what arrived of it is asked at `path` + `/upload`.
    ///   - digest: SHA-256 over the whole parcel.
    ///   - maximumAttempts: requests with a part of the parcel that are made, at most; at least 1.
    /// - Returns: the daemon's last answer.
    /// - Throws: `unreachable` when the last attempt was cut too; as `call`.
    public func uploadParcel(
        to endpoint: Endpoint, _ path: String, _ parcel: OutgoingBody, kind: ParcelKind,
        digest: Digest, maximumAttempts: Int
    ) async throws(ExchangeError) -> ExchangeReply<IncomingAnswer> {
        // A file that is not there is no matter of the line.
        _ = try BodySource(parcel)
        var known: Int? = parcel.count <= Self.smallParcelBytes ? 0 : nil
        var attempt = 1
        while true {
            do throws(ExchangeError) {
                let offset: Int
                if let known {
                    offset = known
                } else {
                    switch try await arrived(at: endpoint, path, of: parcel.count) {
                    case .success(let count): offset = count
                    case .problem(let problem): return .problem(problem)
                    }
                }
                let rest = parcel.rest(from: offset)
                let reply = try await call(
                    endpoint, "PUT", path, body: rest, mediaType: kind.mediaType,
                    digest: offset == 0 ? digest : nil,
                    upload: .init(offset: offset, length: parcel.count))
                guard case .problem(let problem) = reply, attempt < maximumAttempts,
                    let next = Self.next(after: problem, sentFrom: offset, of: parcel.count)
                else { return reply }
                known = next
            } catch {
                guard error.code == .unreachable, attempt < maximumAttempts else { throw error }
                known = nil
            }
            attempt += 1
            await pause(attempt)
        }
    }

    /// Bytes of an upload that have arrived.
    private func arrived(
        at endpoint: Endpoint, _ path: String, of length: Int
    ) async throws(ExchangeError) -> ExchangeReply<Int> {
        switch try await document(UploadState.self, at: endpoint, path + "/upload") {
        case .success(let state):
            guard (0...length).contains(state.offset) else {
                throw PeerFailures(address: endpoint.address).badAnswer(
                    "more has arrived than was sent")
            }
            return .success(state.offset)
        case .problem(let problem) where problem.code == Problem.Kind.notFound.code:
            return .success(0)
        case .problem(let problem): return .problem(problem)
        }
    }

    /// Where to go on after a refusal that only says that the upload stands somewhere else, or
    /// that what arrived of an earlier one was spoilt; nil when the refusal stands.
    private static func next(
        after problem: Problem, sentFrom offset: Int, of length: Int
    ) -> Int? {
        switch problem.code {
        case Problem.Kind.conflict.code:
            guard let next = problem.offset, next != offset, (0...length).contains(next)
            else { return nil }
            return next
        case Problem.Kind.wrongDigest.code: return offset > 0 ? 0 : nil
        default: return nil
        }
    }
}
