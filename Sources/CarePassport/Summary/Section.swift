public import PassportCoding

/// What a section holds.
public enum SectionContent: Hashable, Sendable {
    /// Kind 1.
    case emergency(EmergencyContent)
    /// Kind 2.
    case medication(MedicationContent)
    /// Kind 3.
    case care(CareContent)
    /// Kind 4.
    case scores(ScoresContent)
    /// Kind 5.
    case diagnosis(DiagnosisContent)
    /// Kind 6.
    case risk(RiskContent)
    /// A kind that this version does not read, kept as it is.
    case unknown(kind: Int, content: CBORItem)

    /// The kind's number.
    public var kind: Int {
        switch self {
        case .emergency: SectionKind.emergency.rawValue
        case .medication: SectionKind.medication.rawValue
        case .care: SectionKind.care.rawValue
        case .scores: SectionKind.scores.rawValue
        case .diagnosis: SectionKind.diagnosis.rawValue
        case .risk: SectionKind.risk.rawValue
        case .unknown(let kind, _): kind
        }
    }

    /// The size of the content in a section.
    public var encodedByteCount: Int { item.encoded().count }

    var item: CBORItem {
        switch self {
        case .emergency(let content): content.item
        case .medication(let content): content.item
        case .care(let content): content.item
        case .scores(let content): content.item
        case .diagnosis(let content): content.item
        case .risk(let content): content.item
        case .unknown(_, let content): content
        }
    }

    init(kind: Int, _ value: CBORValue, _ tally: Tally) throws(CodingError) {
        switch SectionKind(rawValue: kind) {
        case .emergency: self = .emergency(try EmergencyContent(value, tally))
        case .medication: self = .medication(try MedicationContent(value, tally))
        case .care: self = .care(try CareContent(value, tally))
        case .scores: self = .scores(try ScoresContent(value, tally))
        case .diagnosis: self = .diagnosis(try DiagnosisContent(value, tally))
        case .risk: self = .risk(try RiskContent(value, tally))
        case .guardianship, .referral, .notes, nil:
            guard case .map = value.item else {
                throw CodingError(.unexpectedItem, "\(value.place): not a map")
            }
            tally.notUnderstood += 1
            self = .unknown(kind: kind, content: value.item)
        }
    }
}

/// One section: the unit that is sealed, granted and opened. It stands alone.
public struct Section: Hashable, Sendable {
    /// Which person, among the passports of one reader.
    public var person: PersonReference
    /// Who wrote it and from what.
    public var provenance: Provenance
    /// The content.
    public var content: SectionContent
    /// The passport that this one takes the place of.
    public var supersedes: [UInt8]?
    /// What a later version added beside these.
    public internal(set) var extras = Extras()
    /// How many elements this version does not understand; 0 for a section made here.
    public internal(set) var notUnderstood = 0

    /// A section.
    public init(
        person: PersonReference, provenance: Provenance, content: SectionContent,
        supersedes: [UInt8]? = nil
    ) {
        self.person = person
        self.provenance = provenance
        self.content = content
        self.supersedes = supersedes
    }

    /// The kind; nil for one that this version has no name for.
    public var kind: SectionKind? { SectionKind(rawValue: content.kind) }

    /// The section's one encoding. Only a section from `CareSummary.sections` or from
    /// `init(decoding:)` is known to be readable again; `checked()` tells for others.
    public func encoded() -> [UInt8] {
        var pairs: [(CBORItem, CBORItem)] = [
            (CBORItem(1), CBORItem(content.kind)), (CBORItem(2), person.item),
            (CBORItem(3), provenance.item), (CBORItem(4), content.item),
        ]
        if let supersedes { pairs.append((CBORItem(5), .bytes(supersedes))) }
        pairs += extras.entries.map { ($0.key, $0.value) }
        return CBORItem.map(CBORMap(pairs)).encoded()
    }

    /// Reads a section that takes up all of `bytes`.
    public init(decoding bytes: [UInt8]) throws(SummaryError) {
        guard bytes.count <= Limits.sectionBytes else {
            throw SummaryError(
                .overLimit, "section: \(bytes.count) bytes, at most \(Limits.sectionBytes)")
        }
        let tally = Tally()
        do throws(CodingError) {
            let item = try CBORReader.item(from: bytes)
            var reader = try ElementReader(CBORValue(item, "section"), tally)
            let kind = try reader.take(1, "kind").int(in: 1...Limits.termNumber)
            person = try PersonReference(try reader.take(2, "person"))
            provenance = try Provenance(try reader.take(3, "provenance"), tally)
            let value = try reader.take(4, "content")
            content = try SectionContent(kind: kind, value, tally)
            supersedes = try reader.optional(5, "supersedes")?.bytes(exactly: 16)
            extras = try reader.finish()
        } catch {
            throw SummaryError(error, as: .malformedSection)
        }
        notUnderstood = tally.notUnderstood
    }

    /// The section itself, once its own reader has read it back: the reader's rules are the
    /// only rules, so that nothing can be sealed that nobody can open.
    public func checked() throws(SummaryError) -> Section {
        do throws(SummaryError) {
            let again = try Section(decoding: encoded())
            guard again.content == content else {
                throw SummaryError(.invalidContent, "section: reads back as something else")
            }
            return self
        } catch {
            guard error.code == .malformedSection else { throw error }
            throw SummaryError(
                .invalidContent, error.message, hint: error.hint, cause: error.cause)
        }
    }
}
