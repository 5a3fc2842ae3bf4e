/// The instruments that this version knows: the range a total can have and which way it points.
///
/// No item of any instrument is here: several may not be copied, and a total is enough.
public struct Instrument: Sendable, Hashable {
    /// The code in `urn:care-passport:instrument`.
    public let code: String
    /// The printed name, the same in every language.
    public let name: String
    /// The verified LOINC code of the total, where there is one.
    public let loinc: String?
    /// The least total.
    public let minimum: Int
    /// The greatest total.
    public let maximum: Int
    /// What a higher total means.
    public let direction: Term<Direction>

    init(
        _ code: String, _ name: String, _ range: ClosedRange<Int>, loinc: String? = nil,
        _ direction: Term<Direction> = .higherWorse
    ) {
        self.code = code
        self.name = name
        self.loinc = loinc
        minimum = range.lowerBound
        maximum = range.upperBound
        self.direction = direction
    }

    /// The table.
    public static let all: [Instrument] = [
        Instrument("phq-9", "PHQ-9", 0...27, loinc: "44261-6"),
        Instrument("phq-2", "PHQ-2", 0...6, loinc: "55758-7"),
        Instrument("phq-a", "PHQ-9 (teen)", 0...27, loinc: "89204-2"),
        Instrument("gad-7", "GAD-7", 0...21, loinc: "70274-6"),
        Instrument("who-5", "WHO-5", 0...25, .higherBetter),
        Instrument("k6", "K6", 0...24),
        Instrument("k10", "K10", 10...50),
        Instrument("pcl-5", "PCL-5", 0...80),
        Instrument("cries-8", "CRIES-8", 0...40),
        Instrument("cries-13", "CRIES-13", 0...65),
        Instrument("sdq", "SDQ", 0...40),
        Instrument("rhs-15", "RHS-15", 0...56),
        Instrument("rhs-13", "RHS-13", 0...52),
        Instrument("hscl-25", "HSCL-25", 1...4),
        Instrument("htq-4", "HTQ IV", 1...4),
        Instrument("whodas-12", "WHODAS 2.0 (12)", 0...100),
        Instrument("cgi-s", "CGI-S", 1...7),
        Instrument("cgi-i", "CGI-I", 1...7),
        Instrument("mhos", "MHOS", 0...100),
    ]

    /// The instrument that a code names.
    public static func named(_ code: Code) -> Instrument? {
        all.first {
            code.system == .instrument && $0.code == code.code
                || code.system == .loinc && $0.loinc == code.code
        }
    }

    /// The code a score carries: LOINC where it is verified, else the local one.
    public var preferredCode: Code {
        loinc.map { Code(.loinc, $0, display: name) } ?? Code(.instrument, code, display: name)
    }
}

extension Term where V == Direction {
    /// A higher total is worse.
    public static var higherWorse: Self { Self(number: 1) }
    /// A higher total is better.
    public static var higherBetter: Self { Self(number: 2) }
}
