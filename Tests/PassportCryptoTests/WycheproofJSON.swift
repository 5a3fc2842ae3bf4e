import Foundation
import PassportCoding
import PassportTestSupport
import Testing

/// Bytes that a corpus writes in hexadecimal of either case.
func bytes(hex: Any?) throws -> [UInt8] {
    try Hexadecimal.decode(try #require(hex as? String).lowercased())
}

/// A JSON file of the corpora whose top is an object.
func corpusObject(_ path: String) throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(with: Data(Corpora.bytes(path)))
    return try #require(json as? [String: Any])
}

/// The groups of a Wycheproof file, each with its cases.
func wycheproofGroups(
    _ name: String
) throws -> [(group: [String: Any], cases: [[String: Any]])] {
    let file = try corpusObject("wycheproof/testvectors_v1/\(name).json")
    return try #require(file["testGroups"] as? [[String: Any]]).map { group in
        (group, try #require(group["tests"] as? [[String: Any]]))
    }
}
