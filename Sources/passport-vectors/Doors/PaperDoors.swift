import PassportCoding
import PassportCrypto
import PassportPaper

extension Door {
    static func frame(_ input: Input) throws -> Outcome {
        let text = try input.text("text")
        let frame = try Frame(text: text)
        try sameBytes(Array(frame.text.utf8), Array(text.utf8), "the frame")
        return .accepted([
            "set": .text("\(frame.set)"), "index": .int(frame.index),
            "needed": .int(frame.layout.needed), "count": .int(frame.layout.count),
            "sheets": .int(frame.layout.sheets),
            "shard": .hex(Digest.sha256(of: frame.shard).bytes),
        ])
    }

    /// Codes that are no frames are passed over: other things than sheets are in pictures too.
    static func sheets(_ input: Input) throws -> Outcome {
        var collection = FrameCollection()
        for text in try input.texts("codes") {
            if let frame = try? Frame(text: text) { _ = collection.take(frame) }
        }
        let (set, envelope) = try collection.rebuilt()
        return .accepted([
            "set": .text("\(set.set)"), "envelope": .hex(Digest.sha256(of: envelope).bytes),
        ])
    }
}
