import CarePassport
import PassportCoding
import PassportFHIR

/// Sections, which hold what others wrote into a passport.
enum CareTargets {
    static let all: [FuzzTarget] = [section]

    /// A section has one encoding, and reads as the same through every form of its content.
    private static let section = FuzzTarget(
        name: "section", maximumLength: 4_096, files: ["json"], takesHexadecimal: true,
        areas: ["section"],
        fromFile: { sections(of: $0) },
        seeds: { try World.sections().map { $0.encoded() } },
        check: { input in
            guard let read = try? Section(decoding: input) else { return }
            require(read.encoded() == input, "section: two encodings")
            require(!isRefused { try read.checked() }, "section: refused by its own check")
            let source = SourceLabel(issuer: "issuer", passport: [UInt8](repeating: 1, count: 16))
            let view = MergedView([(source, read), (source, read)])
            require(
                view.lists.allSatisfy { list in
                    list.items.allSatisfy { $0.sources == [source] && !$0.item.lines.isEmpty }
                }, "section: an item without lines or with one source twice")
            let summary = CareSummary([read])
            // A list that holds one element twice stays as it is; nothing is ever left out.
            require(summary.merging(summary) == summary, "section: merging adds to itself")
            FHIRTargets.requireReadable(summary)
        })

    /// The sections of a summary in a file.
    private static func sections(of file: [UInt8]) -> [[UInt8]] {
        let summary = (try? SummaryReader.read(file).0) ?? (try? SupplementReader.read(file))
        return FHIRTargets.sections(of: summary ?? CareSummary()).map { $0.encoded() }
    }
}
