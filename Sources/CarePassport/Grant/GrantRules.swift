internal import PassportCoding
internal import PassportCrypto
package import PassportTrust

extension GrantTerms {
    /// Rules that the terms must meet whoever signed them.
    ///
    /// - Throws: `brokenTerms`, naming the rule.
    package func checkRules() throws(PassportError) {
        func refuse(_ what: String) -> PassportError {
            PassportError(.brokenTerms, .refused, "grant: \(what)")
        }
        guard !sections.isEmpty, !purposes.isEmpty else {
            throw refuse("names no section or no purpose")
        }
        guard from <= until, issued <= until else { throw refuse("ends before it begins") }
        guard (basis == .vitalInterest) == (vitalReason != nil) else {
            throw refuse("vital interest and its reason go together")
        }
        if basis == .consent, giver == .nobody {
            throw refuse("consent that nobody gave")
        }
        guard giver.isProxy == (guardian != nil) else {
            throw refuse("a proxy and the authority to decide go together")
        }
        // Stops a guardian whose time is over, and a guardian of one who has come of age: the
        // authority's end is never after majority.
        if let guardian, guardian.from > issued || guardian.until < issued {
            throw refuse("the guardian's authority did not cover the day of the grant")
        }
        // Stops consent from outlasting the authority of whoever gave it, and so majority.
        if let guardian, until > guardian.until {
            throw refuse("lasts longer than the guardian's authority")
        }
        if assent == .refused, basis == .consent {
            throw refuse("the child said no")
        }
        if case .holder = authority {
        } else if desk != nil {
            throw refuse("only a holder's grant is made at a desk")
        }
    }

    /// Whose list the status stands in: the signer's, or for a holder's grant the desk's, or
    /// without a desk that of the passport's issuer.
    package func statusKeeper(issuer: OrganisationID) -> OrganisationID {
        switch authority {
        case .organisation(let id): id
        case .holder: desk ?? issuer
        }
    }

    /// Stops a grant from standing where somebody else's passport or grant stands: what ends the
    /// one would end the other.
    package func checkStatus(issuer: OrganisationID) throws(PassportError) {
        guard statusKeeper(issuer: issuer).statusListNumber(at: status.uri) != nil else {
            throw PassportError(
                .brokenTerms, .refused, "grant: its status is in no list of its keeper")
        }
    }

    /// Rules for a grant that passes on another: it may only narrow.
    package func checkNarrows(_ parent: GrantTerms) throws(PassportError) {
        func refuse(_ what: String) -> PassportError {
            PassportError(.brokenTerms, .refused, "grant: wider than its parent in \(what)")
        }
        guard parent.onward > onward else { throw refuse("how often it may be passed on") }
        guard parent.passport == passport else { throw refuse("the passport") }
        guard case .organisation(let holder) = parent.recipient,
            authority == .organisation(holder)
        else { throw refuse("who signs") }
        guard Set(sections).isSubset(of: parent.sections) else { throw refuse("sections") }
        guard Set(purposes).isSubset(of: parent.purposes) else { throw refuse("purposes") }
        guard from >= parent.from, until <= parent.until else { throw refuse("time") }
        guard retention <= parent.retention else { throw refuse("retention") }
    }
}
