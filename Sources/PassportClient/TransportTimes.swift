/// How long a transport waits. The defaults are for lines that are slow and break.
public struct TransportTimes: Hashable, Sendable {
    /// Until the other side is reached and has shown its key: 10 seconds.
    public var connect: Duration
    /// From the request's last byte to the answer's first: 30 seconds.
    public var firstByte: Duration
    /// While nothing moves in either direction, and for how long an unused line is kept:
    /// 30 seconds.
    public var idle: Duration
    /// From the request's first byte to the answer's last: 15 minutes. Bounds what a peer can
    /// hold up that sends one byte now and then.
    public var whole: Duration

    /// States times; none may be negative.
    public init(
        connect: Duration = .seconds(10), firstByte: Duration = .seconds(30),
        idle: Duration = .seconds(30), whole: Duration = .seconds(900)
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        self.whole = whole
    }
}
