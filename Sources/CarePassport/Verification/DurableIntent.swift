package import PassportCrypto

/// Proof that "we are about to open this" stands in the audit log, on disk.
///
/// The store makes one after its commit has reached the disk; opening consumes it. There is no
/// other way to make one and no way to use one twice, so that no section is ever read before
/// the log says so.
public struct DurableIntent: ~Copyable, Sendable {
    /// Index of the intent entry in the log.
    public let index: UInt64
    package let subject: Digest

    package init(index: UInt64, subject: Digest) {
        self.index = index
        self.subject = subject
    }
}
