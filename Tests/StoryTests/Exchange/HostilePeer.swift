import Foundation
import PassportCrypto
import PassportExchange
import Testing

/// Somebody who listens where a daemon should, with the daemon's own TLS key or with none.
final class HostilePeer: Sendable {
    /// What it does with whoever calls.
    enum Manner: String, CaseIterable, Sendable {
        /// Takes the connection and never says anything.
        case silent
        /// Answers what is no TLS.
        case noise
        /// Answers, under the right key, what is no HTTP.
        case garbage
        /// Answers, under the right key, that the mailbox is elsewhere.
        case redirect
        /// Answers, under the right key, that all went well, and with no receipt.
        case liar
    }

    let port: Int
    private let process: Process

    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    static let reason: Comment = "no python"

    private static let script = """
        import signal, socket, ssl, sys, threading
        # A thread that takes no signals hands that down to whoever it starts.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM, signal.SIGTERM})
        # Whoever started it may be killed, and nobody would end it then.
        signal.alarm(900)
        manner, port, elsewhere, certificate, key = sys.argv[1:6]
        answers = {
            "garbage": b"\\x00\\xff" * 3000,
            "redirect": b"HTTP/1.1 307 Temporary Redirect\\r\\nLocation: https://127.0.0.1:"
                + elsewhere.encode() + b"/\\r\\nContent-Length: 0\\r\\n\\r\\n",
            "liar": b"HTTP/1.1 201 Created\\r\\nContent-Type: application/vnd.carepass."
                b"receipt+cose\\r\\nContent-Length: 4\\r\\n\\r\\nfine",
        }
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(certificate, key)
        def serve(line):
            try:
                if manner == "silent":
                    while line.recv(65536): pass
                elif manner == "noise":
                    line.sendall(b"\\x15\\x03garbage" * 500)
                else:
                    line = context.wrap_socket(line, server_side=True)
                    line.recv(65536)
                    line.sendall(answers[manner])
                    line.close()
            except OSError:
                pass
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", int(port)))
        server.listen(16)
        while True:
            threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
        """

    /// - Parameter data: a daemon's data folder, for its TLS key.
    init(_ manner: Manner, elsewhere: Int, keysIn data: String) async throws {
        let port = LoopbackPort.free()
        let process = Process()
        process.executableURL = URL(filePath: Self.python ?? "")
        process.arguments = [
            "-c", Self.script, manner.rawValue, "\(port)", "\(elsewhere)", "\(data)/tls.crt",
            "\(data)/tls.key",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.port = port
        self.process = process
        try await Poll.until("somebody listens") { LoopbackPort.isOpen(port) }
    }

    deinit { process.terminate() }
}
