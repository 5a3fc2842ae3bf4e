import Foundation
import NIOSSL
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Synchronization

/// Short where a test waits for the end, long everywhere else.
func times(
    connect: Duration = .seconds(120), firstByte: Duration = .seconds(120),
    idle: Duration = .seconds(120), whole: Duration = .seconds(300)
) -> TransportTimes {
    TransportTimes(connect: connect, firstByte: firstByte, idle: idle, whole: whole)
}

/// Runs a server over TLS 1.3 with a fresh key.
func withDaemon<Result: Sendable>(
    onSocket: Bool = false, script: @escaping TestDaemon.Script,
    _ body: (TestDaemon) async throws -> Result
) async throws -> Result {
    let certificate = try TestCertificate()
    return try await TestDaemon.run(
        certificate, .tls(try certificate.context(.tlsv13)), onSocket: onSocket, script: script,
        body)
}

/// The failure of `body`, or nil when there was none.
func failure(_ body: () async throws -> Void) async -> ExchangeError? {
    do {
        try await body()
        return nil
    } catch let error as ExchangeError {
        return error
    } catch {
        return ExchangeError(.init("\(error)"), "not a failure of the exchange")
    }
}

/// A folder that goes away with the test.
final class TestFolder {
    private let path = NSTemporaryDirectory() + "/cp-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String = "file") -> String { path + "/" + name }

    func write(_ bytes: [UInt8], _ name: String = "file") throws -> String {
        try Data(bytes).write(to: URL(filePath: file(name)))
        return file(name)
    }

    func read(_ name: String = "file") -> [UInt8]? {
        (try? Data(contentsOf: URL(filePath: file(name)))).map { [UInt8]($0) }
    }
}

/// What several threads add to.
final class Collected<Element: Sendable>: Sendable {
    private let list = Mutex<[Element]>([])
    var all: [Element] { list.withLock { $0 } }
    func add(_ element: Element) { list.withLock { $0.append(element) } }
}

/// Bytes in which every part differs from every other.
func sampleBytes(_ count: Int, seed: UInt8 = 1) -> [UInt8] {
    Randomness.repeatable(seed: Digest.sha256(of: [seed])).bytes(count)
}

/// Signs with a test key as an organisation of no consequence.
struct TestSigner: RequestSigner {
    let organisation = OrganisationID(Digest.sha256(of: [1]))

    func sign(
        _ components: RequestComponents, at now: Timestamp
    ) throws(ExchangeError) -> SignatureFields {
        var seed = [UInt8](repeating: 7, count: 32)
        guard let key = try? SigningKey(seed: SecretBytes(consuming: &seed), purpose: .exchange)
        else { throw ExchangeError(.unknownKey, "no key") }
        return try components.signed(
            for: organisation, by: key, at: now, randomness: .system)
    }
}

/// A caller at a fixed time.
func caller(_ transport: any Transport) -> ExchangeCaller {
    ExchangeCaller(transport: transport, signer: TestSigner()) {
        Timestamp(clamping: 1_800_000_000)
    }
}

/// A value that several threads change.
final class Mutexed<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    var value: Value { mutex.withLock { $0 } }
    init(_ value: Value) { mutex = Mutex(value) }

    @discardableResult
    func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        mutex.withLock { value in body(&value) }
    }
}
