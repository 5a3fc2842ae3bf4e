internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
public import Logging
internal import NIOCore
internal import NIOHTTPTypes
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore
public import ServiceLifecycle

/// The daemon's services, ready to be run together until somebody says stop.
public enum DaemonServices {
    /// Everything that a daemon runs.
    ///
    /// - Parameters:
    ///   - tls: key and certificate.
    ///   - onListening: called with the port once connections are taken at every place; 0 for a
    ///     socket file.
    public static func all(
        _ daemon: Daemon, tls: TLSIdentity, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> [any Service] {
        let metrics = daemon.settings.metrics
        let ready = Ready(places: metrics == nil ? 1 : 2, then: onListening)
        var services: [any Service] = [
            Listener(
                setting: "listen", place: daemon.settings.listen,
                service: try front(daemon, tls, logger) { ready.listens(port: $0) }),
            Loop { await PostOffice(daemon, logger: logger).run() },
            Loop { await upkeep(daemon, logger) },
        ]
        if daemon.settings.address == nil {
            services.append(Loop { await Collector(daemon, logger: logger).run() })
        }
        if let metrics {
            services.append(
                Listener(
                    setting: "metrics", place: metrics,
                    service: try back(daemon, metrics, logger) { ready.listens() }))
        }
        return services
    }

    /// What peers and agents see: TLS 1.3, HTTP/1.1 and 2.
    private static func front(
        _ daemon: Daemon, _ tls: TLSIdentity, _ logger: Logger,
        _ onListening: @escaping @Sendable (Int) -> Void
    ) throws -> any Service {
        let streams = StreamLedger(
            most: daemon.settings.connections,
            mostPerSource: daemon.settings.connectionsPerAddress,
            mostPerConnection: streamsPerConnection)
        let stream = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                StreamGuard(streams), PatienceHandler(PatienceHandler.Times()),
            ],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Limits.headerBytes, maxHeaderListSize: Limits.headerBytes,
                maxHeaderFieldCount: 100))
        let configuration = HTTP2UpgradeChannel.Configuration(
            idleTimeout: .seconds(60), gracefulCloseTimeout: .seconds(10),
            streamConfiguration: stream)
        let ledger = ConnectionLedger(
            most: daemon.settings.connections,
            mostPerSource: daemon.settings.connectionsPerAddress, metrics: daemon.metrics)
        let tlsConfiguration = tls.configuration()
        let server = HTTPServerBuilder { responder in
            GuardedChannel(
                inner: try HTTP2UpgradeChannel(
                    tlsConfiguration: tlsConfiguration, configuration: configuration,
                    responder: responder),
                ledger: ledger)
        }
        return Application(
            responder: Dispatcher(daemon: daemon, logger: logger), server: server,
            configuration: ApplicationConfiguration(
                address: address(daemon.settings.listen), serverName: nil),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
            logger: quiet(logger))
    }

    /// Requests at once on one HTTP/2 connection; an agent makes one after the other.
    private static let streamsPerConnection = 16

    /// What the machine itself sees: metrics, in plain HTTP on loopback.
    private static func back(
        _ daemon: Daemon, _ place: Settings.ListenPlace, _ logger: Logger,
        _ onListening: @escaping @Sendable () -> Void
    ) throws -> any Service {
        Application(
            responder: MetricsPage(daemon: daemon),
            configuration: ApplicationConfiguration(address: address(place), serverName: nil),
            onServerRunning: { _ in onListening() }, logger: quiet(logger))
    }

    private static func address(_ place: Settings.ListenPlace) -> BindAddress {
        switch place {
        case .machine(let host, let port): .hostname(host, port: port)
        case .socket(let path): .unixDomainSocket(path: path)
        }
    }

    /// The HTTP library's own lines are for its developers, and may hold what a peer sent. What
    /// stops the daemon is thrown.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = .critical
        return logger
    }

    /// Seconds between two rounds of taking away what nobody needs any more, erased bytes in the
    /// write-ahead log among it.
    private static let upkeepSeconds = 300

    private static func upkeep(_ daemon: Daemon, _ logger: Logger) async {
        while !Task.isCancelled {
            do {
                _ = try await daemon.mailroom.prune(now: daemon.now())
            } catch {
                // Told to stop, it did not fail.
                guard !Task.isCancelled else { return }
                let code = (error as? any DescribedFailure)?.identifier ?? "unknown"
                logger.error("upkeep failed", metadata: ["code": .string(code)])
            }
            try? await Task.sleep(for: .seconds(upkeepSeconds))
        }
    }
}

/// Work that goes on until the daemon is told to stop.
private struct Loop: Service {
    let work: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }
}
