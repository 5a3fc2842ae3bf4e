import Foundation
import PassportTestSupport
import Testing

/// Every command block of the README and of the page it links to for programmers, run in order
/// by a shell in an empty folder, as a newcomer would.
@Suite struct ReadmeTests {
    static let pages = ["README.md", "docs/clinic-systems.md", "docs/network.md", "docs/paper.md"]

    /// One fenced block of commands.
    private struct Block {
        let page: String
        let lines: [Substring]
        var isRun: Bool { lines.first?.hasPrefix("# not run") != true }
    }

    private static func blocks() throws -> [Block] {
        try pages.flatMap { page in
            let text = try String(
                contentsOf: Corpora.packageRoot.appending(path: page), encoding: .utf8)
            var blocks: [Block] = []
            var open: [Substring]?
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                if let lines = open {
                    if line.hasPrefix("```") {
                        blocks.append(Block(page: page, lines: lines))
                        open = nil
                    } else {
                        open = lines + [line]
                    }
                } else if ["```sh", "```console", "```bash"].contains(line) {
                    open = []
                }
            }
            #expect(open == nil, "a block of \(page) never ends")
            return blocks
        }
    }

    private static let hasPython =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    @Test func everyBlockDoesWhatItSays() throws {
        let blocks = try Self.blocks()
        #expect(blocks.count >= 6)
        let folder = try TemporaryFolder()
        for name in ["Demo", "Examples", "Package.swift"] {
            try FileManager.default.copyItem(
                at: Corpora.packageRoot.appending(path: name),
                to: URL(filePath: folder.file(name)))
        }
        try Self.linkProducts(into: folder)
        // One shell for all, because later blocks use what earlier ones set.
        var script = "set -euo pipefail\ncd \"$1\"\n! command -v carepass\n"
        for (number, block) in blocks.enumerated() where block.isRun {
            let needsPython = block.lines.contains { $0.hasPrefix("python3") }
            if needsPython, !Self.hasPython {
                #expect(!Tracing.isRequired, "python3 is missing")
                continue
            }
            script += "echo \"block \(number) of \(block.page)\" >&2\n"
            script += block.lines.joined(separator: "\n") + "\n"
        }
        let file = try folder.write(script, to: "blocks.sh")
        // Nothing of ours is on the path: the blocks have to say where the program is.
        let shell = CarePassProcess(
            folder: folder.path,
            environment: ["PATH": Self.barePath])
        let answer = try shell.run(URL(filePath: "/bin/bash"), [file, folder.path])
        #expect(answer.status == 0, "\(answer.text)\n\(answer.complaints)")
        // The promised refusal is there in words.
        #expect(answer.text.contains("'risk' does not open: no grant names it"))
    }

    /// The folder as it is after `make demo`: the products lie where the build tool says.
    private static func linkProducts(into folder: TemporaryFolder) throws {
        let products = CarePassProcess.products
        let build = ".build/\(products.deletingLastPathComponent().lastPathComponent)"
        let files = FileManager.default
        try files.createDirectory(
            atPath: folder.file(build), withIntermediateDirectories: true)
        try files.createSymbolicLink(
            atPath: folder.file("\(build)/debug"), withDestinationPath: products.path)
    }

    /// The path of this process without any folder that holds our program.
    private static var barePath: String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").filter {
            !FileManager.default.isExecutableFile(atPath: "\($0)/carepass")
        }.joined(separator: ":")
    }

    /// A newcomer's walk makes keys: none of them may end up in a commit.
    @Test func theWalkHappensWhereGitLooksAway() throws {
        let walk = try #require(
            try Self.blocks().first { $0.lines.contains { $0.contains("carepass init") } })
        #expect(walk.lines.contains { $0.hasPrefix("mkdir -p try && cd try") })
        let ignored = try String(
            contentsOf: Corpora.packageRoot.appending(path: ".gitignore"), encoding: .utf8)
        #expect(ignored.split(separator: "\n").contains("/try/"))
    }

    /// What a test cannot run is little, and names targets that exist.
    @Test func whatIsNotRunIsLittleAndExists() throws {
        let skipped = try Self.blocks().filter { !$0.isRun }
        #expect(skipped.count <= 2)
        let makefile = try String(
            contentsOf: Corpora.packageRoot.appending(path: "Makefile"), encoding: .utf8)
        let pages = try Self.pages.map {
            try String(contentsOf: Corpora.packageRoot.appending(path: $0), encoding: .utf8)
        }.joined()
        let targets = Set(
            pages.matches(of: /(?:^|`)make ([a-z-]+)/.anchorsMatchLineEndings())
                .map { String($0.output.1) })
        #expect(targets.isSuperset(of: ["demo", "test"]))
        for target in targets {
            #expect(
                makefile.split(separator: "\n").contains { $0.hasPrefix("\(target):") },
                "make \(target)")
        }
    }

    @Test func isShortAndItsLinksLeadSomewhere() throws {
        let text = try String(
            contentsOf: Corpora.packageRoot.appending(path: "README.md"), encoding: .utf8)
        #expect(text.split { $0.isWhitespace }.count <= 700)
        for match in text.matches(of: /\]\(([^):]+)\)/) {
            let target = Corpora.packageRoot.appending(path: String(match.output.1))
            #expect(FileManager.default.fileExists(atPath: target.path), "\(match.output.1)")
        }
    }
}
