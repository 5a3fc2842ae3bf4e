import Foundation
import PassportPaper
import Testing

@testable import passport_vectors

/// Pictures that were made to do harm. Whatever they are: a plain refusal, in bounded time.
@Suite(.serialized) struct HostilePictureTests {
    private static func png(width: Int, height: Int) -> [UInt8] {
        Raster.pngMagic + Raster.header(width, height)
    }

    @Test("Bombs, lies and rubbish are refused with 65, and nothing is written")
    func refused() throws {
        let world = try World(empty: ())
        let cases: [(String, [UInt8])] = [
            ("a picture of four thousand million pixels", Self.png(width: 65_000, height: 65_000)),
            ("sides that overflow", Self.png(width: 0xFFFF_FFFF, height: 0xFFFF_FFFF)),
            ("no pixels", Self.png(width: 0, height: 7)),
            ("a header alone", Self.png(width: 9, height: 9)),
            ("a JPEG that ends", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]),
            ("a grey map of absurd sides", Array("P5\n999999999999 9\n255\n".utf8)),
            ("a grey map of no side", Array("P5\n-1 9\n255\n".utf8)),
            ("a grey map without pixels", Array("P5\n20000 5000\n255\n".utf8)),
            (
                "a grey map of endless digits",
                Array("P5\n".utf8) + [UInt8](repeating: 49, count: 99)
            ),
            ("a PDF without a page", Array("%PDF-1.4\n".utf8)),
            ("nothing", []), ("text", Array("not a picture".utf8)),
            ("a script", Array("#!/bin/sh\nid\n".utf8)),
        ]
        for (name, bytes) in cases {
            let file = try world.folder.write(bytes, to: "picture")
            let answer = try world.run(
                nil, ["scan", file, "--out", world.path("scanned.envelope")])
            #expect(answer.status == 65 && !answer.wasKilled, "\(name): \(answer.summary)")
            #expect(answer.complaintLines.count <= 2, "\(name): \(answer.complaints)")
        }
        #expect(!FileManager.default.fileExists(atPath: world.path("scanned.envelope")))
        let missing = try world.run(nil, ["scan", world.path("no"), "--out", world.path("out")])
        missing.expectRefusal([66])
    }

    @Test("Pages of any size are drawn small, and end as pictures without a code of ours")
    func endlessPages() throws {
        let world = try World(empty: ())
        let code = try QRCode("N", version: 1, level: .medium)
        for box in ["0 0 1000000000 1000000000", "0 0 1 1000000000", "0 0 0 0", "0 0 600 800"] {
            let file = try world.folder.write(Raster.pdf(code, module: 4, box: box), to: "picture")
            let answer = try world.run(
                nil, ["scan", file, "--out", world.path("scanned.envelope")])
            #expect([65, 66].contains(answer.status), "\(box): \(answer.summary)")
        }
    }

    @Test(
        "Behind the fence there is no network, no file to write, no other process",
        arguments: ["closed", "programs", "drawing"])
    func fence(_ kind: String) throws {
        let world = try World(empty: ())
        let secret = try world.folder.write([1, 2, 3], to: "keystore.key")
        let probe = CarePassProcess.products.appending(path: "fence-probe").path
        // Through a pipe: behind the closed fence no file can be written, not even this one.
        let answer = try world.process(nil).run(
            URL(filePath: "/bin/sh"),
            ["-c", "exec 7>&1; \"$0\" \"$1\" \"$2\" | cat", probe, kind, secret])
        let said = Dictionary(
            answer.text.split(separator: "\n").map { line -> (String, Int) in
                let words = line.split(separator: " ")
                return (String(words[0]), Int(words[1]) ?? -1)
            }, uniquingKeysWith: { $1 })
        for what in [
            "inet", "unix", "read", "write", "create", "trace", "kill", "uring", "truncate", "mode",
            "modeat", "times", "attribute", "rename", "unlink", "folder", "link", "signal", "queue",
            "limit", "priority", "root", "handle", "tree", "handed-down", "owner", "owner-ex",
            "owner-ioctl", "signal-number", "session", "group", "message", "modeat2",
            "attribute-at",
            "remove-attribute-at", "file-attribute", "to-come", "secret-memory", "watch", "watches",
        ] {
            let number = try #require(said[what], "\(answer.text)")
            #expect(number != 0, "\(what) was let through")
        }
        #expect(try world.folder.bytes("keystore.key") == [1, 2, 3])
        // What draws pages may be run, and is behind the fence too; itself it starts nothing, and
        // has no memory that nobody counts.
        let draws = kind != "closed"
        #expect((said["program"] == 0) == draws && (said["flags"] == 0) == draws)
        let starts = kind == "programs"
        for what in ["memory", "pipe", "splice", "death-signal"] {
            #expect((said[what] == 0) == starts, "\(what): \(answer.text)")
        }
        #expect((said["fork"] == 0) == starts && (said["run"] == 0) == starts)
        if starts { #expect(said["child"] != 0) }
    }

    @Test(
        "The reader of pictures hears nothing of passphrases, and raises its fence before it reads")
    func noSecrets() throws {
        let world = try World(empty: ())
        let program = CarePassProcess.products.appending(path: "carepass-scan")
        let process = Process()
        process.executableURL = program
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // The first bytes say what it is, and the rest never comes until the fence was seen.
        try input.fileHandleForWriting.write(
            contentsOf: Data(Self.png(width: 9, height: 9).prefix(8)))
        let status = "/proc/\(process.processIdentifier)/status"
        let end = Date().addingTimeInterval(60)
        var seen = ""
        while Date() < end, !seen.contains("Seccomp:\t2") {
            seen = (try? String(contentsOfFile: status, encoding: .utf8)) ?? ""
        }
        #expect(seen.contains("Seccomp:\t2") && seen.contains("NoNewPrivs:\t1"))
        // Limits that the kernel holds it to: seconds of processor time, bytes of memory.
        let limits = try String(
            contentsOfFile: "/proc/\(process.processIdentifier)/limits", encoding: .utf8)
        for (name, most) in [("Max cpu time", 60), ("Max address space", 1_610_612_736)] {
            let row = limits.split(separator: "\n").first { $0.hasPrefix(name) }
            let words = (row ?? "").split(separator: " ").compactMap { Int($0) }
            #expect(words == [most, most], "\(name): \(row ?? "")")
        }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 65)
        // What `carepass` starts has an empty environment: under strace it is seen.
        let file = try world.folder.write(Array("not a picture".utf8), to: "picture")
        let trace = world.path("trace")
        let traced = try world.process(nil).run(
            URL(filePath: "/usr/bin/strace"),
            [
                "-f", "-v", "-s", "400", "-e", "trace=execve", "-o", trace,
                CarePassProcess.executable.path, "scan", file, "--out", world.path("out"),
            ])
        #expect(traced.status == 65, "\(traced.summary)")
        let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
        let started = lines.filter { $0.contains("execve(") && $0.contains("carepass-scan\"") }
        #expect(!started.isEmpty)
        for line in started { #expect(line.contains("[]"), "\(line)") }
    }
}
