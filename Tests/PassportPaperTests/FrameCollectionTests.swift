import PassportCoding
import Testing

@testable import PassportPaper

@Suite("Frames to an envelope") struct FrameCollectionTests {
    private func collected(_ frames: [Frame]) -> FrameCollection {
        var collection = FrameCollection()
        for frame in frames { _ = collection.take(frame) }
        return collection
    }

    private func code(_ frames: [Frame]) -> PaperError.Code? {
        do throws(PaperError) {
            guard let set = collected(frames).found.first else { return .incomplete }
            _ = try set.envelope()
            return nil
        } catch {
            return error.code
        }
    }

    /// Which frames are lost: every choice where there are up to 1,000, else 200 seeded ones.
    private func losses(_ count: Int) -> [Set<Int>] {
        guard count > 9 else {
            return (0..<1 << count).map { bits in
                Set((0..<count).filter { bits >> $0 & 1 == 1 })
            }
        }
        var random = Seeded(UInt64(count))
        return (0..<200).map { _ in
            let lost = Int.random(in: 0...count / 4 + 2, using: &random)
            return Set(Array(0..<count).shuffled(using: &random).prefix(lost))
        }
    }

    @Test("exactly those with as many frames as are needed rebuild, byte for byte")
    func losing() throws {
        let sizes = [
            (4_000, 1), (6_000, 1), (8_500, 1), (13_000, 1), (17_000, 1), (2_900, 2), (7_000, 4),
            (4_400, 3),
        ]
        for (bytes, sheets) in sizes {
            let printed = envelope(bytes)
            let layout = try FrameLayout(bytes: bytes, sheets: sheets)
            let frames = try Frame.frames(of: printed, layout)
            for lost in losses(layout.count) {
                let rest = frames.filter { !lost.contains($0.index) }.reversed()
                guard rest.count >= layout.needed else {
                    #expect(code(Array(rest)) == .incomplete)
                    continue
                }
                let set = try #require(collected(Array(rest)).found.first)
                #expect(try set.envelope() == printed, "\(layout) without \(lost.sorted())")
                #expect(Set(set.missing) == lost)
            }
        }
    }

    @Test("any one sheet of several may be lost")
    func sheets() throws {
        for sheets in 2...8 {
            for bytes in [2_900, 8_912, 11_884, 13_370, 17_828] {
                let layout = try FrameLayout(bytes: bytes, sheets: sheets)
                let printed = envelope(bytes)
                let frames = try Frame.frames(of: printed, layout)
                for lost in 0..<sheets {
                    let kept = Set(
                        (0..<sheets).filter { $0 != lost }.flatMap { layout.frames(on: $0) })
                    let rest = frames.filter { kept.contains($0.index) }
                    #expect(try collected(rest).found.first?.envelope() == printed)
                }
            }
        }
    }

    @Test("frames of another set are named and kept apart")
    func otherSets() throws {
        let (ours, theirs) = (envelope(4_000, seed: 1), envelope(4_000, seed: 2))
        let layout = try FrameLayout(bytes: 4_000)
        let frames = try Frame.frames(of: ours, layout)
        let others = try Frame.frames(of: theirs, layout)
        let collection = collected(zip(frames, others).flatMap { [$0, $1] }.dropLast(4))
        #expect(collection.found.count == 2)
        #expect(Set(collection.found.map(\.set)) == [FrameSetID(of: ours), FrameSetID(of: theirs)])
        for set in collection.found {
            #expect(
                try set.envelope() == (set.set == FrameSetID(of: ours) ? ours : theirs))
        }
        // The same envelope printed once more in another layout does not mix with it.
        let other = try FrameLayout(bytes: 4_000, sheets: 2)
        let both = collected(frames + (try Frame.frames(of: ours, other)))
        #expect(both.found.count == 2)
        for set in both.found { #expect(try set.envelope() == ours) }
    }

    @Test("a forged frame is survived wherever it stands, also beside the real one")
    func forged() throws {
        let printed = envelope(4_000)
        let frames = try Frame.frames(of: printed, FrameLayout(bytes: 4_000))
        for frame in frames {
            var shard = frame.shard
            shard[17] ^= 1
            let forged = Frame(
                set: frame.set, index: frame.index, layout: frame.layout, shard: shard)
            let others = frames.filter { $0.index != frame.index }
            #expect(try collected([forged] + others).found.first?.envelope() == printed)
            #expect(try collected([forged] + frames).found.first?.envelope() == printed)
            // Without one to spare nothing is made up.
            #expect(code([forged] + Array(others.dropLast(2))) == .damaged)
        }
        // Three claims for one place, and two places with a forged frame alone.
        func forged(_ place: Int, _ byte: UInt8) -> Frame {
            let frame = frames[place]
            return Frame(
                set: frame.set, index: frame.index, layout: frame.layout,
                shard: [byte] + frame.shard.dropFirst())
        }
        let disputed = [forged(0, 201), forged(0, 202)] + frames
        #expect(try collected(disputed).found.first?.envelope() == printed)
        let two = [forged(0, 201), forged(5, 202)] + frames.filter { ![0, 5].contains($0.index) }
        #expect(try collected(two).found.first?.envelope() == printed)
    }

    @Test("whatever is forged, the work ends and no other envelope comes out")
    func bounded() throws {
        let printed = envelope(13_000)
        let frames = try Frame.frames(of: printed, FrameLayout(bytes: 13_000))
        var collection = FrameCollection()
        var random = Seeded(9)
        for frame in frames {
            for _ in 0..<10 {
                let shard = (0..<frame.shard.count).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                _ = collection.take(
                    Frame(
                        set: frame.set, index: frame.index, layout: frame.layout,
                        shard: shard))
            }
        }
        let set = try #require(collection.found.first)
        do throws(PaperError) {
            _ = try set.envelope()
            Issue.record("an envelope of forged frames")
        } catch {
            #expect(error.code == .damaged)
        }
        // Six more claims for a place find room, and then no more.
        for number in 0..<6 { _ = collection.take(junk(frames[0], UInt8(number))) }
        #expect(collection.take(frames[0]) == .setAside)
    }

    private func junk(_ frame: Frame, _ byte: UInt8) -> Frame {
        Frame(
            set: frame.set, index: frame.index, layout: frame.layout,
            shard: [UInt8](repeating: byte, count: frame.shard.count))
    }

    private func junk(named name: Frame, _ layout: FrameLayout, _ byte: UInt8) -> [Frame] {
        (0..<layout.count).map { index in
            Frame(
                set: name.set, index: index, layout: layout,
                shard: [UInt8](repeating: byte &+ UInt8(index), count: Frame.shardBytes))
        }
    }

    private func rebuilt(_ frames: [Frame], named name: String = "") -> [UInt8]? {
        try? collected(frames).rebuilt(named: name).envelope
    }

    @Test("junk before an honest sheet, in whatever shape, does not keep it from being read")
    func junkFirst() throws {
        let printed = envelope(13_000)
        let layout = try FrameLayout(bytes: 13_000)
        let frames = try Frame.frames(of: printed, layout)
        // A whole set of junk under the honest name, in another layout and in the same one.
        let small = try FrameLayout(bytes: 100)
        #expect(rebuilt(junk(named: frames[0], small, 7) + frames) == printed)
        // Stray frames of a hundred sets.
        let strays = try (0..<100).flatMap { number in
            try Frame.frames(
                of: envelope(100, seed: UInt64(number + 50)), FrameLayout(bytes: 100)
            ).prefix(1)
        }
        #expect(rebuilt(strays + frames) == printed)
        // Three, four or six forged frames anywhere, and four for each of seven places.
        for places in [[15, 16, 17], [0, 1, 2, 3], [1, 5, 9, 13, 17, 21]] {
            #expect(rebuilt(places.map { junk(frames[$0], 9) } + frames) == printed)
        }
        let many = (0..<7).flatMap { place in
            (0..<4).map { junk(frames[place], UInt8(40 + $0)) }
        }
        #expect(rebuilt(many + frames) == printed)
    }

    /// Junk of a set of its own, with as many frames as are wanted.
    private func junkSet(_ number: Int, _ layout: FrameLayout, frames: Int) throws -> [Frame] {
        let named = try #require(
            Frame.frames(of: envelope(100, seed: UInt64(1_000 + number)), FrameLayout(bytes: 100))
                .first)
        return Array(junk(named: named, layout, 3).prefix(frames))
    }

    @Test("however many junk sets have too few codes, none is tried before a whole one")
    func tooFewFirst() throws {
        let printed = envelope(4_000)
        let frames = try Frame.frames(of: printed, FrameLayout(bytes: 4_000))
        let large = try FrameLayout(bytes: 17_000)
        let strays = try (0..<40).flatMap {
            try junkSet($0, large, frames: large.needed - 1)
        }
        #expect(large.needed - 1 > frames.count)
        #expect(rebuilt(strays + frames) == printed)
    }

    @Test("sixteen sets with enough codes are tried; behind as much junk, a name finds ours")
    func triedSets() throws {
        let printed = envelope(4_000)
        let frames = try Frame.frames(of: printed, FrameLayout(bytes: 4_000))
        let large = try FrameLayout(bytes: 17_000)
        let sets = try (0..<16).map { try junkSet($0, large, frames: large.needed) }
        #expect(rebuilt(sets.dropLast().flatMap { $0 } + frames) == printed)
        #expect(rebuilt(sets.flatMap { $0 } + frames) == nil)
        #expect(rebuilt(sets.flatMap { $0 } + frames, named: "\(frames[0].set)") == printed)
    }

    @Test("65,536 frames find room, and then no more")
    func mostFrames() throws {
        let large = try FrameLayout(bytes: 17_000)
        #expect(large.count == 32)
        var collection = FrameCollection()
        for number in 0..<2_048 {
            for frame in try junkSet(number, large, frames: 32) {
                #expect(collection.take(frame) == .new)
            }
        }
        let last = try #require(junkSet(2_048, large, frames: 1).first)
        #expect(collection.take(last) == .setAside)
    }

    @Test("which of two whole envelopes is meant is not guessed; printed twice, it is one")
    func several() throws {
        let (ours, theirs) = (envelope(4_000, seed: 1), envelope(4_000, seed: 2))
        let frames = try Frame.frames(of: ours, FrameLayout(bytes: 4_000))
        let again = try Frame.frames(of: ours, FrameLayout(bytes: 4_000, sheets: 4))
        #expect(rebuilt(frames + again) == ours)
        let others = try Frame.frames(of: theirs, FrameLayout(bytes: 4_000))
        do throws(PaperError) {
            _ = try collected(frames + others).rebuilt()
            Issue.record("a guess")
        } catch {
            #expect(error.code == .severalSets)
        }
        #expect(rebuilt(frames + others, named: String("\(others[0].set)".prefix(4))) == theirs)
        #expect(rebuilt(frames + others, named: "\(frames[0].set)".uppercased()) == ours)
        #expect(rebuilt(frames, named: "zz") == nil)
    }

    @Test("an envelope whose padding or length was changed is not taken for the printed one")
    func canonical() throws {
        let printed = envelope(4_000)
        let layout = try FrameLayout(bytes: 4_000)
        let code = try #require(ReedSolomon(needed: layout.needed, count: layout.count))
        let frames = try Frame.frames(of: printed, layout)
        for (place, byte) in [(0, UInt8(1)), (3, 0xA1), (4_004, 7), (4_457, 1)] {
            var data = frames.prefix(layout.needed).map(\.shard)
            let (row, column) = (place / Frame.shardBytes, place % Frame.shardBytes)
            guard row < data.count else { continue }
            data[row][column] = byte
            let forged = (data + code.checks(of: data)).enumerated().map { index, shard in
                Frame(
                    set: FrameSetID(of: printed), index: index, layout: layout, shard: shard)
            }
            #expect(self.code(forged) == .damaged, "byte \(place)")
        }
    }
}
