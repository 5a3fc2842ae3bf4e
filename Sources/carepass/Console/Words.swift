import CarePassport
import Foundation
import PassportCoding

/// Every text for people, from the locale files that are built into the program.
enum Words {
    /// The table: all English files together. English is the source of every translation.
    static let table: [String: String] = {
        var table: [String: String] = [:]
        for bytes in [
            PackageResources.en_json, PackageResources.summary_en_json,
            PackageResources.audit_en_json,
        ] {
            let part = try? JSONDecoder().decode([String: String].self, from: Data(bytes))
            table.merge(part ?? [:]) { first, _ in first }
        }
        return table
    }()

    /// What a failure says, in the table's words where it has some.
    static func message(of failure: any DescribedFailure) -> String {
        // One that names its file was put into words already.
        if failure is FileFailure { return failure.message }
        return table["error.\(failure.identifier)"] ?? failure.message
    }

    /// A text with its places filled. A key that no file has shows as itself.
    static func say(_ key: String, _ arguments: String...) -> String {
        SummaryLine(key, arguments.map { .text($0) }).text(table)
    }
}
