import CarePassport
import PassportCoding
import PassportTestSupport
import Testing

@Suite struct SectionCodingTests {
    @Test func everySectionReadsBackAsItself() throws {
        let sections = try SampleSummary.sections()
        #expect(sections.compactMap(\.kind) == SectionKind.written)
        for section in sections {
            let again = try Section(decoding: section.encoded())
            #expect(again == section)
            #expect(again.notUnderstood == 0)
        }
        #expect(try CareSummary(sections) == SampleSummary.full())
    }

    @Test func unknownPartsAreKeptAndCounted() throws {
        for section in try SampleSummary.sections() {
            let item = try CBORReader.item(from: section.encoded())
            let widened = Self.widened(item)
            let bytes = widened.item.encoded()
            let again = try Section(decoding: bytes)
            #expect(again.encoded() == bytes)
            #expect(again.notUnderstood == widened.count)
            #expect(again.kind == section.kind)
        }
    }

    /// Adds a key of a later version to every map.
    private static func widened(_ item: CBORItem) -> (item: CBORItem, count: Int) {
        switch item {
        case .map(let map):
            var count = 1
            var pairs: [(CBORItem, CBORItem)] = [(CBORItem(-900), .text("later"))]
            for entry in map.entries {
                let inner = widened(entry.value)
                count += inner.count
                pairs.append((entry.key, inner.item))
            }
            return (.map(CBORMap(pairs)), count)
        case .array(let items):
            let inner = items.map(widened)
            return (.array(inner.map(\.item)), inner.reduce(0) { $0 + $1.count })
        default: return (item, 0)
        }
    }

    private static func section(_ kind: Int, _ content: CBORItem) -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(kind)), (2, .bytes(Array(repeating: 1, count: 16))),
            (3, CBORItem(fields: [(1, CBORItem(2)), (2, CBORItem(20_260_314)), (4, CBORItem(1))])),
            (4, content),
        ]).encoded()
    }

    @Test(arguments: [7, 8, 9, 10, 65_535])
    func laterKindsAreKept(_ kind: Int) throws {
        let bytes = Self.section(kind, CBORItem(fields: [(1, .text("x"))]))
        let section = try Section(decoding: bytes)
        #expect(
            section.content == .unknown(kind: kind, content: CBORItem(fields: [(1, .text("x"))])))
        #expect(section.encoded() == bytes)
        #expect(section.notUnderstood == 1)
    }

    @Test func wordsOfLaterVersionsAreKept() throws {
        let content = CBORItem(fields: [(3, CBORItem(77)), (6, .array([CBORItem(300)]))])
        let section = try Section(decoding: Self.section(1, content))
        #expect(section.notUnderstood == 2)
        #expect(section.encoded() == Self.section(1, content))
    }

    private static let long = String(repeating: "x", count: 281)

    private static let refused: [(String, CBORItem)] = [
        ("content is no map", .array([])),
        ("text key", .map(CBORMap([(.text("a"), .null)]))),
        ("empty list", CBORItem(fields: [(2, .array([]))])),
        ("empty subject", CBORItem(fields: [(1, CBORItem(fields: []))])),
        ("word 0", CBORItem(fields: [(3, CBORItem(0))])),
        ("false flag", language([(1, .text("ar")), (3, .bool(false))])),
        ("no tag", language([(3, .bool(true))])),
        ("bad tag", language([(1, .text("a b"))])),
        ("control character", subject([(1, .text("a\u{7}"))])),
        ("direction override", subject([(1, .text("a\u{202E}b"))])),
        ("empty text", subject([(1, .text(""))])),
        ("long pseudonym", subject([(1, .text(String(repeating: "é", count: 41)))])),
        ("year 999", subject([(2, CBORItem(999))])),
        (
            "known system as text",
            alert([(1, .text("http://loinc.org")), (2, .text("1")), (4, CBORItem(4))])
        ),
        ("no status", alert([(1, CBORItem(5)), (2, .text("1"))])),
        ("no code", CBORItem(fields: [(5, .array([CBORItem(fields: [(1, CBORItem(1))])]))])),
        (
            "bad date",
            CBORItem(fields: [(7, .array([CBORItem(fields: [(1, CBORItem(20_260_230))])]))])
        ),
    ]

    private static func language(_ fields: [(Int, CBORItem?)]) -> CBORItem {
        CBORItem(fields: [(2, .array([CBORItem(fields: fields)]))])
    }

    private static func subject(_ fields: [(Int, CBORItem?)]) -> CBORItem {
        CBORItem(fields: [(1, CBORItem(fields: fields))])
    }

    private static func alert(_ code: [(Int, CBORItem?)]) -> CBORItem {
        let alert = CBORItem(fields: [(1, CBORItem(1)), (2, .array([CBORItem(fields: code)]))])
        return CBORItem(fields: [(5, .array([alert]))])
    }

    @Test(arguments: refused.indices)
    func refusesContentThatBreaksARule(_ index: Int) throws {
        let (name, content) = Self.refused[index]
        let error = #expect(throws: SummaryError.self, Comment(rawValue: name)) {
            try Section(decoding: Self.section(1, content))
        }
        #expect(error?.code == .malformedSection || error?.code == .overLimit)
    }

    @Test func limitsHoldAtTheLimitAndNotBeyond() throws {
        for (count, isFine) in [(280, true), (281, false)] {
            let plan = CBORItem(fields: [(1, .text(String(repeating: "ش", count: count)))])
            let bytes = Self.section(6, CBORItem(fields: [(2, plan)]))
            #expect(((try? Section(decoding: bytes)) != nil) == isFine)
        }
        for (count, isFine) in [(64, true), (65, false)] {
            let diagnosis = CBORItem(fields: [
                (
                    1,
                    .array([
                        CBORItem(fields: [
                            (1, CBORItem(1)), (2, .text("6B40")), (4, CBORItem(4)),
                        ])
                    ])
                )
            ])
            let list = CBORItem.array(Array(repeating: diagnosis, count: count))
            let bytes = Self.section(5, CBORItem(fields: [(1, list)]))
            #expect(((try? Section(decoding: bytes)) != nil) == isFine)
        }
        let room = Limits.sectionBytes - Self.section(99, CBORItem(fields: [(1, .bytes([]))])).count
        for (extra, isFine) in [(-2, true), (-1, false)] {
            let content = CBORItem(fields: [
                (1, .bytes(Array(repeating: 0, count: room + extra)))
            ])
            #expect(((try? Section(decoding: Self.section(99, content))) != nil) == isFine)
        }
    }

    @Test func whatCannotBeReadIsNotWritten() throws {
        var summary = try SampleSummary.full()
        summary.risk?.plan?.texts[1] = Self.long
        let person = try PersonReference(Array(repeating: 1, count: 16))
        let provenance = Provenance(
            cadre: Term(number: 1), date: try #require(PartialDate("2026-01-01")))
        #expect(throws: SummaryError(.overLimit, "")) {
            try summary.sections(person: person, provenance: provenance)
        }
        summary.risk = nil
        summary.medication?.medicines.append(Medicine(codes: []))
        #expect(throws: SummaryError(.invalidContent, "")) {
            try summary.sections(person: person, provenance: provenance)
        }
        #expect(throws: SummaryError(.invalidReference, "")) { try PersonReference([1]) }
    }

    @Test func changedBytesNeverTrapAndWhatReadsWritesItself() throws {
        var generator = SeededRandom(seed: 20_260_314)
        for section in try SampleSummary.sections() {
            let bytes = section.encoded()
            for _ in 0..<400 {
                var changed = bytes
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let index = Int.random(in: changed.indices, using: &generator)
                    changed[index] = UInt8.random(in: 0...255, using: &generator)
                }
                if Bool.random(using: &generator) {
                    changed.removeLast(Int.random(in: 0...changed.count / 2, using: &generator))
                }
                guard let read = try? Section(decoding: changed) else { continue }
                #expect(read.encoded() == changed)
            }
        }
    }
}
