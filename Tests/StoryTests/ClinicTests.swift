import Foundation
import PassportTestSupport
import Testing

/// The example for clinic systems, which others will copy: what `carepass` says comes through it.
@Suite struct ClinicTests {
    private static let python = URL(filePath: "/usr/bin/python3")
    private static let hasPython = FileManager.default.isExecutableFile(atPath: python.path)

    /// Runs `Examples/clinic.py`, with our program on the path or without.
    private static func run(
        _ world: World, _ arguments: [String], hasProgram: Bool = true
    ) throws -> Answer {
        var process = world.process(nil)
        process.environment["PATH"] =
            hasProgram ? "\(CarePassProcess.products.path):/usr/bin:/bin" : "/usr/bin:/bin"
        return try process.run(
            python, [Corpora.packageRoot.appending(path: "Examples/clinic.py").path] + arguments)
    }

    private static func open(_ world: World, _ file: String) -> [String] {
        ["open", "--home", world.path("athens"), "--operator", "dr-athens", file]
    }

    @Test(.enabled(if: hasPython || Tracing.isRequired, "no python3"))
    func aWithdrawnGrantIsARefusalWithItsReason() throws {
        let world = try World()
        let before = try Self.run(world, Self.open(world, world.envelope))
        #expect(before.status == 0, "\(before.summary)")
        #expect(before.text.contains("(NGO Izmir)"))
        let withdrawal = world.path("withdrawal")
        try world.ask("izmir", ["withdraw", "--grant", world.athensGrant, "--out", withdrawal])
        try world.ask("athens", ["take-in", withdrawal])
        let answer = try Self.run(world, Self.open(world, world.envelope))
        #expect(answer.status == 77, "\(answer.summary)")
        #expect(answer.complaintLines == ["clinic: refused: withdrawal.withdrawn"])
        #expect(answer.output.isEmpty)
    }

    @Test(.enabled(if: hasPython || Tracing.isRequired, "no python3")) func everyCodeComesThrough()
        throws
    {
        let world = try World()
        let junk = try world.folder.write([UInt8](repeating: 0, count: 40), to: "junk")
        for (file, status) in [(junk, 65), (world.path("nowhere"), 66)] as [(String, Int32)] {
            let answer = try Self.run(world, Self.open(world, file))
            #expect(answer.status == status, "\(answer.summary)")
            #expect(answer.complaints.hasPrefix("clinic: "))
            #expect(!answer.complaints.contains("Traceback"))
        }
    }

    @Test(.enabled(if: hasPython || Tracing.isRequired, "no python3"))
    func aMissingProgramIsSaidInWords() throws {
        let world = try World()
        let answer = try Self.run(
            world, Self.open(world, world.envelope), hasProgram: false)
        #expect(answer.status == 127, "\(answer.summary)")
        #expect(answer.complaintLines.count == 1)
        #expect(answer.complaints.contains("cannot run carepass"))
    }
}
