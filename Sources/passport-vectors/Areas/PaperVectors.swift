import PassportCoding
import PassportCrypto
import PassportPaper

/// Codes of sheets: one by one, and a pile of them.
struct PaperVectors {
    let shop: Workshop
    /// A real envelope of profile paper.
    let envelope: [UInt8]

    /// What need not be an envelope to be spread over frames.
    private let small = Secrets.stream("paper").bytes(3_000)

    func write() throws {
        try frames()
        try piles()
    }

    private static func text(_ bytes: [UInt8]) -> String { Base45.encode(bytes) }

    private func frames() throws {
        let first = try Frame.frames(of: envelope, FrameLayout(bytes: envelope.count))[0]
        func add(_ scenario: String, _ verdict: Ruling, _ comment: String, _ text: String) {
            shop.add(.frame, scenario, verdict, comment, ["text": .text(text)])
        }
        func changed(_ place: Int, _ byte: UInt8) -> String {
            var bytes = first.bytes
            bytes[place] = byte
            return Self.text(bytes)
        }
        add("first", .accept, "The first of 24 frames on one side.", first.text)
        let sheets = try Frame.frames(of: small, FrameLayout(bytes: 3_000, sheets: 4))
        add("last-of-four-sheets", .accept, "The last of 8 frames on four sheets.", sheets[7].text)
        let two = try Frame.frames(of: small, FrameLayout(bytes: 3_000, sheets: 2))
        add("last-of-two-sheets", .accept, "Each of two sheets holds all frames.", two[7].text)
        let three = try Frame.frames(of: envelope, FrameLayout(bytes: envelope.count, sheets: 3))
        add(
            "last-of-three-sheets", .accept, "Sheets may hold different numbers of frames.",
            three[three.count - 1].text)
        add("version-2", .refused, "A later version is named, and not guessed at.", changed(0, 2))
        let (index, needed, count, spread) = (9, 10, 11, 12)
        let numbers: [(String, String, Int, UInt8)] = [
            ("index-past-set", "An index lies in its set.", index, 24),
            ("needed-none", "Something is needed.", needed, 0),
            ("needed-all", "What is needed follows from the count.", needed, 24),
            ("count-not-printed", "Counts are few.", count, 23),
            ("count-past-limit", "A set has at most 32 frames.", count, 33),
            ("needed-less", "What is needed follows from the count.", needed, 16),
            ("needed-past-set", "No more is needed than there is.", needed, 25),
            ("count-of-another", "What is needed follows from the count.", count, 32),
            ("sheets-none", "There is a sheet.", spread, 0),
            ("sheets-past-limit", "A set has at most 8 sheets.", spread, 9),
        ]
        for (scenario, comment, place, byte) in numbers {
            add(scenario, .malformed, comment, changed(place, byte))
        }
        add("empty", .malformed, "A frame is there.", "")
        add("short", .malformed, "Frames have one length.", Self.text(first.bytes.dropLast()))
        add("long", .malformed, "Frames have one length.", Self.text(first.bytes + [0]))
        add("lower-case", .malformed, "Base45 has no lower case.", first.text.lowercased())
        add(
            "past-two-bytes", .malformed, "Three characters are at most 65535.",
            ":::" + first.text.dropFirst(3))
        add(
            "another-alphabet", .malformed, "Nothing outside of Base45.",
            "_" + first.text.dropFirst())
    }

    private func piles() throws {
        func add(_ scenario: String, _ verdict: Ruling, _ comment: String, _ frames: [Frame]) {
            addTexts(scenario, verdict, comment, frames.map(\.text))
        }
        func addTexts(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ texts: [String]
        ) {
            shop.add(
                .sheets, scenario, verdict, comment, ["codes": .list(texts.map { .text($0) })])
        }
        let side = try Frame.frames(of: envelope, FrameLayout(bytes: envelope.count))
        add(
            "any-18-of-24", .accept, "One code in four may be lost, data among them.",
            side.filter { $0.index % 4 != 1 }.reversed())
        let all = try Frame.frames(of: small, FrameLayout(bytes: 3_000))
        let needed = all[0].layout.needed
        let sheets = try Frame.frames(of: small, FrameLayout(bytes: 3_000, sheets: 4))
        addTexts(
            "a-sheet-lost", .accept,
            "Any one of the sheets may be lost; codes that are none of ours are passed over.",
            ["HTTPS://EXAMPLE.ORG", ""] + sheets.filter { $0.index % 4 != 2 }.map(\.text))
        let other = try Frame.frames(
            of: Secrets.stream("other paper").bytes(3_000), FrameLayout(bytes: 3_000))
        add(
            "another-set", .accept, "Frames of another set, and of another layout, are kept apart.",
            all + other.prefix(needed - 1) + sheets)
        let forged = try forged(all[0])
        add(
            "forged-instead", .accept,
            "A forged frame in the place of a printed one is survived, and one beside it.",
            [forged] + all.dropFirst() + [try self.forged(all[7])])
        add(
            "forged-and-no-other", .malformed, "What was forged is not made up for.",
            [forged] + all[1..<needed])
        add(
            "two-forged", .malformed, "Two forged frames, and none to spare.",
            [forged, try self.forged(all[1])] + all[2..<needed])
        add(
            "two-whole-sets", .malformed, "Which of two envelopes is meant, a person says.",
            all + other)
        let copies = try Frame.frames(of: small, FrameLayout(bytes: 3_000, sheets: 2))
        add(
            "one-of-two-sheets", .accept, "Either of two sheets does, one code in four lost.",
            copies.filter { $0.index % 4 != 3 } + copies.filter { $0.index % 4 == 0 })
        let layout = try FrameLayout(bytes: 17_828, sheets: 3)
        let three = try Frame.frames(
            of: Secrets.stream("longest paper").bytes(17_828), layout)
        func sheet(_ number: Int) -> [Frame] { layout.frames(on: number).map { three[$0] } }
        add(
            "two-of-three-sheets", .accept, "Any two of three sheets do; they share check frames.",
            sheet(1) + sheet(2))
        add("one-of-three-sheets", .refused, "One of three sheets gives nothing.", sheet(1))
        add(
            "one-frame-too-few-of-two-sheets", .refused,
            "What only the third sheet held leaves nothing to spare.",
            (sheet(0) + sheet(1)).filter { $0.index != 3 })
        add(
            "copies-of-too-few", .refused, "The same frames on both sheets are not more frames.",
            Array(copies.prefix(needed - 1) + copies.prefix(needed - 1)))
        add(
            "copies-and-one-side", .refused, "Copies are a layout of their own.",
            Array(copies.prefix(needed - 1) + all.suffix(needed - 1)))
        addTexts("no-frames", .refused, "Other codes are no frames.", ["HELLO", "WORLD"])
        addTexts(
            "lower-case", .refused, "Base45 has no lower case.", all.map { $0.text.lowercased() })
        try tooFew(add, side, all, sheets, other)
        try inside(add, all)
    }

    private func tooFew(
        _ add: (String, Ruling, String, [Frame]) -> Void, _ side: [Frame], _ all: [Frame],
        _ sheets: [Frame], _ other: [Frame]
    ) throws {
        let needed = all[0].layout.needed
        let nothing = "One frame too few gives nothing at all."
        add("none", .refused, "Without frames there is no envelope.", [])
        add("one-too-few", .refused, nothing, Array(all.suffix(needed - 1)))
        add("one-too-few-of-one-side", .refused, nothing, Array(side.prefix(17)))
        add(
            "one-many-times", .refused, "A frame twice is a frame.",
            Array(repeating: all[0], count: needed))
        add(
            "two-sheets-lost", .refused, "Of two sheets that are lost nothing comes back.",
            sheets.filter { $0.index % 4 < 2 })
        add(
            "one-of-four-sheets", .refused, "One of four sheets gives nothing.",
            sheets.filter { $0.index % 4 == 1 })
        add(
            "two-layouts", .refused, "Frames of two layouts do not add up.",
            Array(all.prefix(needed - 1) + sheets.prefix(needed - 1)))
        add(
            "two-sets", .refused, "Frames of two sets do not add up.",
            Array(all.prefix(needed - 1) + other.suffix(1)))
    }

    /// One byte of the share is another.
    private func forged(_ frame: Frame) throws -> Frame {
        try Frame(bytes: Forge.flipped(frame.bytes, at: 100))
    }

    /// Sets whose frames agree with each other, and with no envelope of their name.
    private func inside(
        _ add: (String, Ruling, String, [Frame]) -> Void, _ all: [Frame]
    ) throws {
        let layout = try FrameLayout(bytes: 3_000)
        let name = all[0].bytes[1...8]
        func renamed(_ envelope: [UInt8]) throws -> [Frame] {
            try Frame.frames(of: envelope, layout).map { frame in
                try Frame(bytes: [frame.bytes[0]] + name + frame.bytes.dropFirst(9))
            }
        }
        add(
            "another-envelope", .malformed, "The digest decides.",
            try renamed(Forge.flipped(small, at: 2_999)))
        add(
            "length-shorter", .malformed, "The length is the envelope's.",
            try renamed(Array(small.dropLast())))
        add(
            "length-longer", .malformed, "Zeros behind the end are no part of it.",
            try renamed(small + [0]))
        // The data frames alone, so that the check frames do not mend it.
        let data = all.prefix(layout.needed)
        let last = try Frame(bytes: Forge.flipped(data[layout.needed - 1].bytes, at: 755))
        add(
            "fill-changed", .malformed, "What stands behind the end says nothing either.",
            data.dropLast() + [last])
        let foreign = FrameSetID(of: envelope).bytes
        add(
            "fill-of-another-set", .malformed, "The fill is that of the set.",
            data.dropLast() + [
                try Frame(bytes: data[layout.needed - 1].bytes.dropLast(8) + foreign)
            ])
        let zeros = [UInt8](repeating: 0, count: 4)
        add(
            "fill-of-zeros", .malformed, "Zeros behind the end would show how much is inside.",
            data.dropLast() + [
                try Frame(bytes: data[layout.needed - 1].bytes.dropLast(4) + zeros)
            ])
        // Each frame under the number of the next.
        let turned = try all.map { frame in
            var bytes = frame.bytes
            bytes[9] = UInt8((frame.index + 1) % layout.count)
            return try Frame(bytes: bytes)
        }
        add("numbers-turned", .malformed, "A frame has its own number.", turned)
    }
}
