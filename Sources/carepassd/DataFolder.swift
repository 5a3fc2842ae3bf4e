import Foundation
import Glibc
import PassportCoding
import PassportServer
import PassportStore

/// Whether the user who runs a command may use the data folder. Otherwise what is there looks as
/// if it was not, and the advice for that would be wrong.
enum DataFolder {
    /// What stands in the way, and what to do about it.
    struct Trouble {
        let text: String
        let advice: String
    }

    /// Nil when nothing stands in the way, and when there is no folder.
    static func trouble(_ folder: String) -> Trouble? {
        guard let owner = status(folder)?.owner else {
            guard unsafe access(folder, F_OK) != 0, errno == EACCES else { return nil }
            return Trouble(
                text: "the user \(name(of: geteuid())) cannot reach the data folder",
                advice: "run this as the daemon's user: 'sudo -u carepassd carepassd'")
        }
        guard unsafe access(folder, R_OK | W_OK | X_OK) == 0 else {
            return foreign("the data folder", of: owner, folder, owner)
        }
        for entry in Mailroom.entries + TLSIdentity.names {
            let path = "\(folder)/\(entry)"
            guard let entryStatus = status(path) else { continue }
            // To root nothing is closed; what root left here is closed to the daemon.
            let isOdd =
                geteuid() == 0 && entryStatus.owner != owner
                && entryStatus.permissions & 0o044 == 0
            let isClosed = unsafe access(path, R_OK) != 0
            guard isOdd || isClosed else { continue }
            return foreign("'\(entry)' in the data folder", of: entryStatus.owner, folder, owner)
        }
        return nil
    }

    private static func status(_ path: String) -> (owner: uid_t, permissions: Int)? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let owner = attributes?[.ownerAccountID] as? NSNumber,
            let permissions = attributes?[.posixPermissions] as? NSNumber
        else { return nil }
        return (owner.uint32Value, permissions.intValue)
    }

    private static func foreign(
        _ what: String, of user: uid_t, _ folder: String, _ owner: uid_t
    ) -> Trouble {
        let isWrong = user != owner || owner == 0 || owner == geteuid()
        let whose =
            user == owner
            ? "this runs as \(name(of: geteuid()))" : "the folder to \(name(of: owner))"
        return Trouble(
            text: "\(what) belongs to the user \(name(of: user)), and \(whose)",
            advice: (isWrong ? "" : "run this as 'sudo -u \(name(of: owner)) carepassd', or ")
                + "give all of it to the daemon's user: 'sudo chown -R carepassd: \(folder)'")
    }

    /// Refuses a folder that this user may not use.
    static func refuseForeign(_ folder: String) throws(ServerError) {
        guard let trouble = trouble(folder) else { return }
        throw ServerError(.badSettings, .refused, trouble.text, hint: trouble.advice)
    }

    private static func name(of user: uid_t) -> String {
        guard let entry = unsafe getpwuid(user) else { return "\(user)" }
        return unsafe String(cString: entry.pointee.pw_name)
    }
}
