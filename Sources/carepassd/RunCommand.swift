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
        try DataFolder.refuseForeign(place)
        if !Mailroom.exists(at: place) { try Self.make(place) }
        let mailroom = try await Mailroom.open(
            at: place, as: .daemon, bounds: settings.bounds,
            onBrokenDisk: Mailroom.stop)
        if case .socket(let path) = settings.listen, await SocketFile.isAnswered(path) {
            throw ServerError(
                .cannotListen, .refused, "another program listens on \(path)",
                hint: "stop it first, or choose another 'listen'")
        }
        let tls = try await Self.identity(mailroom, place)
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
        } catch let error as ServerError {
            throw error
        } catch {
            throw ServerError(
                .cannotListen, .fault, "the daemon cannot go on", hint: "start it again",
                cause: "\(type(of: error))")
        }
        await transport.shutdown()
        logger.notice("stopped")
    }

    /// The TLS key comes last: without it an earlier first start was cut short. With it and
    /// without a database something was lost, and a new log under the old keys would fork it.
    private static func make(_ place: String) throws {
        guard !TLSIdentity.wasMade(in: place) else {
            throw ServerError(
                .badSettings, .noInput, "the database is missing in \(place), and a key is there",
                hint: "restore the newest backup")
        }
        // The daemon's user must not read keys that open anything.
        for name in ["keystore.key", "carepass.sqlite"]
        where FileManager.default.fileExists(atPath: "\(place)/\(name)") {
            throw ServerError(
                .badSettings, .refused, "'\(name)' of an organisation lies in \(place)",
                hint: "choose a folder for 'data' that is the daemon's alone")
        }
        try Mailroom.create(at: place)
    }

    /// The TLS key: made at the first start, also when an earlier one was cut short. Once there
    /// are organisations it is in their manifests, and no other can take its place.
    private static func identity(
        _ mailroom: Mailroom, _ place: String
    ) async throws -> TLSIdentity {
        if !TLSIdentity.hasKey(in: place) {
            let counts = try await mailroom.counts()
            guard !TLSIdentity.wasMade(in: place), counts.hosted == 0, counts.logSize == 0 else {
                throw TLSIdentity.lost
            }
        }
        return try TLSIdentity.load(from: place)
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
