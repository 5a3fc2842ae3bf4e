import Foundation
import Glibc
import Testing

/// The memory of another process of ours, as a thief with its machine reads it.
enum ProcessMemory {
    /// A file of the kernel's, to its end: it has no length, and comes in small pieces.
    static func text(_ path: String) throws -> String {
        let handle = try FileHandle(forReadingFrom: URL(filePath: path))
        var data = Data()
        while let piece = try handle.read(upToCount: 65_536), !piece.isEmpty { data += piece }
        return String(decoding: data, as: UTF8.self)
    }

    /// Calls `look` with every readable stretch; stretches overlap, so that nothing lies between.
    static func scan(_ process: Int32, overlap: Int = 4_096, _ look: ([UInt8]) -> Void) throws {
        let maps = try text("/proc/\(process)/maps")
        let memory = unsafe open("/proc/\(process)/mem", O_RDONLY)
        try #require(memory >= 0)
        defer { close(memory) }
        let size = 1 << 20
        let nothing = [UInt8](repeating: 0, count: size)
        for line in maps.split(separator: "\n") {
            // Pages that are fenced off from the program itself can be read from outside all the
            // same; what lies in files, and no process has changed, is nobody's data.
            let fields = line.split(separator: " ")
            guard fields.count >= 2,
                fields.count < 6 || fields[1].contains("w")
                    || fields[5] == "[heap]" || fields[5] == "[stack]"
            else { continue }
            let bounds = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard bounds.count == 2, var start = bounds.first, let end = bounds.last else {
                continue
            }
            // What is large and fenced off is only reserved: nothing was ever written there.
            guard fields[1] != "---p" || end - start <= UInt64(size) else { continue }
            while start < end {
                var buffer = [UInt8](repeating: 0, count: min(size, Int(clamping: end - start)))
                let count = unsafe pread(memory, &buffer, buffer.count, off_t(clamping: start))
                // Guard pages, and pages that nobody has touched, cannot be read.
                guard count > 0 else {
                    start += 4_096
                    continue
                }
                buffer.removeLast(buffer.count - count)
                if buffer != nothing { look(buffer) }
                start += UInt64(count > overlap ? count - overlap : count)
            }
        }
    }
}
