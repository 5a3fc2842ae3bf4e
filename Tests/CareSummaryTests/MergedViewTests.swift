import CarePassport
import Foundation
import PassportCoding
import PassportTestSupport
import Testing

@Suite struct MergedViewTests {
    private static func score(_ total: String, _ date: String?) throws -> Score {
        var score = Score(
            Code(.instrument, "cries-8"), total: try #require(DecimalNumber(total)),
            direction: .higherWorse)
        score.date = try date.map { try SampleSummary.date($0) }
        return score
    }

    private static func section(
        _ scores: [Score], supersedes: [UInt8]? = nil
    ) throws -> Section {
        var summary = CareSummary()
        summary.scores = ScoresContent()
        summary.scores?.scores = scores
        let sections = try summary.sections(
            person: try PersonReference(Array(repeating: 1, count: 16)),
            provenance: Provenance(
                cadre: Term(number: 1), date: try SampleSummary.date("2026-01-05")),
            supersedes: supersedes)
        return try #require(sections.first)
    }

    @Test func newestFirstWithEverySourceNamed() throws {
        let izmir = SourceLabel(issuer: "Izmir", passport: Array(repeating: 1, count: 16))
        let athens = SourceLabel(issuer: "Athens", passport: Array(repeating: 2, count: 16))
        let shared = try Self.score("21", "2026-03-14")
        let view = MergedView([
            (izmir, try Self.section([try Self.score("30", nil), shared])),
            (
                athens,
                try Self.section(
                    [shared, try Self.score("12", "2026-04-09")], supersedes: izmir.passport)
            ),
        ])
        let list = try #require(view.lists.first)
        #expect(view.lists.count == 1)
        #expect(list.kind == SectionKind.scores.rawValue)
        #expect(list.items.map(\.date.text) == ["2026-04-09", "2026-03-14", "2026-01-05"])
        #expect(list.items.map(\.sources) == [[athens], [izmir, athens], [izmir]])
        #expect(list.items.map(\.isSuperseded) == [false, false, true])
    }

    @Test func laterKindsStayVisible() throws {
        let label = SourceLabel(issuer: "x", passport: [])
        var section = try Self.section([try Self.score("1", nil)])
        section.content = .unknown(kind: 12, content: .null)
        let view = MergedView([(label, section)])
        #expect(view.lists.map(\.kind) == [12])
        #expect(view.lists.first?.items.count == 1)
    }

    @Test func everyKeyHasAnEnglishText() throws {
        let file = Corpora.packageRoot.appending(path: "Sources/carepass/Locales/summary.en.json")
        let table = try JSONDecoder().decode(
            [String: String].self, from: try Data(contentsOf: file))
        let items = try SampleSummary.full().contents.flatMap(SummaryItem.items)
        for line in items.flatMap(\.lines) {
            for key in line.keys { #expect(table[key] != nil, "\(key)") }
            #expect(!line.text(table).contains("{0}"))
        }
        for key in Self.allTermKeys() { #expect(table[key] != nil, "\(key)") }
        for kind in SectionKind.allCases { #expect(table["section.\(kind.name)"] != nil) }
    }

    private static func keys<V: Vocabulary>(_: V.Type) -> [String] {
        V.words.keys.map { Term<V>(number: $0).key }
    }

    private static func allTermKeys() -> [String] {
        keys(Cadre.self) + keys(CareProtocol.self) + keys(PresentingProblem.self)
            + keys(Layer.self) + keys(Setting.self) + keys(Mode.self)
            + keys(InterventionStatus.self) + keys(StopReason.self) + keys(ScoreMode.self)
            + keys(Informant.self) + keys(Direction.self) + keys(FunctionScale.self)
            + keys(RiskType.self) + keys(RiskLevel.self) + keys(Sex.self) + keys(AgeBand.self)
            + keys(LanguageUse.self) + keys(InterpreterNeed.self) + keys(AccessNeed.self)
            + keys(Difficulty.self) + keys(AlertKind.self) + keys(Criticality.self)
            + keys(AllergyCategory.self) + keys(Severity.self) + keys(MedicineStatus.self)
            + keys(TimeUnit.self) + keys(DayTime.self) + keys(StopWarning.self)
            + keys(ClinicalStatus.self) + keys(Certainty.self) + keys(AbsenceStatement.self)
            + keys(CodeStatus.self) + keys(Translation.self)
    }

    /// A safety plan is read in danger: each step under its own name, in the order in which it is
    /// used; what was asked and left empty differs from what was never asked.
    @Test func aSafetyPlanShowsEveryStepUnderItsName() throws {
        var plan = SafetyPlan()
        plan.texts = [1: "I stop sleeping", 2: "Walking", 3: "The tea house", 6: "", 7: "My son"]
        let lines = SummaryItem.plan(plan).lines
        #expect(lines.map(\.indent) == [0, 1, 1, 1, 1, 1])
        #expect(
            lines == [
                SummaryLine("item.safety-plan"),
                Self.step("warning-signs", .text("I stop sleeping")),
                Self.step("coping", .text("Walking")),
                Self.step("distraction", .text("The tea house")),
                Self.step("means-safety", .key("step.empty")),
                Self.step("reason-for-living", .text("My son")),
            ])
        plan.texts = Dictionary(
            uniqueKeysWithValues: SafetyPlan.steps.indices.map { ($0 + 1, "\($0)") })
        #expect(
            SummaryItem.plan(plan).lines.dropFirst()
                == SafetyPlan.steps.enumerated().map { Self.step($1, .text("\($0)")) }[...])
        #expect(SummaryItem.plan(SafetyPlan()).lines == [SummaryLine("item.safety-plan")])
    }

    private static func step(_ name: String, _ argument: SummaryLine.Argument) -> SummaryLine {
        SummaryLine("field.step", [.key("step.\(name)"), argument], indent: 1)
    }

    @Test func valuesThatLookLikePlacesStayText() {
        let line = SummaryLine("k", [.text("{1}"), .text("b")])
        #expect(line.text(["k": "{0} and {1} {2} {"]) == "{1} and b {2} {")
        #expect(line.text([:]) == "k {1} b")
    }
}
