import PassportCoding
import PassportCrypto
import PassportTrust

/// Reads a vector's input by name; a missing or ill-typed entry is a defect of the vector.
struct Input: Sendable {
    let json: JSON

    init(_ json: JSON) { self.json = json }

    func has(_ key: String) -> Bool { json.entries[key] != nil }

    func text(_ key: String) throws -> String {
        guard let text = json[key].string else { throw VectorProblem("no text '\(key)'") }
        return text
    }

    func int(_ key: String) throws -> Int {
        guard let number = json[key].number else { throw VectorProblem("no number '\(key)'") }
        return number
    }

    func bytes(_ key: String) throws -> [UInt8] { try Hexadecimal.decode(text(key)) }

    func bytesList(_ key: String) throws -> [[UInt8]] {
        try json[key].elements.map {
            guard let text = $0.string else { throw VectorProblem("not hex in '\(key)'") }
            return try Hexadecimal.decode(text)
        }
    }

    func texts(_ key: String) throws -> [String] {
        try json[key].elements.map {
            guard let text = $0.string else { throw VectorProblem("not a text in '\(key)'") }
            return text
        }
    }

    func digest(_ key: String) throws -> Digest {
        guard let digest = Digest(bytes: try bytes(key)) else {
            throw VectorProblem("no 32 bytes '\(key)'")
        }
        return digest
    }

    func identifier(_ key: String) throws -> Identifier {
        guard let identifier = Identifier(bytes: try bytes(key)) else {
            throw VectorProblem("no 16 bytes '\(key)'")
        }
        return identifier
    }

    func time(_ key: String) throws -> Timestamp { Timestamp(clamping: Int64(try int(key))) }

    func part(_ key: String) -> Input { Input(json[key]) }

    func parts(_ key: String) -> [Input] { json[key].elements.map { Input($0) } }

    func identities(_ key: String) throws -> [OrganisationID: Identity] {
        var identities: [OrganisationID: Identity] = [:]
        for bytes in try bytesList(key) {
            let identity = try Identity(decoding: bytes)
            identities[identity.organisation] = identity
        }
        return identities
    }

    func key(_ key: String) throws -> VerifyingKey {
        try VerifyingKey(rawRepresentation: bytes(key))
    }
}
