/// Decides on whose thread a commit waits for the disk: the writer's own, or that of whoever asks.
///
/// Waking the writer and then waking whoever asked takes a tenth of the time of a lone deposit.
/// Somebody who is alone keeps nobody waiting on his thread. A disk that stalls would: after one
/// slow commit the writer takes over, until the disk has been quick again for a while.
package struct CommitPlace {
    /// A commit that takes longer than this could be felt on other lines.
    package static let patience = Duration.milliseconds(10)
    /// Quick commits in a row by the writer before anybody else may try.
    package static let proofs = 16

    private var missing = proofs

    /// The disk has yet to show that it is quick.
    package init() {}

    /// True when a commit may run where it is asked for.
    ///
    /// - Parameter callers: requests that are being answered at this moment.
    package func isWithCaller(callers: Int) -> Bool { callers == 1 && missing == 0 }

    /// Takes note of how long a commit took.
    package mutating func took(_ time: Duration) {
        if time > Self.patience { yield() } else { missing = max(missing - 1, 0) }
    }

    /// The disk is about to be busy: commits are the writer's for a while.
    package mutating func yield() { missing = Self.proofs }
}
