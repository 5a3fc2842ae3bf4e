public import PassportCoding
public import PassportCrypto
public import PassportExchange

extension ExchangeCaller {
    /// Fetches a parcel into a file, from where the file ends, and goes on after cuts.
    ///
    /// When it returns, the file is durable and its bytes are those of the digest; its folder is
    /// not synced. A file whose bytes are others is removed.
    ///
    /// - Parameters:
    ///   - digest: SHA-256 over the whole parcel.
    ///   - length: bytes of the whole parcel.
    ///   - file: a path; made with mode 0600 when there is none. What lies there is taken for the
    ///     parcel's beginning.
    ///   - maximumAttempts: requests that are made, at most; at least 1.
    /// - Returns: bytes that came over the line, which are fewer than the parcel when some were
    ///   there.
    /// - Throws: `unreachable` when the last attempt was cut too, `wrongDigest` when the daemon
    ///   has other bytes; as `call`.
    public func downloadParcel(
        from endpoint: Endpoint, _ path: String, digest: Digest, length: Int, to file: String,
        maximumAttempts: Int
    ) async throws(ExchangeError) -> ExchangeReply<Int> {
        var received = 0
        var attempt = 1
        while true {
            var start = try LocalFile.size(of: file)
            if start > length {
                try LocalFile.remove(file)
                start = 0
            }
            do throws(ExchangeError) {
                if start < length || length == 0 {
                    let reply = try await part(endpoint, path, from: start, length, to: file)
                    if case .problem(let problem) = reply {
                        guard start > 0, problem.code == Problem.Kind.wrongRange.code,
                            attempt < maximumAttempts
                        else { return .problem(problem) }
                        // What is here is none of the parcel's beginning.
                        try LocalFile.remove(file)
                    }
                }
                let size = try LocalFile.size(of: file)
                received += max(size - start, 0)
                if size == length, try check(file, digest, length) { return .success(received) }
                // Only what was here before can be at fault, or a part that was cut short.
                guard start > 0 || (1..<max(length, 1)).contains(size), attempt < maximumAttempts
                else {
                    throw ExchangeError(
                        .wrongDigest, .refused, "what was fetched is not what was asked for")
                }
            } catch {
                guard attempt < maximumAttempts, try goesOn(after: error, file, start, &received)
                else { throw error }
            }
            attempt += 1
            await pause(attempt)
        }
    }

    private func part(
        _ endpoint: Endpoint, _ path: String, from start: Int, _ length: Int, to file: String
    ) async throws(ExchangeError) -> ExchangeReply<IncomingAnswer> {
        let fields = start > 0 ? [(name: "range", value: "bytes=\(start)-")] : []
        return try await call(
            endpoint, "GET", path, fields: fields,
            into: .file(path: file, maximum: length - start))
    }

    /// Syncs the file and compares its digest; removes it when it is another.
    private func check(
        _ file: String, _ digest: Digest, _ length: Int
    ) throws(ExchangeError) -> Bool {
        let open = try LocalFile.reading(file)
        guard try open.digest(from: 0, count: length) == digest else {
            try LocalFile.remove(file)
            return false
        }
        try open.sync()
        return true
    }

    /// True when another attempt may end otherwise: after a cut, and when a daemon that knows no
    /// ranges sent the whole behind what was there, which is then removed.
    private func goesOn(
        after error: ExchangeError, _ file: String, _ start: Int, _ received: inout Int
    ) throws(ExchangeError) -> Bool {
        switch error.code {
        case .unreachable:
            received += max(try LocalFile.size(of: file) - start, 0)
            return true
        case .overLimit where start > 0:
            try LocalFile.remove(file)
            return true
        default: return false
        }
    }
}
