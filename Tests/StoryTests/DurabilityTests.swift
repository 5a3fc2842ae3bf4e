import Foundation
import GRDB
import Testing

/// Whether this machine lets one process watch another's system calls.
enum Tracing {
    /// In continuous integration a missing tool is a failure and not a skip.
    static let isRequired = ProcessInfo.processInfo.environment["CAREPASS_CI"] != nil

    /// The reason why not, or nil when it works.
    static let obstacle: String? = {
        guard let folder = try? TemporaryFolder() else { return "no temporary folder" }
        let runner = CarePassProcess(folder: folder.path)
        let trial = try? runner.run(
            URL(filePath: "/usr/bin/env"), ["strace", "-f", "-o", folder.file("trace"), "true"])
        guard let trial else { return "no process can be started" }
        if trial.status == 127 { return "strace is not installed" }
        return trial.status == 0 ? nil : "this sandbox does not let strace trace"
    }()
}

/// Success is told only after what was done is on the disk, and not merely on its way there.
@Suite struct DurabilityTests {
    /// One line of a trace: a call, the path of its first descriptor, and what follows.
    private struct Call {
        let name: Substring
        let path: Substring
        let isStandardOutput: Bool

        init?(_ line: Substring) {
            guard let match = line.firstMatch(of: /(\w+)\((\d+)<([^>]*)>/) else { return nil }
            name = match.output.1
            path = match.output.3
            isStandardOutput = name == "write" && match.output.2 == "1"
        }

        var isSync: Bool { name == "fsync" || name == "fdatasync" }
        var isWrite: Bool { name == "write" || name == "pwrite64" }
    }

    private static func trace(
        _ world: World, _ home: String, _ arguments: [String]
    ) throws -> [Call] {
        let file = world.path("trace")
        // Another program has the database open: closing then neither empties nor syncs the
        // write-ahead log, and what was told rests on the sync of the commit alone.
        let watcher = try DatabaseQueue(path: world.path("\(home)/carepass.sqlite"))
        _ = try watcher.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM logEntry") }
        defer { try? watcher.close() }
        let answer = try world.process(home).run(
            URL(filePath: "/usr/bin/env"),
            [
                "strace", "-f", "-y", "-e",
                "trace=fsync,fdatasync,write,pwrite64,exit_group", "-o", file,
                CarePassProcess.executable.path,
            ] + World.signed(home, arguments))
        try #require(answer.status == 0, "\(answer.summary)")
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            .compactMap { Call($0) }
    }

    private static func check(_ calls: [Call], _ what: String) throws {
        let said = try #require(calls.firstIndex { $0.isStandardOutput }, "\(what)")
        let before = calls[..<said]
        let files = Set(
            before.filter { $0.isWrite && $0.path.contains("carepass.sqlite") }.map(\.path)
        ).filter { !$0.hasSuffix("-shm") }
        #expect(!files.isEmpty, "\(what)")
        for file in files {
            let written = try #require(before.lastIndex { $0.isWrite && $0.path == file })
            let synced = try #require(
                before.lastIndex { $0.isSync && $0.path == file }, "\(what): \(file)")
            #expect(written < synced, "\(what): \(file) was written after its last sync")
        }
        // Nothing is written to the database after success was told.
        #expect(
            !calls[said...].contains {
                $0.isWrite && $0.path.contains("carepass.sqlite") && !$0.path.hasSuffix("-shm")
            }, "\(what)")
    }

    @Test(
        .enabled(
            if: Tracing.obstacle == nil || Tracing.isRequired,
            "needs strace: \(Tracing.obstacle ?? "")"))
    func nothingIsToldBeforeItIsOnTheDisk() throws {
        try #require(Tracing.obstacle == nil, "\(Tracing.obstacle ?? "")")
        let world = try World()
        let commands: [(String, [String])] = [
            ("izmir", ["seal", world.summary, "--card", world.consentHalf]),
            (
                "izmir",
                world.grantArguments(world.passport, to: "Clinic Munich", "care")
            ),
            ("athens", ["open", world.envelope, "--operator", "dr-athens"]),
            ("izmir", ["withdraw", "--grant", world.athensGrant, "--out", world.path("w")]),
        ]
        for (home, arguments) in commands {
            try Self.check(Self.trace(world, home, arguments), arguments[0])
        }
    }

    /// Opening is logged before anything is decrypted: the intent is on the disk before the
    /// summary that was opened is written anywhere.
    @Test(
        .enabled(
            if: Tracing.obstacle == nil || Tracing.isRequired,
            "needs strace: \(Tracing.obstacle ?? "")"))
    func theIntentIsOnTheDiskBeforeTheResultIsAnywhere() throws {
        try #require(Tracing.obstacle == nil, "\(Tracing.obstacle ?? "")")
        let world = try World()
        let file = world.path("opened.json")
        let calls = try Self.trace(
            world, "athens", ["open", world.envelope, "--operator", "dr-athens", "--fhir", file])
        let result = try #require(
            calls.firstIndex { $0.isWrite && $0.path.contains("opened.json") })
        let synced = calls[..<result].filter { $0.isSync && $0.path.contains("-wal") }
        // One for the intent and one for the outcome.
        #expect(synced.count >= 2)
        // The file itself is synced before success is told, too.
        let said = try #require(calls.firstIndex { $0.isStandardOutput })
        #expect(calls[result..<said].contains { $0.isSync && $0.path.contains("opened.json") })
    }
}
