import Foundation
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportTestSupport
import Testing

/// The bytes as a secret.
func secret(_ bytes: [UInt8]) throws -> SecretBytes {
    var bytes = bytes
    return try SecretBytes(consuming: &bytes)
}

/// The bytes of a secret, for comparing with what another implementation says.
func contents(_ secret: borrowing SecretBytes) -> [UInt8] {
    unsafe secret.withBytes { bytes in
        unsafe Array(UnsafeBufferPointer(start: bytes, count: secret.count))
    }
}

/// A passphrase from text.
func passphrase(_ text: String) throws -> Passphrase {
    var bytes = Array(text.utf8)
    return try Passphrase(consuming: &bytes)
}

/// A source that gives the same bytes in every run.
func repeatable(_ number: UInt8) -> Randomness { .repeatable(seed: .sha256(of: [number])) }

/// The code under which `body` refuses, or nil when it accepts.
func refusal<Result: ~Copyable>(_ body: () throws -> Result) -> SecrecyError.Code? {
    do {
        _ = try body()
        return nil
    } catch let error as SecrecyError {
        return error.code
    } catch {
        return SecrecyError.Code("\(error)")
    }
}

/// Bytes that a corpus writes in hexadecimal of either case.
func bytes(hex: Any?) throws -> [UInt8] {
    try Hexadecimal.decode(try #require(hex as? String).lowercased())
}

/// A JSON file of the corpora.
func corpusJSON(_ path: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(Corpora.bytes(path)))
}

/// The groups of a Wycheproof file, each with its cases.
func wycheproofGroups(
    _ name: String
) throws -> [(group: [String: Any], cases: [[String: Any]])] {
    let json = try corpusJSON("wycheproof/testvectors_v1/\(name).json")
    let file = try #require(json as? [String: Any])
    return try #require(file["testGroups"] as? [[String: Any]]).map { group in
        (group, try #require(group["tests"] as? [[String: Any]]))
    }
}

/// The records of a vector file of `name = value` lines; a record begins at each `COUNT`.
func nistRecords(_ path: String) throws -> [[String: String]] {
    var records: [[String: String]] = []
    for line in String(decoding: try Corpora.bytes(path), as: UTF8.self).split(separator: "\n") {
        guard !line.hasPrefix("#"), let sign = line.firstIndex(of: "=") else { continue }
        let name = line[..<sign].trimmingCharacters(in: .whitespaces)
        let value = line[line.index(after: sign)...].trimmingCharacters(in: .whitespaces)
        if name == "COUNT" { records.append([:]) }
        if !records.isEmpty { records[records.count - 1][name] = value }
    }
    return records
}
