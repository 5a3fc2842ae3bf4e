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
    ///
    /// Read from the end: an address may be megabytes of slashes, and only its last parts count.
    private static func typeAndId(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        let slash = UInt8(ascii: "/")
        var end = bytes.count
        func part() -> String? {
            while end > 0, bytes[end - 1] == slash { end -= 1 }
            var start = end
            while start > 0, bytes[start - 1] != slash { start -= 1 }
            defer { end = start }
            return start < end ? String(decoding: bytes[start..<end], as: UTF8.self) : nil
        }
        var id = part()
        var type = part()
        if type == "_history" { (id, type) = (part(), part()) }
        guard let id, let type, type.first?.isUppercase == true else { return nil }
        return "\(type)/\(id)"
    }
}
