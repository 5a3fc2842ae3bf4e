import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@testable import PassportServer

/// What a peer offers to whoever collects from it, when it cannot or will not do it well.
@Suite("A bad peer") struct BadPeerTests {
    private func page(_ parcel: [UInt8], of sender: PaperAgent, next: Int64?) throws -> Fault {
        let entry = ParcelEntry(
            parcel: Digest.sha256(of: parcel), sender: sender.id, kind: .envelope,
            length: parcel.count, received: start)
        let page = ParcelPage(parcels: [entry], next: next)
        return .answer(
            IncomingAnswer(status: 200, fields: [:], body: try WireJSON.encode(page)))
    }

    private func partials(of daemon: PaperDaemon) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: daemon.folder + "/collecting").count
    }

    @Test("a parcel that it cannot give, or that is another, holds up nothing behind it")
    func oneBadParcel() async throws {
        let pair = try await Pair(southIsReachable: false)
        for number in 1...3 { try await pair.izmir.send(envelope(number), to: pair.athens) }
        let gone = IncomingAnswer(
            status: 404, fields: ["content-type": Problem.mediaType],
            body: try WireJSON.encode(Problem(.notFound)))
        let other = IncomingAnswer(status: 200, fields: [:], body: envelope(9))
        // Athens' manifest and the page come first.
        pair.world.lines.plan(
            .pass, .pass, .answer(gone), .answer(other), from: "south", to: "north")
        try await pair.south.round()
        #expect(
            try await pair.athens.inbox().map(\.parcel) == ["\(Digest.sha256(of: envelope(3)))"])
        try await pair.south.round()
        #expect(try await pair.athens.inbox().count == 3)
        #expect(try await pair.izmir.outbox().allSatisfy { $0.state == .delivered })
    }

    @Test("pages without end, of what is no parcel: left after a while, and nothing is kept")
    func garbage() async throws {
        let pair = try await Pair(southIsReachable: false)
        pair.world.lines.plan(.pass, from: "south", to: "north")
        for number in 1...300 {
            let bytes = Array("garbage \(number)".utf8)
            pair.world.lines.plan(
                try page(bytes, of: pair.izmir, next: Int64(number)),
                .answer(IncomingAnswer(status: 200, fields: [:], body: bytes)),
                from: "south", to: "north")
        }
        pair.world.lines.listen()
        try await pair.south.round()
        #expect(pair.world.lines.sent(from: "south", to: "north").count <= 1 + 2 * 100)
        #expect(try await pair.athens.inbox().isEmpty)
        #expect(try partials(of: pair.south) == 0)
        pair.world.lines.healAll()
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await pair.south.round()
        #expect(try await pair.athens.inbox().count == 1)
        try await pair.south.confirmSound()
    }

    @Test("of downloads that it cuts, few are kept")
    func fewPartials() async throws {
        let pair = try await Pair(southIsReachable: false)
        pair.world.lines.plan(.pass, from: "south", to: "north")
        for number in 1...20 {
            try await pair.izmir.send(envelope(number), to: pair.athens)
            // Each time only the newest is offered, and cut.
            pair.world.lines.plan(
                try page(envelope(number), of: pair.izmir, next: nil), .cutAnswer(9),
                .dropRequest, .dropRequest, .dropRequest, from: "south", to: "north")
            try await pair.south.round()
        }
        #expect((1...9).contains(try partials(of: pair.south)))
        try await pair.south.round()
        #expect(try await pair.athens.inbox().count == 20)
        #expect(try partials(of: pair.south) <= 8)
    }

    @Test("lengths that are none, parcels that are none, pages that lead in circles")
    func nonsense() async throws {
        let pair = try await Pair(southIsReachable: false)
        try await pair.izmir.send(envelope(1), to: pair.athens)
        let digest = "\(Digest.sha256(of: envelope(1)))"
        let bodies = [
            #"{"parcels":[{"parcel":"\#(digest)","sender":"x","kind":"envelope","length":-1,"#
                + #""received":0}]}"#,
            #"{"parcels":[{"parcel":"\#(digest)","sender":"x","kind":"envelope","#
                + #""length":9223372036854775807,"received":0}]}"#,
            #"{"parcels":[{"parcel":"../../x","sender":"x","kind":"envelope","length":1,"#
                + #""received":0}]}"#,
            #"{"parcels":[],"next":-5}"#, #"{"parcels":[],"next":0}"#, "[]", "",
        ]
        for body in bodies {
            pair.world.lines.plan(
                .answer(IncomingAnswer(status: 200, fields: [:], body: Array(body.utf8))),
                from: "south", to: "north")
        }
        // The first answer is to the manifest.
        for _ in 0..<(bodies.count + 3) { try await pair.south.round() }
        #expect(try await pair.athens.inbox().map(\.parcel) == [digest])
        try await pair.south.confirmSound()
    }
}
