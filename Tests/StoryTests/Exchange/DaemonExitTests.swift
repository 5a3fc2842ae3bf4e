import Foundation
import Glibc
import PassportExchange
import Testing

/// The documented exit codes of `carepassd` and of the commands that talk to it.
@Suite(.serialized) struct DaemonExitTests {
    private static func expect(
        _ answer: Answer, _ status: Int32, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            answer.status == status && !answer.wasKilled, "\(answer.summary)",
            sourceLocation: location)
        guard status != 0, status != 64 else { return }
        #expect(
            answer.complaints.contains("error: ")
                || answer.text.contains("BAD  "),
            "\(answer.summary)", sourceLocation: location)
    }

    @Test("carepassd ends with the documented codes")
    func theDaemonsCodes() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let port = LoopbackPort.free()
            let daemon = try DaemonProcess(in: folder.file("d"), at: .machine(port: port))
            let nowhere = ["--config", folder.file("nowhere")]
            let bare = CarePassProcess(folder: folder.path)
            Self.expect(try bare.run(DaemonProcess.executable, ["no-such-command"]), 64)
            Self.expect(try bare.run(DaemonProcess.executable, ["--version"]), 0)
            for command in [["run"], ["invite"], ["doctor"], ["backup", "--out", "x"]] {
                Self.expect(try bare.run(DaemonProcess.executable, command + nowhere), 66)
            }
            // Before its first start there is nothing to invite to, and nothing to copy.
            Self.expect(try daemon.command(["invite"]), 66)
            Self.expect(try daemon.command(["backup", "--out", folder.file("copy")]), 66)
            Self.expect(try daemon.command(["restore", "--from", folder.file("nothing")]), 66)
            Self.expect(try daemon.command(["doctor"]), 77)
            try await daemon.startUp()
            Self.expect(try daemon.command(["invite", "--hours", "0"]), 64)
            Self.expect(try daemon.command(["invite", "--hours", "721"]), 64)
            Self.expect(try daemon.command(["doctor"]), 0)
            _ = try await Correspondent.paired("House", with: daemon)
            Self.expect(try daemon.command(["doctor"]), 0)
            Self.expect(
                try daemon.command(["backup", "--out", "\(daemon.configuration)/below"]), 73)
            Self.expect(try daemon.command(["backup", "--out", folder.file("copy")]), 0)
            Self.expect(try daemon.command(["backup", "--out", folder.file("copy")]), 77)
            Self.expect(try daemon.command(["restore", "--from", folder.file("copy")]), 77)
            // A second one of the same folder, and another one at the same port.
            Self.expect(try daemon.command(["run"]), 77)
            let other = try DaemonProcess(in: folder.file("e"), at: .machine(port: port))
            try other.start()
            #expect(try await other.ended() == 69)
            try await daemon.stop()
            _ = unsafe chmod("\(daemon.data)/node.keys", 0o644)
            Self.expect(try daemon.command(["run"]), 77)
            other.checkLogs()
        }
    }

    @Test("Commands of a home without a daemon, with a wrong one, or with one that is down")
    func theAgentsCodes() async throws {
        try await Apart.run {
            let world = try World()
            let daemon = try DaemonProcess(in: world.path("daemon"))
            let envelope = world.envelope
            let send = ["send", envelope, "--to", "Clinic Athens"]
            let calls = [["inbox"], ["fetch"], ["sync"], ["daemon", "show"], send]
            let usage = [
                ["daemon", "pair"], ["send", envelope], ["purge"], ["sync", "--every", "0"],
                ["sync", "--every", "5", "--json"],
            ]
            for command in usage { Self.expect(try world.run("izmir", command), 64) }
            func fails(_ status: Int32, _ command: [String]) throws {
                let json = try world.ask("izmir", command, expecting: status)
                #expect(json["version"].int == 1)
                // A round of `sync` goes on after what failed, and says what that was in its news.
                guard command != ["sync"] || status == 66 else { return }
                #expect(json["error"]["code"].string != nil, "\(command)")
                Self.expect(try world.run("izmir", command), status)
            }
            for command in calls { try fails(66, command) }
            try fails(65, ["daemon", "pair", "not-an-invitation"])
            try await daemon.startUp()
            let invitation = try daemon.invitation()
            try await daemon.kill()
            try fails(69, ["daemon", "pair", invitation.text])
            try await daemon.startUp()
            let paired = try world.ask("izmir", ["daemon", "pair", invitation.text])
            #expect(paired["address"].string == invitation.endpoint.address.description)
            for command in calls where command != ["fetch"] {
                let json = try world.ask("izmir", command)
                #expect(json["version"].int == 1, "\(command)")
            }
            try fails(65, ["send", world.path("izmir.identity"), "--to", "Clinic Athens"])
            try fails(66, ["send", world.path("is-not-there"), "--to", "Clinic Athens"])
            try fails(66, ["send", envelope, "--to", "Nobody"])
            try fails(66, ["purge", "0123456789ab"])
            // A file stands where the folder of envelopes would have to be.
            try world.folder.write("in the way", to: "izmir/inbox")
            try await Self.bring(world, daemon)
            try fails(73, ["fetch"])
            try FileManager.default.removeItem(atPath: world.path("izmir/inbox"))
            let fetched = try world.ask("izmir", ["fetch"])["fetched"].list
            #expect(fetched.count == 1)
            try await daemon.stop()
            for command in calls where command != send { try fails(69, command) }
        }
    }

    /// Munich has its mailbox there too, and sends something.
    private static func bring(_ world: World, _ daemon: DaemonProcess) async throws {
        try world.ask("munich", ["daemon", "pair", daemon.invitation().text])
        try world.ask("izmir", ["sync"])
        try world.ask("munich", ["send", world.envelope, "--to", "NGO Izmir"])
        try await Poll.until("something lies in the mailbox", every: .milliseconds(200)) {
            try world.ask("izmir", ["inbox"])["waiting"].list.count == 1
        }
    }
}
