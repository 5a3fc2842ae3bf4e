/// How long the daemon is kept waiting by those it talks with, in seconds.
public struct Deadlines: Sendable {
    /// For a body whose signature cannot be checked before it is read.
    public var strangerBody = 20
    /// For another body that is read into memory whole.
    public var body = 600
    /// For one peer when collecting, and one way when delivering: then others have their turn, and
    /// what has not come or gone by then goes on from there the next time.
    public var turn = 900

    /// The standard.
    public init() {}
}
