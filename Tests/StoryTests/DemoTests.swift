import Foundation
import Testing

/// `carepass demo`, as somebody who just cloned the project runs it.
@Suite struct DemoTests {
    private static func run(_ folder: TemporaryFolder, _ extra: [String] = []) throws -> Answer {
        try CarePassProcess(folder: folder.path)
            .run(["demo", "--out", folder.file("out"), "--input", World.demo] + extra)
    }

    @Test func printsSevenStepsAndKeepsItsFilesInItsFolder() throws {
        let folder = try TemporaryFolder()
        let answer = try Self.run(folder)
        try #require(answer.status == 0, "\(answer.summary)")
        #expect(answer.complaints.isEmpty)
        let lines = answer.text.split(separator: "\n")
        #expect(lines.count == 8)
        for (index, line) in lines.prefix(7).enumerated() {
            #expect(line.hasPrefix("\(index + 1)  "))
            // Tells how long it took, whatever that was.
            #expect(line.contains(/\(\d+\.\d s\)$/))
        }
        let outside = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { !["out", "streams", "tmp"].contains($0) }
        #expect(outside.isEmpty)
        let temporary = try FileManager.default.contentsOfDirectory(atPath: folder.file("tmp"))
        #expect(temporary.isEmpty)
        let made = Set(try FileManager.default.contentsOfDirectory(atPath: folder.file("out")))
        #expect(made.isSuperset(of: ["izmir", "athens", "munich", "izmir-to-athens.envelope"]))
        // Twice is as good as once: it empties the folder that it made itself.
        let again = try Self.run(folder, ["--json"])
        #expect(again.status == 0, "\(again.summary)")
        #expect(again.json["steps"].list.count == 7)
    }

    @Test func leavesAFolderAloneThatItDidNotMake() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.file("out"), withIntermediateDirectories: true)
        try folder.write("not yours", to: "out/letter")
        let answer = try Self.run(folder)
        #expect(answer.status == 77)
        #expect(answer.complaints.hasPrefix("error: "))
        #expect(try folder.bytes("out/letter") == Array("not yours".utf8))
    }
}
