import PassportStore
import PassportTrust

/// An organisation's folder without its keys: enough for what anybody may know.
struct PublicHome {
    let store: Store
    let identity: Identity

    init(_ options: GlobalOptions) throws {
        store = try Store.open(at: HomeLayout(path: options.homePath).database)
        identity = try store.ownIdentity()
    }
}
