internal import NIOCore
internal import NIOPosix

/// A socket file on this machine.
public enum SocketFile {
    /// True when somebody answers at a socket file: whoever listens there anew would take the
    /// file away, and the other program listen on where nobody finds it.
    public static func isAnswered(_ path: String) async -> Bool {
        let answered = try? await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(unixDomainSocketPath: path).get()
        try? await answered?.close()
        return answered != nil
    }
}
