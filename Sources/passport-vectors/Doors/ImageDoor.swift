import Foundation
import PassportCoding

extension Door {
    /// Pictures are read by the program that is there for it, beside this one.
    static func image(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "carepass-scan")
        let (picture, codes) = (try ScratchFile(bytes), try ScratchFile([]))
        process.standardInput = try FileHandle(forReadingFrom: picture.place)
        process.standardOutput = try FileHandle(forWritingTo: codes.place)
        process.standardError = FileHandle.nullDevice
        process.environment = [:]
        try process.run()
        process.waitUntilExit()
        switch process.terminationStatus {
        case 0:
            let lines = String(decoding: try Data(contentsOf: codes.place), as: UTF8.self)
                .split(separator: "\n").map(String.init)
            return .accepted(["codes": .list(lines.sorted().map { .text($0) })])
        case 65: return Outcome(verdict: .malformed, code: nil, expected: .object([:]))
        case let other: throw VectorProblem("the reader of pictures ended with \(other)")
        }
    }
}

/// A file that is gone with its owner: a pipe could fill and hold both ends up.
private final class ScratchFile {
    let place: URL

    init(_ bytes: [UInt8]) throws {
        place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(bytes).write(to: place)
    }

    deinit { try? FileManager.default.removeItem(at: place) }
}
