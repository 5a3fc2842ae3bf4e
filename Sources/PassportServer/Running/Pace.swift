internal import NIOCore

/// Keeps an answer from being read into memory faster than its line takes it.
///
/// Writing only hands bytes to the connection's event loop, and whether the line is full shows
/// once the loop has looked at them: without a look in between, 64 fetches of 16 MB each held a
/// gigabyte.
enum Pace {
    /// The loop of the connection on which the request came; nil where there is none.
    @TaskLocal static var loop: (any EventLoop)?

    /// Waits until the loop has seen all that was written.
    static func keep() async throws { try await loop?.submit {}.get() }
}
