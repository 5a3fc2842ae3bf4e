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

    @Test(.enabled(if: hasPython || Tracing.isRequired, "no python3"))
    func theLastLineCountsWhatWasSkippedAndSaysWhy() throws {
        let answer = try Self.run(
            """
            echo '➜ Suite "HPKE: the vectors of others" skipped: "\(Corpora.reason)"'
            echo '➜ Test "RFC 5869: all" skipped: "\(Corpora.reason)"'
            echo '➜ Test needsPython() skipped: "no python"'
            echo '➜ Test "Argon2id: none" skipped: "\(Corpora.reason)"'
            echo '✔ Test run with 9 tests in 3 suites passed after 1.0 seconds.'
            """)
        #expect(answer.status == 0, "\(answer.summary)")
        #expect(
            answer.text.split(separator: "\n").last.map(String.init)
                == "3 tests skipped: 2 \(Corpora.reason); 1 no python")
        let whole = try Self.run("echo '✔ Test run passed.'; exit 3")
        #expect(whole.text.hasSuffix("\n0 tests skipped\n") && whole.status == 3)
    }

    @Test func makeTestReportsThem() throws {
        let makefile = try String(
            contentsOf: Corpora.packageRoot.appending(path: "Makefile"), encoding: .utf8)
        #expect(makefile.contains("\tscripts/report-skipped.py sh -c 'swift test --skip-build "))
    }
}
