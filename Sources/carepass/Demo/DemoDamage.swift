import Foundation
import PassportAudit
import PassportCoding

/// Damages copies of a log, so that the demo shows that damage is found and named.
enum DemoDamage {
    /// Changes one byte in the middle of the log's middle entry and returns that entry's number.
    static func changeByte(in path: String, to copy: String) throws -> Int {
        var bytes = try Files.read(
            path, maximum: Limits.auditExportBytes, what: Words.say("what.log"))
        let places = try entryPlaces(bytes)
        let entry = places.count / 2
        let place = (places[entry].lowerBound + places[entry].upperBound) / 2
        bytes[place] ^= 0x01
        try Files.write(bytes, to: copy)
        return entry
    }

    /// Cuts the log inside its last but one entry and returns that entry's number.
    static func cutTail(of path: String, to copy: String) throws -> Int {
        let bytes = try Files.read(
            path, maximum: Limits.auditExportBytes, what: Words.say("what.log"))
        let places = try entryPlaces(bytes)
        let entry = places.count - 2
        let end = (places[entry].lowerBound + places[entry].upperBound) / 2
        try Files.write(Array(bytes[..<end]), to: copy)
        return entry
    }

    /// The entries that a verification named.
    static func findings(_ verdict: [String: Any]) -> [Int] {
        (verdict["logs"] as? [[String: Any]] ?? []).flatMap { log in
            ["integrity", "completeness", "freshness", "authority"].flatMap { name in
                let findings = (log[name] as? [String: Any])?["findings"] as? [[String: Any]]
                return (findings ?? []).compactMap { $0["entry"] as? Int }
            }
        }
    }

    private static func entryPlaces(_ bytes: [UInt8]) throws -> [Range<Int>] {
        var reader = CBORReader(bytes)
        _ = try reader.next()
        var places: [Range<Int>] = []
        while !reader.isAtEnd {
            let start = reader.offset
            _ = try reader.next()
            places.append(start..<reader.offset)
        }
        return places
    }
}
