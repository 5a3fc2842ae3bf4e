import ArgumentParser
import Foundation
import Glibc
import Logging
import PassportClient
import PassportCoding
import PassportExchange
import PassportServer
import PassportStore
import ServiceLifecycle
import UnixSignals

/// `carepassd run`: takes, keeps and forwards until it is told to stop.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the daemon; SIGTERM drains and stops.")

    @OptionGroup var options: ConfigOptions

    func run() async throws {
        let settings = try options.settings()
        let logger = Self.logger(settings.logLevel)
        let place = settings.data
        // The TLS key comes last: without it an earlier first start was cut short. With it and
        // without a database something was lost, and a new log under the old keys would fork it.
        let wasStarted = TLSIdentity.files.contains {
            FileManager.default.fileExists(atPath: "\(place)/\($0)")
        }
        if !wasStarted, !Mailroom.exists(at: place) { try Mailroom.create(at: place) }
        let mailroom = try await Mailroom.open(
            at: place, as: .daemon, onBrokenDisk: Mailroom.stop)
        let tls = try TLSIdentity.load(from: place)
        let endpoint = Endpoint(address: try settings.ownAddress(), pin: tls.pin)
        let transport = try PinnedTransport()
        let daemon = Daemon(
            mailroom: mailroom, settings: settings, endpoint: endpoint, transport: transport,
            now: { .system })
        let services = try DaemonServices.all(daemon, tls: tls, logger: logger) { _ in
            if case .socket(let path) = settings.listen {
                // Agents run as other users of this machine; what they may do, their keys say.
                _ = unsafe chmod(path, 0o660)
            }
            logger.notice("ready", metadata: ["listen": .string(settings.listen.description)])
        }
        var configuration = ServiceGroupConfiguration(
            services: (services + [LastCall(seconds: Self.drainSeconds + 5)]).map {
                .init(service: $0)
            },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // Whoever is in the middle of something may end it; whoever only holds the line may not
        // hold us. What was not acknowledged is sent again.
        configuration.maximumGracefulShutdownDuration = .seconds(Self.drainSeconds)
        let group = ServiceGroup(configuration: configuration)
        do {
            try await group.run()
        } catch {
            throw ServerError(
                .cannotListen, .fault, "the daemon cannot go on",
                hint: "is \(settings.listen) free, and may this user listen there?",
                cause: "\(type(of: error))")
        }
        await transport.shutdown()
        logger.notice("stopped")
    }

    /// Seconds for requests under way to end after SIGTERM.
    private static let drainSeconds = 15

    private static func logger(_ level: Settings.LogLevel) -> Logger {
        var logger = Logger(label: "carepassd") { JSONLogHandler(label: $0) }
        logger.logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
        return logger
    }
}

/// Ends the program some time after it was told to stop, whoever still holds a line: everything
/// that was acknowledged is on the disk.
private struct LastCall: Service {
    let seconds: Int

    func run() async throws {
        try? await gracefulShutdown()
        let seconds = seconds
        Task.detached {
            try? await Task.sleep(for: .seconds(seconds))
            Glibc.exit(0)
        }
    }
}
