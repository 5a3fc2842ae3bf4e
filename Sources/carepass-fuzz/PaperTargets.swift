import PassportCoding
import PassportPaper

/// What stands in the codes of a sheet.
enum PaperTargets {
    static let all: [FuzzTarget] = [frame, frames]

    private static let envelope = (0..<4_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    private static let printed = Result {
        try Frame.frames(of: envelope, FrameLayout(bytes: envelope.count))
    }

    /// A code's text: what is accepted has one spelling.
    private static let frame = FuzzTarget(
        name: "frame", maximumLength: 1_200, areas: ["frame"],
        seeds: { try printed.get().prefix(3).map { Array($0.text.utf8) } },
        check: { input in
            let text = TextTargets.text(input)
            if let read = try? Frame(text: text) {
                require(TextTargets.hasSameBytes(read.text, text), "frame: two texts for one")
                let layout = read.layout
                require(read.index < layout.count, "frame: beyond its set")
                require(
                    layout.needed <= layout.count && layout.count <= 32, "frame: too many")
            }
            if let read = try? Frame(bytes: input) {
                require(read.bytes == input, "frame: other bytes than were read")
            }
        })

    /// A printed set of which the input loses, changes and repeats frames, three bytes for each:
    /// which frame, which byte of it, and what is added to that.
    private static let frames = FuzzTarget(
        name: "frames", maximumLength: 192,
        seeds: {
            let whole = try printed.get().indices.map { UInt8($0) }
            return [whole.flatMap { [$0, 0, 0] }, whole.flatMap { [$0, 12, 1, $0, 0, 0] }]
        },
        check: { input in
            let printed = try printed.get()
            var collection = FrameCollection()
            var rest = input[...]
            var honest: Set<Int> = []
            while rest.count >= 3 {
                let step = Array(rest.prefix(3))
                rest = rest.dropFirst(3)
                let frame = printed[Int(step[0]) % printed.count]
                var bytes = frame.bytes
                bytes[Int(step[1]) % bytes.count] &+= step[2]
                guard let read = try? Frame(bytes: bytes) else { continue }
                _ = collection.take(read)
                if step[2] == 0 { honest.insert(frame.index) }
            }
            let isHonest = stride(from: 2, to: input.count, by: 3).allSatisfy { input[$0] == 0 }
            for set in collection.found {
                let rebuilt = try? set.envelope()
                require(rebuilt == nil || rebuilt == envelope, "frames: another envelope")
                require(
                    !isHonest || (rebuilt != nil) == (honest.count >= set.layout.needed),
                    "frames: enough of them, and no envelope")
            }
        })
}
