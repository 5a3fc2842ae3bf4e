import PassportAudit
import PassportCrypto
import PassportStore
import PassportTrust

/// An organisation's folder without its keys: enough for what anybody may know.
struct PublicHome {
    let store: Store
    let identity: Identity

    init(_ options: GlobalOptions) throws {
        store = try HomeLayout(path: options.homePath).openStore()
        identity = try store.ownIdentity()
        // What is shown without keys is what the organisation signed, if not surely this one.
        let origin = LogOrigin.text(for: identity.organisation.digest)
        let keys = identity.signingKeys(for: .log).map(\.key)
        for key in keys.dropLast() where (try? store.confirm(origin: origin, key: key)) != nil {
            return
        }
        guard let last = keys.last else { throw Store.stateAltered }
        try store.confirm(origin: origin, key: last)
    }
}
