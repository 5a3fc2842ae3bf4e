import ArgumentParser
import Foundation
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust

/// `carepass purge`: erases what was received, and tells whoever sent it.
struct PurgeCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Erase a fetched envelope and what came with it; the sender gets a receipt.",
        discussion: "What was exported into other systems is not reached.")

    @OptionGroup var options: GlobalOptions

    @OptionGroup var staff: OperatorOptions

    @Argument(help: "The first digits of the parcel, as 'inbox' shows them, or its file.")
    var parcel: String

    func reply() throws -> Reply {
        let operatorKey = try OperatorKey(options, staff)
        let home = try Home.open(options, with: operatorKey)
        // What 'fetch' wrote is named by its digest.
        let name = URL(filePath: parcel).deletingPathExtension().lastPathComponent.lowercased()
        let found = try home.store.receivedParcels().filter { "\($0.digest)".hasPrefix(name) }
        guard let parcel = found.first, found.count == 1, name.utf8.count >= 6 else {
            throw CommandError(
                .badArgument, .noInput, Words.say("error.no-parcel", ViewText.clean(self.parcel)),
                hint: Words.say("hint.no-parcel"))
        }
        let path = home.layout.envelope(parcel.digest)
        guard parcel.purged == nil else {
            try? FileManager.default.removeItem(atPath: path)
            return reply(parcel, "purge.already")
        }
        var fields = AuditFields(act: .parcelErased, time: home.now)
        fields.object = parcel.digest
        fields.counterpart = parcel.sender.digest
        let knowledge = try home.knowledge()
        let receipt = try Notices.acts(of: .purged, for: parcel, knowledge, home)
        // First: a receipt that goes out while the bytes are still here would not be true.
        if FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
        try home.commit(
            fields, [.exchange(.purged(parcel.digest, at: home.now))], after: receipt,
            signedBy: operatorKey)
        return reply(parcel, receipt.isEmpty ? "purge.untold" : "purge.done")
    }

    private func reply(_ parcel: ReceivedParcel, _ key: String) -> Reply {
        Reply(
            lines: [Words.say(key)],
            json: [
                "parcel": .string("\(parcel.digest)"), "repeated": .bool(key == "purge.already"),
                "senderIsTold": .bool(key == "purge.done"),
            ])
    }
}
