import Foundation
import Testing

/// `carepass demo`, as somebody who just cloned the project runs it.
@Suite struct DemoTests {
    private static func run(_ folder: TemporaryFolder, _ extra: [String] = []) throws -> Answer {
        try CarePassProcess(folder: folder.path)
            .run(["demo", "--out", folder.file("out"), "--input", World.demo] + extra)
    }

    @Test func printsEightStepsAndKeepsItsFilesInItsFolder() throws {
        let folder = try TemporaryFolder()
        let answer = try Self.run(folder)
        try #require(answer.status == 0, "\(answer.summary)")
        #expect(answer.complaints.isEmpty)
        let lines = answer.text.split(separator: "\n")
        #expect(lines.count == 9)
        for (index, line) in lines.prefix(8).enumerated() {
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
        #expect(again.json["steps"].list.count == 8)
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

    /// Whoever finds the files later can tell what they are, and go on in the homes.
    @Test func saysWhatEachFileIsAndHowToGoOn() throws {
        let folder = try TemporaryFolder()
        try #require(try Self.run(folder).status == 0)
        let readme = String(decoding: try folder.bytes("out/README.md"), as: UTF8.self)
        let made = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
            .filter { $0 != "README.md" && !$0.hasPrefix(".") }
        for name in made {
            #expect(readme.contains("`\(name)`") || readme.contains("`\(name)/`"), "\(name)")
        }
        let phrases = Dictionary(
            uniqueKeysWithValues: readme.matches(of: /export (\w+)='([^']+)'/)
                .map { (String($0.output.1), String($0.output.2)) })
        #expect(phrases.count == 2)
        let answer = try CarePassProcess(folder: folder.path, environment: phrases).run([
            "open", folder.file("out/athens-to-munich.envelope"), "--operator", "dr-munich",
            "--home", folder.file("out/munich"),
        ])
        #expect(answer.status == 0, "\(answer.summary)")
    }

    /// Without its input it ends at once, with one error, and empties nothing.
    @Test func missingInputIsSaidBeforeAnythingIsMade() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.file("out"), withIntermediateDirectories: true)
        try folder.write("kept", to: "out/.carepass-demo")
        let answer = try CarePassProcess(folder: folder.path)
            .run(["demo", "--out", folder.file("out"), "--input", folder.file("nowhere")])
        #expect(answer.status == 66, "\(answer.summary)")
        #expect(answer.complaints.matches(of: /error:/).count == 1)
        #expect(answer.complaints.contains("ips-example.json"))
        #expect(try folder.bytes("out/.carepass-demo") == Array("kept".utf8))
    }
}
