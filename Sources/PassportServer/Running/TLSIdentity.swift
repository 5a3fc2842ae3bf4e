internal import Foundation
internal import NIOCore
internal import NIOSSL
public import PassportCoding
public import PassportCrypto
internal import SwiftASN1
internal import X509

/// The daemon's TLS key and the certificate over it.
///
/// Self-signed by default: peers trust the key because a manifest pins it, so no authority can
/// make another. Whoever has a certificate from an authority puts it in place of ours over the
/// same key.
public struct TLSIdentity: Sendable {
    let certificate: NIOSSLCertificate
    let key: NIOSSLPrivateKey
    /// SHA-256 over the key's subject public key info: what manifests pin.
    public let pin: Digest

    /// The file with the key.
    public static let keyFile = "tls.key"
    static let certificateFile = "tls.crt"

    /// Names of both files in the data folder.
    public static let names = [keyFile, certificateFile]

    /// What a backup takes along: the key, and the certificate unless that has still to be made.
    ///
    /// - Throws: `badCertificate` when the key is missing: without it nobody reaches the copy.
    public static func files(in folder: String) throws(ServerError) -> [String] {
        guard hasKey(in: folder) else { throw missing }
        let hasCertificate = FileManager.default.fileExists(atPath: "\(folder)/\(certificateFile)")
        return [keyFile] + (hasCertificate ? [certificateFile] : [])
    }

    /// True when a data folder holds the key.
    public static func hasKey(in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(keyFile)")
    }

    /// True when a data folder holds anything of this: the daemon was started there before.
    public static func wasMade(in folder: String) -> Bool {
        hasKey(in: folder)
            || FileManager.default.fileExists(atPath: "\(folder)/\(certificateFile)")
    }

    private static let missing = ServerError(
        .badCertificate, .noInput, "'\(keyFile)' is missing in the data folder",
        hint: "start the daemon once, and it makes one or says why not")

    /// Why a daemon with organisations does not make a new key in place of one that was lost.
    ///
    /// It would start, and every peer and agent that pins the old one would take it for somebody
    /// else.
    public static let lost = ServerError(
        .badCertificate, .refused,
        "'\(keyFile)' is missing in the data folder, and organisations are paired with that key",
        hint: "restore the newest backup; without one, begin with an empty data folder and "
            + "let each organisation pair again: 'carepass daemon pair'")

    /// Days for which our own certificate is valid; what counts is the key.
    private static let days = 3_650

    /// The pin of the key in the data folder; changes nothing there.
    ///
    /// - Throws: `badCertificate`, also when the key is missing.
    public static func pin(in folder: String) throws(ServerError) -> Digest {
        guard hasKey(in: folder) else { throw missing }
        do {
            try refuseLoose("\(folder)/\(keyFile)")
            let key = try ownKey("\(folder)/\(keyFile)")
            return Digest.sha256(of: try key.publicKey.serializeAsPEM().derBytes)
        } catch {
            throw unusable(error)
        }
    }

    /// Reads key and certificate from the data folder, and makes them the first time.
    ///
    /// - Throws: `badCertificate`.
    public static func load(from folder: String) throws(ServerError) -> TLSIdentity {
        let key = "\(folder)/\(keyFile)"
        let certificate = "\(folder)/\(certificateFile)"
        do {
            if !FileManager.default.fileExists(atPath: key) {
                try write(Array(TLSKey.newPEM().utf8), to: key, mode: 0o600)
            }
            try refuseLoose(key)
            if !FileManager.default.fileExists(atPath: certificate) {
                let pem = try selfSigned(String(decoding: read(key), as: UTF8.self))
                try write(Array(pem.utf8), to: certificate, mode: 0o644)
            }
            let chain = try NIOSSLCertificate.fromPEMFile(certificate)
            guard let first = chain.first else {
                throw ServerError(.badCertificate, "\(certificateFile) holds no certificate")
            }
            let pin = Digest.sha256(of: try first.extractPublicKey().toSPKIBytes())
            // A pair that does not match would start, be pinned, and let nobody in.
            let own = try ownKey(key)
            guard try Certificate(derEncoded: first.toDERBytes()).publicKey == own.publicKey else {
                throw ServerError(
                    .badCertificate, .refused,
                    "\(certificateFile) is not over the key in \(keyFile)",
                    hint: "move \(certificateFile) away to have a new one made over this key")
            }
            return TLSIdentity(
                certificate: first, key: try NIOSSLPrivateKey(file: key, format: .pem), pin: pin)
        } catch {
            throw unusable(error)
        }
    }

    private static func ownKey(_ path: String) throws -> Certificate.PrivateKey {
        try Certificate.PrivateKey(pemEncoded: String(decoding: read(path), as: UTF8.self))
    }

    private static func unusable(_ error: any Error) -> ServerError {
        (error as? ServerError)
            ?? ServerError(
                .badCertificate, .refused, "the TLS key or certificate cannot be used",
                hint: "put both, \(keyFile) and \(certificateFile), back from the newest backup")
    }

    private static func refuseLoose(_ path: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw ServerError(
                .badCertificate, .refused, "others can read \(keyFile)",
                hint: "chmod 600; if others may have read it, do as if the machine was stolen")
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    private static func write(_ bytes: [UInt8], to path: String, mode: Int) throws {
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(bytes), attributes: [.posixPermissions: mode])
        else { throw CocoaError(.fileWriteUnknown) }
        // A power cut after a pairing must not leave everybody with the pin of a lost key.
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.synchronize()
        try file.close()
    }

    /// A certificate that says nothing: whoever looks at the line learns no name from it.
    private static func selfSigned(_ pem: String) throws -> String {
        let key = try Certificate.PrivateKey(pemEncoded: pem)
        let name = try DistinguishedName { CommonName("carepassd") }
        let now = Date()
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: now.addingTimeInterval(-86_400),
            notValidAfter: now.addingTimeInterval(Double(days) * 86_400), issuer: name,
            subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
            }, issuerPrivateKey: key)
        return try certificate.serializeAsPEM().pemString
    }

    /// TLS 1.3 and nothing older.
    func configuration() -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv13
        configuration.maximumTLSVersion = .tlsv13
        // How long a line that is closed waits for the other side to close it too: whoever keeps a
        // line and does nothing with it does not answer. At the library's 5 s, one such line made
        // an end take 5.0 s.
        configuration.shutdownTimeout = .seconds(1)
        return configuration
    }
}
