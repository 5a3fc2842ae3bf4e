internal import CFuzzer
import Foundation
import Glibc
import PassportCoding

// `list` names every target with its longest input; `seeds TARGET FOLDER [ROOT...]` writes what
// a run starts from; `words TARGET FILE` writes its dictionary. Anything else goes to libFuzzer,
// with CAREPASS_FUZZ_TARGET naming the target.
let arguments = CommandLine.arguments.dropFirst()
do {
    switch arguments.first {
    case "list":
        for target in FuzzTarget.all { print(target.name, target.maximumLength) }
    case "seeds" where arguments.count >= 3:
        let roots = arguments.dropFirst(3).map { URL(filePath: $0) }
        try Seeds.write(
            for: FuzzTarget.named(arguments[2]), to: URL(filePath: arguments[3]), roots: roots)
    case "words" where arguments.count >= 3:
        let words = try FuzzTarget.named(arguments[2]).words
        let lines = words.map { word in
            let bytes = word.map { "\\x" + Hexadecimal.encode([$0]) }
            return "\"" + bytes.joined() + "\"\n"
        }
        try Data(lines.joined().utf8).write(to: URL(filePath: arguments[3]))
    default:
        // Keys and sealed samples are made before the first input, so that none pays for them.
        try FuzzTarget.current.warmUp()
        var count = CommandLine.argc
        var values = unsafe CommandLine.unsafeArgv
        exit(
            unsafe withUnsafeMutablePointer(to: &values) { values in
                let pointer = unsafe UnsafeMutableRawPointer(values).assumingMemoryBound(
                    to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self)
                return unsafe LLVMFuzzerRunDriver(&count, pointer) { bytes, count in
                    let input = unsafe UnsafeBufferPointer(start: bytes, count: count)
                    unsafe FuzzTarget.current.run(Array(input))
                    return 0
                }
            })
    }
} catch {
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    exit(70)
}
