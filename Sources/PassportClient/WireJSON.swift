internal import Foundation
public import PassportCoding
public import PassportExchange

/// The JSON documents of requests and answers.
public enum WireJSON {
    /// The media type.
    public static let mediaType = "application/json"

    /// Reads a document of at most `Limits.wireJSONBytes`; members that are not known here are
    /// left out.
    ///
    /// - Throws: `badAnswer`, `overLimit`.
    public static func decode<Document: Decodable>(
        _ type: Document.Type, from bytes: [UInt8]
    ) throws(ExchangeError) -> Document {
        guard bytes.count <= Limits.wireJSONBytes else {
            throw ExchangeError(.overLimit, "a JSON document is too long")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw ExchangeError(.badAnswer, "not the JSON document that was asked for")
        }
    }

    /// Writes a document; equal ones have equal bytes.
    ///
    /// - Throws: `malformed`.
    public static func encode(_ document: some Encodable) throws(ExchangeError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(document))
        } catch {
            throw ExchangeError(.malformed, .fault, "a document cannot be written as JSON")
        }
    }
}
