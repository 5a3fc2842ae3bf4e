internal import GRDB
internal import PassportCoding
internal import PassportTrust

/// How many organisations one may follow, and how many bytes their identities and status lists
/// may have here.
///
/// Attack: a hosted organisation, or a thief of its exchange key, follows made-up organisations
/// without end, and has each of them publish as much as one may.
extension Mailroom {
    static let tooManyFollowed = StoreError(
        .mailboxFull, .refused, "as many organisations are followed here as may be",
        hint: "unfollow those with whom nothing is exchanged any more")
    static let papersFull = StoreError(
        .mailboxFull, .refused,
        "as many bytes of manifests and lists lie here for those who follow as may at once",
        hint: "it goes on when they unfollow others")

    /// Refuses one more.
    func refuseTooManyFollowed(by host: OrganisationID, _ database: Database) throws {
        let count: Int =
            try database.row("SELECT count(*) FROM follow WHERE host = ?", [host.blob])?[0] ?? 0
        guard count < bounds.followed else { throw Self.tooManyFollowed }
    }

    /// Counts anew what an organisation's identity and lists have here; there are few of them.
    ///
    /// - Returns: true when it is more than before.
    @discardableResult
    static func weigh(_ id: OrganisationID, _ database: Database) throws -> Bool {
        func bytes() throws -> Int {
            try database.row("SELECT bytes FROM papers WHERE organisation = ?", [id.blob])?[0] ?? 0
        }
        let before = try bytes()
        try database.run(
            """
            INSERT INTO papers (organisation, bytes)
            SELECT id, length(identity) + (
                SELECT ifnull(sum(length(bytes)), 0) FROM statusList WHERE organisation = id)
            FROM organisation WHERE id = ?
            ON CONFLICT (organisation) DO UPDATE SET bytes = excluded.bytes
            """,
            [id.blob])
        return try bytes() > before
    }

    /// Refuses one whom `host` has just begun to follow, when there is no room for what it
    /// publishes.
    func refusePapers(for host: OrganisationID, _ database: Database) throws {
        let bytes: Int =
            try database.row(
                """
                SELECT sum(bytes) FROM follow JOIN papers ON organisation = peer WHERE host = ?
                """,
                [host.blob])?[0] ?? 0
        guard bytes <= bounds.followedBytes else { throw Self.papersFull }
    }

    /// Refuses what a followed organisation has just published, unless it has no more than its
    /// share, or one of those who follow it has room: neither others who are followed nor a
    /// follower who used up his own may keep its lists from all.
    ///
    /// - Parameter isManifest: when true, a quarter more is let in: the manifest that ends a
    ///   stolen key must not wait for room that lists have taken.
    func refusePapers(
        of id: OrganisationID, isManifest: Bool, _ database: Database
    ) throws {
        guard try !Self.hosts(id, database) else { return }
        let bytes = bounds.followedBytes
        let own: Int =
            try database.row("SELECT bytes FROM papers WHERE organisation = ?", [id.blob])?[0] ?? 0
        guard own > bytes / max(bounds.followed, 1) else { return }
        let hasRoom = try database.has(
            """
            SELECT 1 FROM follow AS own WHERE peer = ? AND (
                SELECT sum(bytes) FROM follow AS other JOIN papers ON organisation = other.peer
                WHERE other.host = own.host) <= ?
            """,
            [id.blob, isManifest ? bytes + bytes / 4 : bytes])
        guard hasRoom else { throw Self.papersFull }
    }
}
