/// Objects of an exact size.
enum Sized {
    /// Pads until the object has `count` bytes.
    static func bytes(_ count: Int, _ make: ([UInt8]) throws -> [UInt8]) throws -> [UInt8] {
        var padding = 0
        for attempt in 0..<8 {
            let bytes = try make([UInt8](repeating: 0, count: max(0, padding)))
            if bytes.count == count { return bytes }
            // From below: lengths grow with what they count, and past its limit nothing is made.
            padding += count - bytes.count - (attempt == 0 ? 16 : 0)
        }
        throw VectorProblem("no object of \(count) bytes")
    }
}
