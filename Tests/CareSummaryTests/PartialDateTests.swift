import CarePassport
import Testing

@Suite struct PartialDateTests {
    @Test(arguments: ["2026", "2026-03", "2026-03-14", "2024-02-29"])
    func readsAndWritesWhatIsKnown(_ text: String) throws {
        let date = try #require(PartialDate(text))
        #expect(date.text == text)
        #expect(PartialDate(number: date.number) == date)
    }

    @Test(arguments: [
        "", "26", "2026-3", "2026-13", "2026-02-30", "2023-02-29", "2026-03-14-1", "0999",
        "2026-03-14-15", "2026-", "+026", "２０２６",
    ])
    func refusesWhatIsNoDate(_ text: String) {
        #expect(PartialDate(text) == nil)
    }

    @Test(arguments: [0, 999, 10_000, 99_999, 202_600, 202_613, 20_260_230, 1_000_000, -2026])
    func refusesNumbersThatAreNoDate(_ number: Int) {
        #expect(PartialDate(number: number) == nil)
    }

    @Test func addsDaysOverMonthsAndLeapYears() {
        #expect(PartialDate("2024-02-15")?.adding(days: 30)?.text == "2024-03-16")
        #expect(PartialDate("2026-12-31")?.adding(days: 1)?.text == "2027-01-01")
        #expect(PartialDate("2026-12")?.adding(days: 1) == nil)
        #expect(PartialDate("9999-12-31")?.adding(days: 1) == nil)
    }
}
