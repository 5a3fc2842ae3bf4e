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
            let purged = try world.ask("athens", ["purge", parcel])
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
}
