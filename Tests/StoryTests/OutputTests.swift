import Foundation
import Testing

/// Where `--out` leads.
@Suite struct OutputTests {
    private static func shell(_ world: World, _ home: String, _ script: String) throws -> Answer {
        try world.process(home).run(
            URL(filePath: "/bin/sh"),
            ["-c", script, CarePassProcess.executable.path, world.folder.path])
    }

    /// A pipe or device gets the bytes; a rename would put a file in its place.
    @Test func aPipeStaysAPipeAndADeviceADevice() throws {
        let world = try World()
        let answer = try Self.shell(
            world, "izmir",
            """
            set -e; cd "$1"; mkfifo pipe; cat pipe > got & \
            "$0" org export --out pipe; wait; test -p pipe; cmp got izmir.identity; \
            "$0" org export --out /dev/stdout --json | head -c "$(wc -c < got)" | cmp - got; \
            "$0" org export --out /dev/stdout > other; cmp other got; test -L /dev/stdout; \
            ln -s /dev/null nothing; "$0" org export --out nothing; test -L nothing
            """)
        #expect(answer.status == 0, "\(answer.summary)")
        let full = try Self.shell(
            world, "izmir", "ln -s /dev/full \"$1/full\"; exec \"$0\" org export --out \"$1/full\"")
        full.expectRefusal([73])
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: world.path("full"))
                == "/dev/full")
    }

    /// The home knows of a withdrawal before anybody can hold one: where the file cannot be
    /// written, this home honours it all the same, and writes another when asked again.
    @Test func aWithdrawalIsKnownHereBeforeItIsAnywhereElse() throws {
        let world = try World()
        let withdraw = ["withdraw", "--grant", world.athensGrant, "--out"]
        try world.run("izmir", withdraw + [world.path("izmir.identity/below")])
            .expectRefusal([73])
        let pack = ["pack", world.passport, "--to", "Clinic Athens", "--out", world.path("never")]
        try world.run("izmir", pack).expectRefusal([77])
        try world.ask("izmir", withdraw + [world.path("withdrawal")])
        try world.ask("athens", ["open", world.envelope, "--operator", "dr-athens"])
        try world.ask("athens", ["take-in", world.path("withdrawal")])
        try world.ask(
            "athens", ["open", world.envelope, "--operator", "dr-athens"], expecting: 77)
    }
}
