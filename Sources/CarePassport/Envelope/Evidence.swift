internal import PassportCoding
internal import PassportTrust

/// What came along in an envelope for a reader without network, and what of it concerns the
/// passports and grants beside it. Nothing else of it is looked at: whoever packs an envelope
/// could otherwise buy hours of a reader's time with junk.
package struct Evidence: Sendable {
    /// Identity files, in the content's order.
    let identities: [[UInt8]]
    /// Signed status lists, in the content's order.
    let statusLists: [[UInt8]]
    /// Organisations that passports, grants or the disclosure name.
    let organisations: Set<OrganisationID>
    /// Addresses of the status lists that passports and grants name.
    let addresses: Set<String>

    package init(
        identities: [[UInt8]], statusLists: [[UInt8]], passports: [UnverifiedPassport],
        grants: [UnverifiedGrant], disclosure: UnverifiedDisclosure
    ) {
        self.identities = identities
        self.statusLists = statusLists
        var organisations: Set<OrganisationID> = [disclosure.terms.sender]
        var addresses: Set<String> = []
        for claims in passports.map(\.claims) {
            organisations.insert(claims.issuer)
            organisations.formUnion(claims.authorities)
            addresses.insert(claims.status.uri)
        }
        for terms in grants.flatMap(Self.lineage) {
            if case .organisation(let id) = terms.authority { organisations.insert(id) }
            if let desk = terms.desk { organisations.insert(desk) }
            addresses.insert(terms.status.uri)
        }
        self.organisations = organisations
        self.addresses = addresses
    }

    /// The terms of a grant and of those inside it, as far as they can be read.
    private static func lineage(_ grant: UnverifiedGrant) -> [GrantTerms] {
        var lineage = [grant.terms]
        while lineage.count <= Limits.onwardDepth, let bytes = lineage.last?.parent,
            let parent = try? UnverifiedGrant(decoding: bytes)
        {
            lineage.append(parent.terms)
        }
        return lineage
    }
}
