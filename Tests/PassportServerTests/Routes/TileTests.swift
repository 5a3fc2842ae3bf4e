import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

/// The daemon's own log, as outsiders read it.
@Suite("Checkpoint and tiles") struct TileTests {
    @Test("tiles hold the leaves and make the root of the checkpoint; no other path gives one")
    func tiles() async throws {
        let pair = try await Pair()
        let nothing = try await world().ask(.init("GET", ExchangePath.checkpoint))
        #expect(nothing.status == 404)
        for number in 0..<130 {
            try await pair.athens.send(envelope(number, count: 30), to: pair.izmir)
            if number % 60 == 59 { try await pair.south.round() }
        }
        while try await pair.south.mailroom().counts().waiting > 0 {
            try await pair.south.round()
        }
        let room = try pair.south.mailroom()
        let size = Int(try await room.logSize())
        #expect(size > 256 && size < 512)
        let note = try await pair.south.ask(.init("GET", ExchangePath.checkpoint))
        let checkpoint = try Checkpoint.verify(
            note: String(decoding: note.body, as: UTF8.self), origin: room.keys.logOrigin,
            keys: [room.keys.log.verifyingKey])
        #expect(checkpoint.size == UInt64(size))
        let whole = try await pair.south.ask(.init("GET", "/v1/log/tile/0/000"))
        let rest = try await pair.south.ask(
            .init("GET", "/v1/log/tile/0/001.p/\(size - 256)"))
        #expect(whole.status == 200 && whole.body.count == 256 * 32)
        #expect(rest.status == 200 && rest.body.count == (size - 256) * 32)
        try #require((whole.body.count + rest.body.count) % 32 == 0)
        try #require(whole.status == 200 && rest.status == 200)
        var frontier = MerkleFrontier()
        let leaves = whole.body + rest.body
        for first in stride(from: 0, to: leaves.count, by: 32) {
            let leaf = try #require(Digest(bytes: Array(leaves[first..<(first + 32)])))
            _ = frontier.append(leaf)
        }
        #expect(frontier.root == checkpoint.root)
        let top = try await pair.south.ask(.init("GET", "/v1/log/tile/1/000.p/1"))
        #expect(top.status == 200 && top.body.count == 32)
        let wrong = [
            "0/001", "0/001.p/\(size - 255)", "0/002.p/1", "0/000.p/256", "0/000.p/0",
            "0/000.p/01", "0/000/1", "0/0", "0/00x", "0/0000", "6/000", "-1/000", "00/000",
            "0/x000/000", "0/000/000", "0/x999/x999/999", "0/x001/x000/000.p/1", "1/000",
            "18446744073709551616/000", "0/٠٠٠",
        ]
        for path in wrong {
            let answer = try await pair.south.ask(.init("GET", "/v1/log/tile/\(path)"))
            #expect(answer.status == 404, "\(path)")
        }
    }

    private func world() async throws -> PaperDaemon {
        // Its world may go: nobody calls anybody.
        try await PaperWorld().daemon("alone")
    }
}
