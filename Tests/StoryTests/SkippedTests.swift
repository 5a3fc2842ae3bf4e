import Foundation
import PassportTestSupport
import Testing

/// `make test` ends with what was skipped: green without the vectors of others is not green.
@Suite struct SkippedTests {
    private static let python = URL(filePath: "/usr/bin/python3")
    private static let hasPython = FileManager.default.isExecutableFile(atPath: python.path)

    private static func run(_ script: String) throws -> Answer {
        let folder = try TemporaryFolder()
        let report = Corpora.packageRoot.appending(path: "scripts/report-skipped.py").path
        return try CarePassProcess(folder: folder.path, environment: ["PYTHONUTF8": "1"])
            .run(python, [report, "/bin/sh", "-c", script])
    }

    @Test(.enabled(if: hasPython)) func theLastLineNamesWhatWasSkipped() throws {
        let answer = try Self.run(
            """
            echo '➜ Suite "HPKE: the vectors of others" skipped: "\(Corpora.reason)"'
            echo '➜ Suite CorpusTests skipped: "\(Corpora.reason)"'
            echo '✔ Test run with 9 tests in 3 suites passed after 1.0 seconds.'
            """)
        #expect(answer.status == 0, "\(answer.summary)")
        #expect(
            answer.text.split(separator: "\n").last.map(String.init)
                == "2 skipped: HPKE: the vectors of others, CorpusTests (\(Corpora.reason))")
        let whole = try Self.run("echo '✔ Test run passed.'; exit 3")
        #expect(whole.text.hasSuffix("\n0 skipped\n") && whole.status == 3)
    }

    @Test func makeTestReportsThem() throws {
        let makefile = try String(
            contentsOf: Corpora.packageRoot.appending(path: "Makefile"), encoding: .utf8)
        #expect(makefile.contains("\tscripts/report-skipped.py sh -c 'swift test --skip-build &&"))
    }
}
