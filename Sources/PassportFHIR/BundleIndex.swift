import CarePassport
import PassportCoding

/// Finds the resource that a reference names, in the ways that real bundles write them.
struct BundleIndex {
    /// The resources in the order of their entries; null where an entry has none.
    let resources: [JSON]
    private var byURL: [String: Int] = [:]
    private var byTypeAndId: [String: Int] = [:]

    init(_ bundle: JSON) throws(FHIRError) {
        let entries = bundle.list("entry")
        guard entries.count <= Limits.bundleEntries else {
            throw FHIRError(.overLimit, "bundle: more than \(Limits.bundleEntries) entries")
        }
        resources = entries.map { $0["resource"] ?? .null }
        for (index, entry) in entries.enumerated() {
            guard let resource = entry["resource"] else { continue }
            if let url = entry.text("fullUrl") {
                // Where two entries claim one name, the first stands, as readers of lists do.
                if byURL[url] == nil { byURL[url] = index }
                if let key = Self.typeAndId(url), byTypeAndId[key] == nil {
                    byTypeAndId[key] = index
                }
            }
            if let type = resource.text("resourceType"), let id = resource.text("id") {
                let key = "\(type)/\(id)"
                if byTypeAndId[key] == nil { byTypeAndId[key] = index }
                if byURL["urn:uuid:\(id)"] == nil { byURL["urn:uuid:\(id)"] = index }
            }
        }
    }

    /// The entry that a Reference names.
    func entry(_ reference: JSON?) -> Int? {
        guard let text = reference?.text("reference") else { return nil }
        if let index = byURL[text] { return index }
        return Self.typeAndId(text).flatMap { byTypeAndId[$0] }
    }

    /// The resource that a Reference of `holder` names, contained ones included.
    func resource(_ reference: JSON?, in holder: JSON) -> (resource: JSON, entry: Int?)? {
        guard let text = reference?.text("reference") else { return nil }
        if text.hasPrefix("#") {
            return holder.list("contained").first { $0.text("id") == String(text.dropFirst()) }
                .map { ($0, nil) }
        }
        guard let index = entry(reference), resources.indices.contains(index) else { return nil }
        return (resources[index], index)
    }

    /// `Type/id` out of a relative or absolute reference, without its version.
    private static func typeAndId(_ text: String) -> String? {
        var parts = text.split(separator: "/")
        if parts.count >= 4, parts[parts.count - 2] == "_history" { parts.removeLast(2) }
        guard parts.count >= 2, let id = parts.popLast(), let type = parts.popLast(),
            type.first?.isUppercase == true
        else { return nil }
        return "\(type)/\(id)"
    }
}
