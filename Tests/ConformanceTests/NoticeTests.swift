import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTestSupport
import Testing

@testable import passport_vectors

@Suite("Notices: for one recipient, all of one size")
struct NoticeTests {
    private func key(_ words: String = "Notices seal-net") throws -> OpeningKey {
        try Secrets.openingKey(words, .sealNet)
    }

    @Test("what goes in comes out, for the recipient alone")
    func roundTrip() throws {
        for notice in [Notice.withdrawal([1, 2, 3]), .receipt([4])] {
            let sealed = try notice.sealed(to: key().publicKey)
            #expect(try Notice(opening: sealed, with: key()) == notice)
            #expect(throws: SealingError(.notForUs, "")) {
                try Notice(opening: sealed, with: key("Others seal-net"))
            }
        }
    }

    @Test("the longest withdrawal and the shortest receipt have one size")
    func sizes() throws {
        let publicKey = try key().publicKey
        var sizes: Set<Int> = []
        for count in [1, 100, Limits.receiptBytes, Limits.withdrawalBytes] {
            let object = [UInt8](repeating: 7, count: count)
            for notice in [Notice.withdrawal(object), .receipt(object)] {
                let sealed = try notice.sealed(to: publicKey)
                sizes.insert(sealed.count)
                #expect(sealed.prefix(2) == [0xD0, 0x83])
            }
        }
        #expect(sizes.count == 1)
        #expect(sizes.allSatisfy { $0 <= Limits.noticeBytes })
    }

    @Test("what is longer than a withdrawal, or for a key of paper, is not sealed")
    func refused() throws {
        let long = [UInt8](repeating: 7, count: Limits.withdrawalBytes + 1)
        #expect(throws: SealingError(.tooLarge, "")) {
            try Notice.withdrawal(long).sealed(to: key().publicKey)
        }
        let paper = try Secrets.openingKey("Notices seal-paper", .sealPaper).publicKey
        #expect(throws: SealingError.self) { try Notice.receipt([1]).sealed(to: paper) }
    }

    @Test("no damaged notice opens")
    func mutations() throws {
        let sealed = try Notice.receipt([UInt8](0...99)).sealed(to: key().publicKey)
        for seed in UInt64(1)...300 {
            var mutator = Mutator(seed: seed)
            let damaged = mutator.mutated(sealed)
            #expect(throws: SealingError.self) { try Notice(opening: damaged, with: key()) }
        }
    }
}
