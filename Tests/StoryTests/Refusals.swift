import Foundation
import GRDB
import Testing

extension Answer {
    /// Checks that a command refused as it should: with a code, in one line, and a hint at most.
    func expectRefusal(
        _ statuses: Set<Int32>, _ what: String = "",
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(!wasKilled, "\(what): \(summary)", sourceLocation: location)
        #expect(statuses.contains(status), "\(what): \(summary)", sourceLocation: location)
        let lines = complaintLines
        #expect((1...2).contains(lines.count), "\(what): \(summary)", sourceLocation: location)
        let message = lines.first ?? ""
        #expect(message.hasPrefix("error: "), "\(what): \(summary)", sourceLocation: location)
        let start = message.dropFirst("error: ".count)
        #expect(
            start.first?.isUppercase == false && !message.hasSuffix("."), "\(summary)",
            sourceLocation: location)
        #expect(
            lines.dropFirst().allSatisfy { $0.hasPrefix("hint: ") }, "\(what): \(summary)",
            sourceLocation: location)
    }
}

/// What a home holds, to be compared before and after.
struct HomeState: Equatable {
    /// Every file, to the last byte.
    let files: [String: [UInt8]]

    init(_ world: World, _ home: String) throws {
        files = try FileTree.snapshot(world.path(home))
    }

    /// Every row of every table but those of the log, which grows by design, and the signature
    /// that each entry renews.
    static func rows(_ world: World, _ home: String) throws -> [String: [String]] {
        let database = try DatabaseQueue(path: world.path("\(home)/carepass.sqlite"))
        return try database.read { database in
            let tables = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'log%'
                        AND name != 'state'
                    """)
            var rows: [String: [String]] = [:]
            for table in tables {
                rows[table] = try Row.fetchAll(database, sql: "SELECT * FROM \"\(table)\"")
                    .map { row in row.map { "\($0.0)=\(text($0.1))" }.joined(separator: ",") }
            }
            return rows
        }
    }

    private static func text(_ value: DatabaseValue) -> String {
        if case .blob(let data) = value.storage { data.base64EncodedString() } else { "\(value)" }
    }
}
