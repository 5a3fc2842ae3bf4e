internal import Glibc
internal import PassportCoding
public import PassportCrypto

/// The two secret keys of a daemon. Neither opens anything; a thief of both can send requests
/// and say "delivered" in the daemon's name until its key is revoked, and nothing else.
///
/// A class, because a key can be lent and not copied.
public final class NodeKeys: Sendable {
    /// Signs requests and receipts of delivery.
    public let exchange: SigningKey
    /// Signs checkpoints of the daemon's own log.
    public let log: SigningKey

    /// The file's name in the daemon's folder.
    public static let fileName = "node.keys"

    /// The origin of a daemon's log, made from its key, so that nobody has to assign it.
    public static func logOrigin(of key: VerifyingKey) -> String {
        "carepass/node/" + Base64URL.encode(key.keyHash.bytes)
    }

    /// The origin of this daemon's log.
    public var logOrigin: String { Self.logOrigin(of: log.verifyingKey) }

    // {1: 1, 2: h'…', 3: h'…'}: one encoding, so that it is read without making copies.
    private static let start: [UInt8] = [0xA3, 0x01, 0x01, 0x02, 0x58, 0x20]
    private static let middle: [UInt8] = [0x03, 0x58, 0x20]
    private static let seedBytes = 32
    private static var byteCount: Int { start.count + middle.count + 2 * seedBytes }

    private init(_ exchange: borrowing SecretBytes, _ log: borrowing SecretBytes) throws {
        self.exchange = try SigningKey(seed: exchange, purpose: .exchange)
        self.log = try SigningKey(seed: log, purpose: .log)
    }

    /// Draws new keys and writes them into a folder, readable by nobody else.
    ///
    /// - Throws: `exists` when there are some already.
    public static func generate(
        in folder: String, randomness: Randomness = .system
    ) throws -> NodeKeys {
        let files = DurableFiles(disk: .real)
        let path = "\(folder)/\(fileName)"
        guard !DurableFiles.exists(path) else {
            throw StoreError(.exists, .refused, "keys are already there")
        }
        do {
            let exchange = try SecretBytes(random: seedBytes, from: randomness)
            let log = try SecretBytes(random: seedBytes, from: randomness)
            var bytes = start
            bytes.reserveCapacity(byteCount)
            unsafe exchange.withBytes { seed in
                unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: seed, count: seedBytes))
            }
            bytes += middle
            unsafe log.withBytes { seed in
                unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: seed, count: seedBytes))
            }
            defer { bytes.wipe() }
            try files.write(bytes, to: path)
            return try NodeKeys(exchange, log)
        } catch {
            throw StoreError(error)
        }
    }

    private static let unreadable = StoreError(
        .missing, .refused, "this user cannot read the file '\(fileName)'",
        hint: "the whole data folder belongs to the daemon's user: 'chown -R carepassd:'")

    /// Reads the keys of a folder.
    ///
    /// - Throws: `missing`; `exposedKeys` when others than the owner can read the file.
    public static func load(from folder: String) throws -> NodeKeys {
        let path = "\(folder)/\(fileName)"
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw unreadable }
            throw StoreError(
                .missing, .noInput, "this folder holds no daemon's keys",
                hint: "let 'carepassd' make the folder, or restore a backup")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw StoreError(
                .exposedKeys, .refused, "the daemon's keys can be read by others",
                hint:
                    "'chmod 600' on the file 'node.keys'; revoke the key if others use the machine")
        }
        guard unsafe access(path, R_OK) == 0 else { throw unreadable }
        var bytes = try DurableFiles.read(path, maximum: byteCount + 1)
        defer { bytes.wipe() }
        let second = start.count + seedBytes
        guard bytes.count == byteCount, bytes.starts(with: start),
            bytes[second...].starts(with: middle)
        else { throw StoreError(.damaged, "the file with the daemon's keys is damaged") }
        do {
            var exchange = Array(bytes[start.count..<second])
            var log = Array(bytes[(second + middle.count)...])
            return try NodeKeys(SecretBytes(consuming: &exchange), SecretBytes(consuming: &log))
        } catch {
            throw StoreError(error)
        }
    }
}
