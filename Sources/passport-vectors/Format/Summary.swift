/// Manifest and schema.
enum Summary {
    /// How many vectors there are, for each area and verdict.
    static func manifest(_ vectors: [Vector]) -> JSON {
        var areas: [String: JSON] = [:]
        for area in Area.allCases {
            let members = vectors.filter { $0.area == area }
            var counts: [String: JSON] = ["vectors": .int(members.count)]
            for verdict in Ruling.allCases {
                let count = members.filter { $0.verdict == verdict }.count
                if count > 0 { counts[verdict.rawValue] = .int(count) }
            }
            areas[area.rawValue] = .object(counts)
        }
        return [
            "version": .int(Vector.formatVersion), "vectors": .int(vectors.count),
            "areas": .object(areas), "generated": GeneratedLimit.manifest,
        ]
    }

    /// The JSON Schema of all vectors: one closed shape for each area.
    static var schema: JSON {
        [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Care Passport test vector",
            "oneOf": .list(
                Area.allCases.map { area in
                    var schema = area.vectorShape.schema.entries
                    schema["title"] = .text(area.rawValue)
                    schema["description"] = .text(area.meaning)
                    return .object(schema)
                }),
        ]
    }
}
