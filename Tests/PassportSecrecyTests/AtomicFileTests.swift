import Foundation
import PassportCoding
import PassportSecrecy
import Testing

@Suite("Files written as a whole or not at all")
struct AtomicFileTests {
    /// A new folder, gone when the body ends.
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    private func read(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map { [UInt8]($0) }
    }

    private func mode(_ path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test(
        "the bytes are there, for the owner alone, and nothing else is", arguments: [0, 1, 100_000])
    func written(_ count: Int) throws {
        try inFolder { folder in
            let path = "\(folder)/keys"
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            try AtomicFile.write(bytes, to: path)
            #expect(read(path) == bytes)
            #expect(try mode(path) == 0o600)
            #expect(try names(folder) == ["keys"])
        }
    }

    @Test("replacing gives the new file and its mode, whatever mode the old one had")
    func replaced() throws {
        try inFolder { folder in
            let path = "\(folder)/keys"
            try Data([1, 2, 3]).write(to: URL(filePath: path))
            try FileManager.default.setAttributes(
                [.posixPermissions: NSNumber(value: 0o644)], ofItemAtPath: path)
            try AtomicFile.write([4, 5], to: path)
            #expect(read(path) == [4, 5])
            #expect(try mode(path) == 0o600)
            try AtomicFile.write([6], to: path, mode: 0o400)
            #expect(try mode(path) == 0o400)
        }
    }

    @Test("when nothing may be replaced, what is there stays, also when it is a dangling link")
    func notReplacing() throws {
        try inFolder { folder in
            let path = "\(folder)/keys"
            try AtomicFile.write([1], to: path, replacing: false)
            #expect(read(path) == [1])
            #expect(try names(folder) == ["keys"])
            #expect(
                refusal { try AtomicFile.write([2], to: path, replacing: false) } == .cannotWrite)
            #expect(read(path) == [1])
            let link = "\(folder)/link"
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: "\(folder)/nowhere")
            #expect(
                refusal { try AtomicFile.write([2], to: link, replacing: false) } == .cannotWrite)
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: link)
                    == "\(folder)/nowhere")
            #expect(try names(folder) == ["keys", "link"])
        }
    }

    @Test("of many who create one file at once, one succeeds, and the file is whole")
    func race() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/keys"
        let winners: [UInt8] = await withTaskGroup(of: UInt8?.self) { group in
            for number in 1...16 as ClosedRange<UInt8> {
                group.addTask {
                    let bytes = [UInt8](repeating: number, count: 5_000)
                    let code = refusal { try AtomicFile.write(bytes, to: path, replacing: false) }
                    return code == nil ? number : nil
                }
            }
            return await group.reduce(into: []) { found, number in
                if let number { found.append(number) }
            }
        }
        #expect(winners.count == 1)
        #expect(read(path) == winners.first.map { [UInt8](repeating: $0, count: 5_000) })
        #expect(try names(folder) == ["keys"])
    }

    @Test(
        "what a crash left behind does not stand in the way, even of a process of the same number")
    func leftovers() throws {
        try inFolder { folder in
            let path = "\(folder)/keys"
            let number = ProcessInfo.processInfo.processIdentifier
            for leftover in ["\(path).\(number).new", "\(path).new", "\(path).tmp"] {
                try Data([9]).write(to: URL(filePath: leftover))
            }
            try AtomicFile.write([1], to: path)
            try AtomicFile.write([2], to: path)
            #expect(read(path) == [2])
        }
    }

    @Test("a link is replaced by the file, and what it pointed to stays as it was")
    func link() throws {
        try inFolder { folder in
            try AtomicFile.write([1], to: "\(folder)/target")
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/link", withDestinationPath: "\(folder)/target")
            try AtomicFile.write([2], to: "\(folder)/link")
            #expect(read("\(folder)/target") == [1])
            #expect(read("\(folder)/link") == [2])
        }
    }

    @Test("where nothing can be written the error says so, and nothing is left lying")
    func failures() throws {
        try inFolder { folder in
            try FileManager.default.createDirectory(
                atPath: "\(folder)/taken", withIntermediateDirectories: false)
            for path in ["\(folder)/absent/keys", "\(folder)/taken"] {
                #expect(refusal { try AtomicFile.write([1], to: path) } == .cannotWrite)
            }
            #expect(try names(folder) == ["taken"])
            #expect(try names("\(folder)/taken").isEmpty)
        }
    }
}
