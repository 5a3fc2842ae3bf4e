import CarePassport
import Foundation
import PassportCoding
import PassportTestSupport
import Testing

/// The text of the specification, compared with the code.
@Suite struct SpecTests {
    private static func spec() throws -> String {
        try String(
            contentsOf: Corpora.packageRoot.appending(path: "Spec/care-summary.md"),
            encoding: .utf8)
    }

    @Test func theWorkedExampleIsWhatItSays() throws {
        let parts = try Self.spec().components(separatedBy: "```hex\n")
        let block = try #require(parts.dropFirst().first?.components(separatedBy: "```").first)
        let digits = block.filter { !$0.isWhitespace }
        var bytes: [UInt8] = []
        var rest = digits[...]
        while !rest.isEmpty {
            bytes.append(try #require(UInt8(rest.prefix(2), radix: 16)))
            rest = rest.dropFirst(2)
        }
        #expect(bytes.count == 111)
        let section = try Section(decoding: bytes)
        #expect(section.encoded() == bytes)
        #expect(section.notUnderstood == 0)
        #expect(section.kind == .care)

        var course = Intervention(try SampleSummary.term("trt"))
        course.session = 3
        course.sessions = 5
        course.first = try SampleSummary.date("2026-02-28")
        course.last = try SampleSummary.date("2026-03-14")
        course.mode = try SampleSummary.term("group")
        course.language = "ar"
        course.status = try SampleSummary.term("in-progress")
        var episode = CareEpisode()
        episode.layer = try SampleSummary.term("focused-support")
        episode.activity = Code(.fourWs, "8.2")
        episode.activityList = "2012"
        episode.cadre = try SampleSummary.term("trained-helper")
        episode.setting = try SampleSummary.term("community-centre")
        episode.country = "TR"
        episode.interventions = [course]
        episode.start = try SampleSummary.date("2026-02-28")
        var care = CareContent()
        care.episodes = [episode]
        care.complaints = [
            Complaint(
                try SampleSummary.term("other-emotional-complaint"),
                recorded: try SampleSummary.date("2026-02"))
        ]
        #expect(section.content == .care(care))
    }

    private static func row<V: Vocabulary>(_: V.Type) -> String {
        let words = V.words.sorted { $0.key < $1.key }.map { number, word in
            "\(word.first?.isLetter == true ? word : "\"\(word)\""): \(number)"
        }
        return "\(V.name)-word = &( \(words.joined(separator: ", ")) ) / word"
    }

    @Test func everyVocabularyAndInstrumentStandsInTheText() throws {
        let spec = try Self.spec()
        let rows = [
            Self.row(Cadre.self), Self.row(CareProtocol.self), Self.row(PresentingProblem.self),
            Self.row(Layer.self), Self.row(Setting.self), Self.row(Mode.self),
            Self.row(InterventionStatus.self), Self.row(StopReason.self),
            Self.row(ScoreMode.self), Self.row(Informant.self), Self.row(Direction.self),
            Self.row(FunctionScale.self), Self.row(RiskType.self), Self.row(RiskLevel.self),
            Self.row(Sex.self), Self.row(AgeBand.self), Self.row(LanguageUse.self),
            Self.row(InterpreterNeed.self), Self.row(AccessNeed.self), Self.row(Difficulty.self),
            Self.row(AlertKind.self), Self.row(Criticality.self), Self.row(AllergyCategory.self),
            Self.row(Severity.self), Self.row(MedicineStatus.self), Self.row(TimeUnit.self),
            Self.row(DayTime.self), Self.row(StopWarning.self), Self.row(ClinicalStatus.self),
            Self.row(Certainty.self), Self.row(AbsenceStatement.self), Self.row(CodeStatus.self),
            Self.row(Translation.self),
        ]
        let rules = try String(
            contentsOf: Corpora.packageRoot.appending(path: "Spec/cddl/care-summary.cddl"),
            encoding: .utf8
        ).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for row in rows { #expect(rules.contains(row), "\(row)") }
        for instrument in Instrument.all {
            let range = "`\(instrument.code)` \(instrument.minimum)–\(instrument.maximum)"
            #expect(spec.contains(range), "\(range)")
        }
        for entry in VerifiedCodes.all { #expect(spec.contains(entry.code)) }
    }
}
