import Foundation
import PassportPaper
import Testing

@testable import passport_vectors

/// How much the reader of pictures takes, on both sides of each bound, and how long it is waited
/// for.
@Suite(.serialized) struct PictureLimitTests {
    private static let reader = CarePassProcess.products.appending(path: "carepass-scan")

    private static func map(_ width: Int, _ height: Int, pixels: Int) -> [UInt8] {
        Array("P5\n\(width) \(height)\n255\n".utf8) + [UInt8](repeating: 255, count: pixels)
    }

    private static func read(_ world: World, _ bytes: [UInt8]) throws -> Answer {
        try world.process(nil).run(reader, [], input: bytes)
    }

    /// Numbered codes.
    private static func codes(_ numbers: Range<Int>) throws -> [QRCode] {
        try numbers.map { try QRCode("N\($0)", version: 1, level: .medium) }
    }

    /// A PDF of pages that are wide and low, which are quickly read, with a code on each.
    private static func strips(_ count: Int) throws -> [UInt8] {
        try Raster.pdf(codes(0..<count).map { [$0] }, module: 8, box: "0 0 3508 240")
    }

    private static func numbers(_ answer: Answer) -> Set<String> {
        Set(answer.text.split(separator: "\n").map(String.init))
    }

    @Test(
        "A picture of two thousand codes ends, with 65, when its time is up or its codes are too many"
    )
    func thousands() throws {
        let world = try World(empty: ())
        let codes = try Raster(Self.codes(0..<2_000), scale: 2, columns: 20).greyMap
        let picture = try world.folder.write(codes, to: "many.pgm")
        let answer = try world.run(nil, ["scan", picture, "--out", world.path("never")])
        answer.expectRefusal([65])
        #expect(!FileManager.default.fileExists(atPath: world.path("never")))
    }

    @Test("A grey map has sides of 30,000 pixels and 120 million pixels at most")
    func pixels() throws {
        let world = try World(empty: ())
        for (width, height, status) in [
            (30_000, 4, 0 as Int32), (30_001, 4, 65), (4, 30_000, 0), (4, 30_001, 65),
            (12_000, 10_001, 65),
        ] {
            // One that is refused is refused for what it announces.
            let pixels = status == 0 ? width * height : 0
            let answer = try Self.read(world, Self.map(width, height, pixels: pixels))
            #expect(
                answer.status == status && !answer.wasKilled,
                "\(width) x \(height): \(answer.summary)")
            if status != 0 { #expect(answer.complaints.contains("too large")) }
        }
    }

    @Test("A file has 64 MiB at most")
    func bytes() throws {
        let world = try World(empty: ())
        let head = Self.map(4, 4, pixels: 16)
        for (count, status) in [(67_108_864, 0 as Int32), (67_108_865, 65)] {
            let bytes = head + [UInt8](repeating: 0, count: count - head.count)
            let answer = try Self.read(world, bytes)
            #expect(answer.status == status, "\(count): \(answer.summary)")
        }
    }

    @Test("A PDF has 16 pages at most; of one with more, those are read, and that is said")
    func pages() throws {
        let world = try World(empty: ())
        for (count, status) in [(16, 0 as Int32), (17, 65)] {
            let answer = try Self.read(world, Self.strips(count))
            #expect(answer.status == status, "\(count): \(answer.summary)")
            #expect(Self.numbers(answer) == Set((0..<16).map { "N\($0)" }))
            #expect(answer.complaints.contains("first 16 pages") == (count > 16))
        }
        // What was read of it counts, and who reads the answer knows that there is more.
        let long = try world.folder.write(Self.strips(17), to: "long.pdf")
        let answer = try world.run(nil, ["scan", long, "--out", world.path("never")])
        answer.expectRefusal([65])
        #expect(answer.complaints.contains("not read to its end"), "\(answer.summary)")
    }

    @Test("Of a file 256 different codes are passed on, and one more is too many")
    func passedOn() throws {
        let world = try World(empty: ())
        for (count, status) in [(256, 0 as Int32), (257, 65)] {
            let codes = try Self.codes(0..<count)
            let pages = (0..<16).map { Array(codes[$0 * 16..<($0 == 15 ? count : $0 * 16 + 16)]) }
            let answer = try Self.read(
                world, Raster.pdf(pages, module: 4, box: "0 0 3508 480"))
            #expect(answer.status == status, "\(count): \(answer.summary)")
            #expect(Self.numbers(answer).count == 256)
            #expect(answer.complaints.contains("more codes") == (count > 256))
        }
    }

    @Test("A reader that was taken over and leaves its streams to a child is not waited for")
    func captured() throws {
        let world = try World(empty: ())
        let folder = world.path("bin")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: CarePassProcess.executable, to: URL(filePath: "\(folder)/carepass"))
        let script = """
            #!/bin/bash
            cat > /dev/null
            # It keeps its three streams; what a test's own process left open would keep that one
            # waiting.
            (
                for file in /proc/$BASHPID/fd/*; do
                    number=${file##*/}
                    [ "$number" -le 2 ] || eval "exec $number>&-"
                done
                exec /usr/bin/setsid /bin/sleep 200
            ) &
            exit 0
            """
        try Data(script.utf8).write(to: URL(filePath: "\(folder)/carepass-scan"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o700], ofItemAtPath: "\(folder)/carepass-scan")
        let picture = try world.folder.write(Self.map(9, 9, pixels: 81), to: "picture.pgm")
        let start = ContinuousClock.now
        let answer = try world.process(nil).run(
            URL(filePath: "\(folder)/carepass"),
            ["scan", picture, "--out", world.path("never")])
        // The child would have held the streams for 200 seconds; no machine is that slow.
        #expect(ContinuousClock.now - start < .seconds(150))
        #expect(answer.status == 66, "\(answer.summary)")
    }
}
