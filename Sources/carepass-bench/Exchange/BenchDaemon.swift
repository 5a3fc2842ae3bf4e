import Foundation
import Glibc
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportServer
import PassportStore
import PassportTrust

/// A `carepassd` of the same build, in a process of its own, on loopback.
final class BenchDaemon {
    let endpoint: Endpoint
    let exchangeKey: VerifyingKey
    let service: Service
    let folder: String
    private let log: String
    private let configuration: String
    private var process: Process?

    /// Room for a million parcels of one sender.
    private static let senderBytes = 68_719_476_736
    private static let readyWithin = 60.0

    /// Makes the data folder, with keys; nothing runs yet.
    init(_ name: String, in place: BenchFolder) throws {
        folder = place.path(name)
        configuration = place.path("\(name).conf")
        log = place.path("\(name).jsonl")
        try Mailroom.create(at: folder)
        let tls = try TLSIdentity.load(from: folder)
        let keys = try NodeKeys.load(from: folder)
        let host = "127.0.0.1:\(try Self.freePort())"
        endpoint = Endpoint(address: try ServiceAddress("https://\(host)"), pin: tls.pin)
        exchangeKey = keys.exchange.verifyingKey
        service = Service(
            address: "https://\(host)", tlsKeyHash: tls.pin, logKey: keys.log.verifyingKey)
        let settings =
            "data = \(folder)\nlisten = \(host)\naddress = https://\(host)\n"
            + "bytes-per-sender = \(Self.senderBytes)\n"
        try Data(settings.utf8).write(to: URL(filePath: configuration))
    }

    /// Works on the folder while no daemon runs.
    func whileStopped(_ body: (Mailroom) async throws -> Void) async throws {
        let mailroom = try await Mailroom.open(
            at: folder, as: .daemon, bounds: MailroomBounds(senderBytes: Self.senderBytes)
        ) {}
        try await body(mailroom)
        try mailroom.close()
    }

    /// Gives organisations a mailbox, each of which follows all of the others.
    func host(_ hosted: BenchOrganisation, following peers: [BenchOrganisation]) async throws {
        try await whileStopped { mailroom in
            try await mailroom.host(hosted.identity, now: .system)
            for peer in peers {
                try await mailroom.follow(
                    peer.identity, by: hosted.organisation, now: .system)
            }
        }
    }

    func start() throws {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "carepassd")
        try Data().write(to: URL(filePath: log))
        let process = Process()
        process.executableURL = program
        process.arguments = ["run", "--config", configuration]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        self.process = process
        let end = Date().addingTimeInterval(Self.readyWithin)
        while try !String(contentsOfFile: log, encoding: .utf8).contains("\"ready\"") {
            guard process.isRunning, Date() < end else {
                throw BenchFault(what: "carepassd did not start: \(log)")
            }
            usleep(20_000)
        }
    }

    /// How long the daemon itself took over the requests of a route, by what its log says: from a
    /// request's head until the answer is ready, without the waits for the body.
    func times(_ method: String, _ route: String) throws -> [Duration] {
        struct Line: Decodable {
            let event: String
            let method: String?
            let route: String?
            let microseconds: Int64?
            let waited: Int64?
        }
        let text = try String(contentsOfFile: log, encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            guard let line = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)),
                line.event == "request", line.method == method, line.route == route,
                let time = line.microseconds, let waited = line.waited
            else { return nil }
            return .microseconds(time - waited)
        }
    }

    func stop() {
        process?.terminate()
        process?.waitUntilExit()
        process = nil
    }

    deinit { stop() }

    /// A line of what the kernel says of the process, in bytes: `VmRSS` now, `VmHWM` at most.
    func memory(_ name: String) throws -> Int {
        let status = try String(
            contentsOfFile: "/proc/\(process?.processIdentifier ?? 0)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        let number = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
        guard let number else { throw BenchFault(what: "no \(name)") }
        return number * 1_024
    }

    private static func freePort() throws -> UInt16 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(socket, pointer, length) == 0
                    ? getsockname(socket, pointer, &length) : -1
            }
        }
        guard status == 0 else { throw BenchFault(what: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}

/// A folder that goes when the bench is done.
final class BenchFolder: Sendable {
    private let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(
            path: "carepass-bench-\(Hexadecimal.encode(Randomness.system.bytes(4)))")
        try FileManager.default.createDirectory(
            at: root, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func path(_ name: String) -> String { root.appending(path: name).path }
}

/// Something that a bench needs and did not get.
struct BenchFault: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}

extension Timestamp {
    static var system: Timestamp { Timestamp(clamping: Int64(Date().timeIntervalSince1970)) }
}
