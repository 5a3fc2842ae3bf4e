internal import Foundation
internal import PassportCrypto
internal import PassportTrust

extension [UInt8] {
    /// The bytes as SQLite takes them.
    var blob: Data { Data(self) }
}

extension Digest {
    /// The bytes as SQLite takes them.
    var blob: Data { Data(bytes) }
}

extension OrganisationID {
    /// The bytes as SQLite takes them.
    var blob: Data { Data(digest.bytes) }
}
