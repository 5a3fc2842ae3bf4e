import Crypto
import Foundation
import NIOSSL
import PassportCrypto
import SwiftASN1
import X509

/// A TLS key as a daemon makes one for itself, signed by nobody else.
struct TestCertificate: Sendable {
    private let chain: [NIOSSLCertificateSource]
    private let key: NIOSSLPrivateKey
    /// SHA-256 over the subject public key info, computed without the code under test.
    let pin: PassportCrypto.Digest

    init() throws {
        let secret = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("care-passport test") }
        let now = Date()
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: .init(secret.publicKey), notValidBefore: now.addingTimeInterval(-60),
            notValidAfter: now.addingTimeInterval(3_600), issuer: name, subject: name,
            extensions: Certificate.Extensions(), issuerPrivateKey: .init(secret))
        let bytes = Array(try certificate.serializeAsPEM().pemString.utf8)
        chain = try NIOSSLCertificate.fromPEMBytes(bytes).map { .certificate($0) }
        key = try NIOSSLPrivateKey(bytes: Array(secret.pemRepresentation.utf8), format: .pem)
        pin = Digest.sha256(of: Array(secret.publicKey.derRepresentation))
    }

    func context(_ version: TLSVersion) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = version
        configuration.maximumTLSVersion = version
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
