import ArgumentParser
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportServer
import PassportStore

/// `carepassd invite`: one organisation may have its mailbox here.
struct InviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Print an invitation: one organisation may pair with this daemon, once.")

    @OptionGroup var options: ConfigOptions

    @Option(help: "Hours until the invitation ends.")
    var hours: Int = 48

    func validate() throws {
        guard (1...720).contains(hours) else {
            throw ValidationError("an invitation lasts from 1 to 720 hours")
        }
    }

    func run() async throws {
        let settings = try options.settings()
        let mailroom = try await Mailroom.tool(settings)
        let pin = try TLSIdentity.pin(in: settings.data)
        let secret = Randomness.system.bytes(Invitation.secretBytes)
        let expires = Timestamp.system.adding(seconds: Int64(hours) * 3_600)
        try await mailroom.invite(secretHash: Invitation.hash(of: secret), expires: expires)
        let invitation = Invitation(
            endpoint: Endpoint(address: try settings.ownAddress(), pin: pin), secret: secret,
            expires: expires)
        Say.line(invitation.text)
        Say.error("It works once, until \(expires). Give it to the organisation in private:")
        Say.error("carepass daemon pair <the line above> --operator <who>")
    }
}
