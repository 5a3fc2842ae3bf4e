import ArgumentParser
import PassportServer

/// `carepassd check-config`: says what the configuration means, and what is wrong in it.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Read the configuration and say what it means; change nothing.")

    @OptionGroup var options: ConfigOptions

    func run() throws {
        let settings = try options.settings()
        Say.line("data folder           \(settings.data)")
        Say.line("listens on            \(settings.listen)")
        if let address = settings.address {
            Say.line("others reach it at    \(address)")
        } else {
            Say.line("others reach it       not at all: it collects from peers every")
            Say.line("                      \(settings.collectSeconds) seconds or a little more")
        }
        Say.line("metrics               \(settings.metrics.map { "\($0)" } ?? "nowhere")")
        Say.line("logs                  \(settings.logLevel.rawValue) and above")
        Say.line(
            "connections           \(settings.connections), "
                + "\(settings.connectionsPerAddress) from one address")
        Say.line("The configuration can be read.")
    }
}
