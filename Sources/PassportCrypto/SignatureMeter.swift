internal import Synchronization

/// Counts the signatures that are verified while it is in place, so that tests can hold a bound
/// on work without a clock.
package final class SignatureMeter: Sendable {
    /// The meter in place, if there is one.
    @TaskLocal package static var current: SignatureMeter?

    private let counter = Atomic<Int>(0)

    package init() {}

    /// Signatures looked at so far.
    package var count: Int { counter.load(ordering: .relaxed) }

    func add() { counter.wrappingAdd(1, ordering: .relaxed) }
}
