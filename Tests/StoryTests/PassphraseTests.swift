import Foundation
import Testing

/// Where passphrases come from, and where they do not.
@Suite struct PassphraseTests {
    private static func process(_ world: World, _ passphrase: String?) -> CarePassProcess {
        var environment = ["CAREPASS_HOME": world.path("izmir")]
        environment["CAREPASS_PASSPHRASE"] = passphrase
        return CarePassProcess(folder: world.folder.path, environment: environment)
    }

    private static let command = ["status", "export", "--out", "-"]

    @Test func comesFromAFileOrTheEnvironment() throws {
        let world = try World()
        let none = Self.process(world, nil)
        for text in [World.passphrase, "\(World.passphrase)\n", "\(World.passphrase)\r\n"] {
            let file = try world.folder.write(text, to: "passphrase")
            let answer = try none.run(Self.command + ["--passphrase-file", file])
            #expect(answer.status == 0, "\(answer.summary)")
        }
        let piped = try none.run(
            Self.command + ["--passphrase-file", "-"], input: Array(World.passphrase.utf8))
        #expect(piped.status == 0, "\(piped.summary)")
        let fromEnvironment = try Self.process(world, World.passphrase).run(Self.command)
        #expect(fromEnvironment.status == 0)
        // The file is asked first: whoever names one means it.
        let wrong = try world.folder.write("another", to: "wrong")
        try Self.process(world, World.passphrase)
            .run(Self.command + ["--passphrase-file", wrong]).expectRefusal([77])
    }

    @Test func isRefusedWhenWrongOrAbsent() throws {
        let world = try World()
        for wrong in ["another", World.passphrase + " ", World.passphrase.uppercased()] {
            let answer = try Self.process(world, wrong).run(Self.command)
            answer.expectRefusal([77])
            #expect(!answer.complaints.contains(wrong))
        }
        try Self.process(world, nil).run(Self.command).expectRefusal([66])
        try Self.process(world, "").run(Self.command).expectRefusal([65, 66, 77])
        let open = ["open", world.envelope, "--operator", "dr-athens"]
        var clinic = world.process("athens")
        clinic.environment["CAREPASS_OPERATOR_PASSPHRASE"] = "another"
        try clinic.run(open).expectRefusal([77])
        let file = try world.folder.write(World.operatorPassphrase, to: "operator")
        let opened = try clinic.run(open + ["--operator-passphrase-file", file])
        #expect(opened.status == 0, "\(opened.summary)")
    }

    /// Every other program of the machine can read arguments.
    @Test func isNoArgument() throws {
        let world = try World()
        for option in ["--passphrase", "--operator-passphrase", "--password"] {
            let answer = try world.run("izmir", Self.command + [option, World.passphrase])
            answer.expectRefusal([64])
            #expect(!answer.complaints.contains(World.passphrase))
        }
        let help = try world.run(nil, ["help", "open"]).text
        for option in ["--passphrase ", "--operator-passphrase "] {
            #expect(!help.contains(option))
        }
    }

    /// Keys and databases are for their owner alone, from their first byte.
    @Test func whatItProtectsIsForItsOwnerAlone() throws {
        let world = try World()
        for path in FileTree.paths(below: world.path("izmir")) {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: world.path("izmir/\(path)"))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(path)")
        }
        let folder = try FileManager.default.attributesOfItem(atPath: world.path("izmir"))
        #expect(folder[.posixPermissions] as? Int == 0o700)
    }
}
