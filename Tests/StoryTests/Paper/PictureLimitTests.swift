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

    /// The same PDF with a page that draws a thousand million squares, by forms in forms.
    private static func endless(_ page: Int, in pdf: [UInt8]) -> [UInt8] {
        let forms = (0..<10).map { level in
            let drawing =
                level == 9
                ? "0 0 1 1 re f\n" : String(repeating: "/F Do\n", count: level == 0 ? 1 : 10)
            let below = level == 9 ? "" : "/Resources<</XObject<</F \(901 + level) 0 R>>>>"
            return "\(900 + level) 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 3508 240]\(below)"
                + "/Length \(drawing.utf8.count)>>stream\n\(drawing)endstream endobj\n"
        }
        let content = "/Contents \(2 + 2 * page) 0 R"
        let text = String(decoding: pdf, as: UTF8.self)
            .replacing(
                content + ">>",
                with: "/Contents 900 0 R/Resources<</XObject<</F 901 0 R>>>>>>"
            )
            .replacing("trailer", with: forms.joined() + "trailer")
        return Array(text.utf8)
    }

    /// Runs `scan` with a reader that does what a script says.
    private static func captured(_ world: World, _ script: String) throws -> Answer {
        let folder = world.path("bin")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: CarePassProcess.executable, to: URL(filePath: "\(folder)/carepass"))
        try Data(script.utf8).write(to: URL(filePath: "\(folder)/carepass-scan"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o700], ofItemAtPath: "\(folder)/carepass-scan")
        let picture = try world.folder.write(Self.map(9, 9, pixels: 81), to: "picture.pgm")
        return try world.process(nil).run(
            URL(filePath: "/bin/sh"),
            [
                "-c", "ulimit -v 3000000; exec \"$0\" \"$@\"", "\(folder)/carepass", "scan",
                picture, "--out", world.path("never"),
            ])
    }

    @Test("A reader that was taken over and leaves its streams to a child is not waited for")
    func silent() throws {
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
        let start = ContinuousClock.now
        let answer = try Self.captured(World(empty: ()), script)
        // The child would have held the streams for 200 seconds; no machine is that slow.
        #expect(ContinuousClock.now - start < .seconds(150))
        #expect(answer.status == 66, "\(answer.summary)")
    }

    @Test(
        "A reader that was taken over and floods a stream is ended, and takes no memory",
        arguments: ["exec /usr/bin/yes", "exec /usr/bin/yes >&2", "/usr/bin/yes >&2 & exit 0"])
    func flood(_ script: String) throws {
        let start = ContinuousClock.now
        let answer = try Self.captured(World(empty: ()), "#!/bin/sh\n\(script)\n")
        #expect(ContinuousClock.now - start < .seconds(150))
        // The one that leaves a child may end before that says a word.
        #expect([65, 66].contains(answer.status) && !answer.wasKilled, "\(answer.summary)")
        #expect(answer.complaints.utf8.count < 1_000)
    }

    @Test("A side of 24 codes is read whole from few dots: 110, 150 and 200 to the inch")
    func fewDots() throws {
        let paper = try PaperWorld()
        let side = try paper.print("side.pdf", ["--card", paper.world.consentHalf])
        for dots in ["110", "150", "200"] {
            let picture = try paper.picture(side, page: 1, ["-r", dots], as: "jpeg")
            let scanned = try paper.scan([picture], ["--json"])
            #expect(scanned.status == 0, "\(dots): \(scanned.summary)")
            #expect(scanned.json["codes"].int == 24, "\(dots): \(scanned.json["codes"])")
            #expect(try paper.scanned == paper.world.folder.bytes("paper.envelope"))
        }
    }

    @Test("Of a PDF each page is drawn by itself: one that takes all its time costs no other")
    func slowPages() throws {
        let world = try World(empty: ())
        let codes = try Self.codes(0..<18).map { [$0] }
        func pages(_ count: Int, slow: Int) throws -> [UInt8] {
            let pages = Array(codes.prefix(count))
            return Self.endless(slow, in: Raster.pdf(pages, module: 8, box: "0 0 3508 240"))
        }
        let second = try Self.read(world, pages(3, slow: 2))
        #expect(second.status == 65, "\(second.summary)")
        #expect(Self.numbers(second) == ["N0", "N2"])
        #expect(second.complaints.contains("page 2"), "\(second.summary)")
        // Attack: behind the last page that is read one that cannot be drawn, and the sheets.
        let hidden = try Self.read(world, pages(18, slow: 17))
        #expect(hidden.status == 65, "\(hidden.summary)")
        #expect(Self.numbers(hidden) == Set((0..<16).map { "N\($0)" }))
        #expect(hidden.complaints.contains("first 16 pages"), "\(hidden.summary)")
    }
}
