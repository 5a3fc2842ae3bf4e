import Foundation
import PassportCoding

/// Writes the inputs from which a run starts.
enum Seeds {
    /// Files are taken up to this many for one target: a run of seconds must get beyond them.
    private static let mostFiles = 400

    /// Writes the target's own inputs and those found below `roots`, one file each.
    static func write(for target: FuzzTarget, to folder: URL, roots: [URL]) throws {
        var inputs = try target.seeds()
        let areas = roots.flatMap { root in target.areas.map { root.appending(path: $0) } }
        for root in areas + roots where inputs.count < mostFiles {
            inputs += found(for: target, below: root).prefix(mostFiles - inputs.count)
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (number, input) in inputs.enumerated() where input.count <= target.maximumLength {
            try Data(input).write(to: folder.appending(path: "seed-\(number)"))
        }
    }

    private static func found(for target: FuzzTarget, below root: URL) -> [[UInt8]] {
        let walker = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        let files = (walker?.allObjects ?? []).compactMap { $0 as? URL }.sorted {
            $0.path < $1.path
        }
        var inputs: [[UInt8]] = []
        for file in files where inputs.count < mostFiles {
            let isWanted = target.files.contains(file.pathExtension)
            let holdsTexts =
                target.takesHexadecimal || target.areas.contains(root.lastPathComponent)
            guard isWanted || holdsTexts && file.pathExtension == "json",
                let data = try? Data(contentsOf: file), data.count <= 4_000_000
            else { continue }
            if isWanted { inputs += target.fromFile([UInt8](data)) }
            if holdsTexts, let value = try? JSONSerialization.jsonObject(with: data) {
                collect(value, asBytes: target.takesHexadecimal, into: &inputs)
            }
        }
        return inputs.filter { $0.count <= target.maximumLength }
    }

    /// Every text in a JSON value: as itself, or the bytes that it stands for.
    private static func collect(_ value: Any, asBytes: Bool, into inputs: inout [[UInt8]]) {
        guard inputs.count < mostFiles else { return }
        switch value {
        case let text as String:
            if !asBytes {
                inputs.append(Array(text.utf8))
            } else if text.utf8.count >= 2, let bytes = try? Hexadecimal.decode(text.lowercased()) {
                inputs.append(bytes)
            }
        case let list as [Any]:
            for element in list { collect(element, asBytes: asBytes, into: &inputs) }
        case let object as [String: Any]:
            for key in object.keys.sorted() {
                collect(object[key] ?? "", asBytes: asBytes, into: &inputs)
            }
        default: break
        }
    }
}
