internal import NIOCore

/// The connection on which a request came; nil where there is none, as in tests on paper.
struct ServedLine: Sendable {
    @TaskLocal static var current: ServedLine?

    /// The event loop that reads and writes it.
    let loop: any EventLoop
    /// Who is at the other end, as `ConnectionLedger` counts.
    let source: String
    /// Keeps its place when all places are taken: somebody who is known here has signed on it.
    let holdPlace: @Sendable () -> Void

    /// Waits until the loop has seen all that was written.
    ///
    /// Writing only hands bytes to the connection's event loop, and whether the line is full
    /// shows once the loop has looked at them: without a look in between, 64 fetches of 16 MB
    /// each held a gigabyte.
    static func keepPace() async throws { try await current?.loop.submit {}.get() }
}
