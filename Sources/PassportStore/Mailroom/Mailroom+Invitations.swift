internal import Foundation
internal import GRDB
public import PassportCoding
public import PassportCrypto

extension Mailroom {
    /// True while an invitation can be used: asked before a stranger's bytes are read.
    public func isOpen(invitation secretHash: Digest, now: Timestamp) async throws -> Bool {
        try await read { database in
            try database.has(
                "SELECT 1 FROM invitation WHERE secretHash = ? AND expires >= ?",
                [secretHash.blob, now.seconds])
        }
    }
}
