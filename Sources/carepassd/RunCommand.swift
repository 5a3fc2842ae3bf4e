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
        if !FileManager.default.fileExists(atPath: "\(place)/\(NodeKeys.fileName)") {
            try Mailroom.create(at: place)
        }
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
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
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

    private static func logger(_ level: Settings.LogLevel) -> Logger {
        var logger = Logger(label: "carepassd") { JSONLogHandler(label: $0) }
        logger.logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
        return logger
    }
}
