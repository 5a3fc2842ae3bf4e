import Foundation
import NIOSSL
import PassportCoding
import PassportCrypto
import Testing

@testable import PassportServer

/// The daemon's TLS key.
@Suite("The TLS key") final class TLSIdentityTests {
    private let folder = NSTemporaryDirectory() + "/carepass-tls-\(UUID().uuidString)"
    private var key: String { folder + "/tls.key" }
    private var certificate: String { folder + "/tls.crt" }

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    private func refusal() -> ServerError? {
        do {
            _ = try TLSIdentity.load(from: folder)
            return nil
        } catch {
            return error
        }
    }

    @Test("made once, then the same; nobody else can read the key")
    func made() throws {
        let first = try TLSIdentity.load(from: folder)
        #expect(try mode(key) == 0o600)
        let bytes = FileManager.default.contents(atPath: key)
        let second = try TLSIdentity.load(from: folder)
        #expect(first.pin == second.pin && first.certificate == second.certificate)
        #expect(FileManager.default.contents(atPath: key) == bytes)
        #expect(
            first.pin == Digest.sha256(of: try first.certificate.extractPublicKey().toSPKIBytes()))
        _ = try NIOSSLContext(configuration: first.configuration())
        #expect(first.configuration().minimumTLSVersion == .tlsv13)
    }

    @Test("a new certificate over the same key keeps the pin; another key has another")
    func pins() throws {
        let first = try TLSIdentity.load(from: folder)
        try FileManager.default.removeItem(atPath: certificate)
        let renewed = try TLSIdentity.load(from: folder)
        #expect(renewed.pin == first.pin && renewed.certificate != first.certificate)
        try FileManager.default.removeItem(atPath: certificate)
        try FileManager.default.removeItem(atPath: key)
        #expect(try TLSIdentity.load(from: folder).pin != first.pin)
    }

    @Test("who only looks learns the pin, and makes nothing")
    func looking() throws {
        #expect(throws: ServerError(.badCertificate, "")) { try TLSIdentity.pin(in: folder) }
        #expect(throws: ServerError(.badCertificate, "")) { try TLSIdentity.files(in: folder) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        let made = try TLSIdentity.load(from: folder)
        #expect(try TLSIdentity.pin(in: folder) == made.pin)
        #expect(try TLSIdentity.files(in: folder) == ["tls.key", "tls.crt"])
        try FileManager.default.removeItem(atPath: certificate)
        #expect(try TLSIdentity.pin(in: folder) == made.pin)
        #expect(try TLSIdentity.files(in: folder) == ["tls.key"])
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: key)
        #expect(throws: ServerError(.badCertificate, "")) { try TLSIdentity.pin(in: folder) }
    }

    @Test("a key that others can read is refused", arguments: [0o640, 0o604, 0o660, 0o644])
    func loose(_ mode: Int) throws {
        _ = try TLSIdentity.load(from: folder)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
        #expect(refusal()?.code == .badCertificate)
        #expect(refusal()?.message.contains("others can read") == true)
    }

    @Test("damaged files, and a certificate over another key, are refused with words")
    func damaged() throws {
        _ = try TLSIdentity.load(from: folder)
        let good = try #require(FileManager.default.contents(atPath: certificate))
        for bytes in [Data(), Data("nonsense".utf8), good.prefix(good.count / 2)] {
            try bytes.write(to: URL(filePath: certificate))
            #expect(refusal()?.code == .badCertificate)
        }
        try good.write(to: URL(filePath: certificate))
        try FileManager.default.removeItem(atPath: key)
        // A new key beside the old certificate: nobody who pins it would get through.
        #expect(refusal()?.code == .badCertificate)
        try Data("nonsense".utf8).write(to: URL(filePath: key))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        #expect(refusal()?.code == .badCertificate)
    }
}
