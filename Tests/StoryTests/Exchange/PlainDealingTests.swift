import Foundation
import PassportCoding
import PassportTrust
import Testing

/// What the agent says is what happened: no success of what failed, no receipt that nobody sends,
/// no news where there is none.
@Suite(.serialized) struct PlainDealingTests {
    @Test("An envelope that was cut short is not handed over, and nothing is logged")
    func aCutEnvelopeStaysHere() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            let whole = try world.folder.bytes("izmir-to-athens.envelope")
            let before = try scene.acts("izmir").count
            for count in [whole.count - 1, whole.count / 2, 12] {
                let file = try world.folder.write(Array(whole.prefix(count)), to: "cut.envelope")
                let sent = try world.run("izmir", ["send", file, "--to", "Clinic Athens"])
                sent.expectRefusal([65])
            }
            #expect(try scene.acts("izmir").count == before)
            #expect(try world.ask("izmir", ["inbox"])["sent"].list.isEmpty)
            try await scene.stop()
        }
    }

    @Test("What 'send' and 'open' do by the book is not called an older list that was put back")
    func theUsualWayIsNoRollback() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            // What changed the list stands in the envelope and is at the daemon with it.
            _ = try world.run(
                "izmir",
                ["withdraw", "--passport", try other(world), "--out", world.path("withdrawal")])
            let file = world.path("fresh.envelope")
            try world.ask(
                "izmir",
                ["pack", world.passport, "--to", "Clinic Athens", "--out", file])
            try world.ask("izmir", ["send", file, "--to", "Clinic Athens"])
            let opened = try world.run("athens", ["open", file, "--operator", "dr-athens"])
            #expect(opened.status == 0, "\(opened.summary)")
            let said = try world.run("athens", ["sync"])
            #expect(!said.text.contains("older"), "\(said.text)")
            try await scene.stop()
        }
    }

    /// Another passport of Izmir's.
    private func other(_ world: World) throws -> String {
        try world.seals("izmir", world.imports("izmir"))
    }

    @Test("Rounds in which nothing changed leave no entry in either log")
    func nothingNewIsNotLogged() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            for home in World.homes { try scene.world.ask(home, ["sync"]) }
            let before = try World.homes.map { try scene.acts($0).count }
            for _ in 0..<3 {
                for home in World.homes {
                    let news = try scene.world.ask(home, ["sync"])["news"].names
                    #expect(news.isEmpty, "\(home): \(news)")
                }
            }
            #expect(try World.homes.map { try scene.acts($0).count } == before)
            try await scene.stop()
        }
    }

    @Test("A purge whose receipt cannot go out does not promise one")
    func noReceiptIsPromised() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            let sent = try world.ask("izmir", ["send", world.envelope, "--to", "Clinic Athens"])
            let parcel = try #require(sent["parcel"].string)
            try await Poll.until("it has arrived", every: .milliseconds(300)) {
                try world.ask("athens", ["fetch"])
                return try world.ask("athens", ["inbox"])["fetched"].list.count == 1
            }
            try world.ask("athens", ["peer", "remove", "NGO Izmir"])
            let purged = try world.ask(
                "athens", ["purge", world.path("athens/inbox/\(parcel).envelope")])
            #expect(purged["senderIsTold"].bool == false)
            #expect(try world.ask("athens", ["sync"])["pendingNotices"].int == 0)
            try await scene.stop()
        }
    }

    @Test("A clinic that only collects is told by doctor when nothing can be collected")
    func silenceOfPeersIsNoPeace() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let failing = "could not be asked for what they have for us"
            // The first visits were made before anybody here was known there.
            try await Poll.until("all is well") {
                try !scene.hidden.command(["doctor"]).text.contains(failing)
            }
            try await scene.open.stop()
            try await Poll.until("it was tried") {
                try scene.hidden.command(["doctor"]).text.contains(failing)
            }
            let told = try scene.hidden.command(["doctor"])
            #expect(told.text.contains("no connection (exchange.unreachable)"), "\(told.text)")
            try await scene.open.startUp()
            try await Poll.until("it is forgotten") {
                try !scene.hidden.command(["doctor"]).text.contains(failing)
            }
            try await scene.stop()
        }
    }

    /// Attack: somebody who watches the line learns from it that a clinic looks at a certain
    /// passport now.
    @Test(
        "Opening calls nobody, neither the daemon nor anybody else",
        .enabled(
            if: Tracing.obstacle == nil || Tracing.isRequired,
            "needs strace: \(Tracing.obstacle ?? "")"))
    func anOpeningCallsNobody() async throws {
        try #require(Tracing.obstacle == nil, "\(Tracing.obstacle ?? "")")
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            func trace(_ command: [String]) throws -> String {
                let file = world.path("trace-\(command[0])")
                let answer = try world.process("athens").run(
                    URL(filePath: "/usr/bin/env"),
                    ["strace", "-f", "-e", "trace=%network", "-o", file]
                        + [CarePassProcess.executable.path] + command)
                try #require(answer.status == 0, "\(answer.summary)")
                return try String(contentsOfFile: file, encoding: .utf8)
            }
            // The search is worth something only when it finds what is there.
            #expect(try trace(["sync"]).contains("\"\(scene.hidden.socket)\""))
            let opening = try trace(["open", world.envelope, "--operator", "dr-athens"])
            // The C library asks this machine's own cache for the name of the user.
            let calls = opening.split(separator: "\n").filter { !$0.contains("/nscd/socket") }
            for call in ["connect(", "sendto(", "sendmsg(", "AF_INET"] {
                #expect(!calls.contains { $0.contains(call) }, "\(calls)")
            }
            try await scene.stop()
        }
    }

    /// Attack: the time at which a list is signed tells when its organisation packed something.
    @Test("A list in which nothing changed is signed anew after a day, and not before")
    func listsAreSignedAnewAfterADay() throws {
        let world = try World()
        func signed(after seconds: Int64) throws -> Int {
            let clock = ["--clock", "\(Timestamp.current.seconds + seconds)"]
            try world.packs(
                "izmir", [world.passport], to: "Clinic Athens", as: "after-\(seconds)",
                with: clock)
            return try world.ask("izmir", ["audit", "show"])["entries"].list
                .count { $0["act"].string == "statusIssued" }
        }
        // The world's own list may be minutes old: this one is signed now.
        try world.ask("izmir", ["status", "export", "--out", world.path("list")])
        let first = try signed(after: 0)
        #expect(try signed(after: 86_000) == first)
        #expect(try signed(after: 86_600) == first + 1)
    }
}
