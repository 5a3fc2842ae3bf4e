import PassportCoding
import Testing

@testable import PassportPaper

@Suite("Frames") struct FrameTests {
    private func frame() throws -> Frame {
        let frames = try Frame.frames(of: envelope(2_000), FrameLayout(bytes: 2_000))
        return try #require(frames.first)
    }

    @Test("a frame comes back from its code, which holds it whatever it is")
    func roundTrip() throws {
        for layout in try [FrameLayout(bytes: 1), FrameLayout(bytes: 17_000)] {
            for frame in try Frame.frames(of: envelope(layout.capacity), layout) {
                #expect(frame.bytes.count == Frame.byteCount)
                // Version 22, level M, holds 1134 characters of this alphabet (ISO/IEC 18004).
                #expect(frame.text.utf8.count == 1_134)
                #expect(try Frame(text: frame.text) == frame)
                #expect(try Frame(bytes: frame.bytes) == frame)
            }
        }
    }

    @Test("what is no frame is refused with its reason, and nothing traps")
    func refused() throws {
        let good = try frame().bytes
        func code(_ bytes: [UInt8]) -> PaperError.Code? {
            do throws(PaperError) {
                _ = try Frame(bytes: bytes)
                return nil
            } catch {
                return error.code
            }
        }
        func changed(_ place: Int, _ byte: UInt8) -> [UInt8] {
            var bytes = good
            bytes[place] = byte
            return bytes
        }
        #expect(code(good) == nil)
        #expect(code([]) == .malformed)
        #expect(code(Array(good.prefix(Frame.headerBytes))) == .malformed)
        #expect(code(Array(good.dropLast())) == .malformed)
        #expect(code(good + [0]) == .overLimit)
        #expect(code(changed(0, 2)) == .unknownVersion)
        #expect(code(changed(0, 0)) == .unknownVersion)
        let (index, needed, count, sheets) = (9, 10, 11, 12)
        // The index lies in the set, and the set is one that can be.
        #expect(code(changed(index, good[count])) == .malformed)
        #expect(code(changed(index, 255)) == .malformed)
        #expect(code(changed(needed, 0)) == .malformed)
        #expect(code(changed(needed, good[count] + 1)) == .malformed)
        #expect(code(changed(needed, 255)) == .malformed)
        #expect(code(changed(count, 0)) == .malformed)
        #expect(code(changed(count, 33)) == .malformed)
        #expect(code(changed(count, 255)) == .malformed)
        // What can be decoded and is not printed: other counts, and needed that do not follow.
        #expect(code(changed(count, good[count] + 1)) == .malformed)
        #expect(code(changed(needed, good[needed] - 1)) == .malformed)
        for number in [0, 9, 255] as [UInt8] {
            #expect(code(changed(sheets, number)) == .malformed)
        }
        for text in ["", "A", "::::", "a1", "Ω", String(repeating: "0", count: 5_000)] {
            #expect(throws: PaperError.self) { try Frame(text: text) }
        }
        var random = Seeded(7)
        for length in 0..<800 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = try? Frame(bytes: bytes)
            _ = try? Frame(text: Base45.encode(bytes))
        }
    }

    @Test("counts are few, one frame in four may be lost, and of several sheets any one")
    func layouts() throws {
        for bytes in stride(from: 1, through: 17_828, by: 97) {
            let layout = try FrameLayout(bytes: bytes)
            #expect(FrameLayout.counts.contains(layout.count) && layout.capacity >= bytes)
            #expect(layout.count - layout.needed == layout.count / 4)
        }
        #expect(try FrameLayout(bytes: 17_828).count == 32)
        #expect(throws: PaperError.self) { try FrameLayout(bytes: 17_829) }
        for (sheets, bytes) in (2...FrameLayout.mostSheets).flatMap({ sheets in
            [1, 5_000, 8_912, 11_884, 13_370, 17_828].map { (sheets, $0) }
        }) {
            let layout = try FrameLayout(bytes: bytes, sheets: sheets)
            #expect(layout.count - layout.needed == layout.count / 4)
            let all = (0..<sheets).map { layout.frames(on: $0) }
            #expect(Set(all.flatMap { $0 }) == Set(0..<layout.count))
            #expect(all.allSatisfy { $0 == Set($0).sorted() }, "once on a sheet, in order")
            let spare = [2: layout.count / 4, 3: 0, 4: 0][sheets]
            #expect(spare == nil || layout.spareWithoutSheet == spare, "\(sheets), \(bytes)")
            for lost in all.indices {
                let rest = all.enumerated().filter { $0.offset != lost }.flatMap(\.element)
                #expect(
                    Set(rest).count >= layout.needed + layout.spareWithoutSheet,
                    "\(sheets) sheets, \(bytes) bytes")
            }
        }
        for sheets in [0, -1, 9] {
            #expect(throws: PaperError.self) { try FrameLayout(bytes: 100, sheets: sheets) }
        }
    }

    @Test("what does not fit a layout is refused, and so is nothing at all")
    func fit() throws {
        let layout = try FrameLayout(bytes: 100)
        #expect(throws: PaperError.self) { try Frame.frames(of: [], layout) }
        #expect(throws: PaperError.self) {
            try Frame.frames(of: envelope(layout.capacity + 1), layout)
        }
        #expect(try Frame.frames(of: [7], layout).count == layout.count)
    }
}
