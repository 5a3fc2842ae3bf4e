import ArgumentParser

/// What a command line that cannot be read was meant to be.
enum Usage {
    /// The names of the commands that the arguments begin with, and the first argument that
    /// stands where a command should and names none.
    private static func walk(
        _ arguments: [String]
    ) -> (path: [String], unknown: String?) {
        var path: [String] = []
        var current: any ParsableCommand.Type = CarePass.self
        for argument in arguments {
            let commands = current.configuration.subcommands
            if commands.isEmpty || argument.hasPrefix("-") { break }
            guard let next = commands.first(where: { $0._commandName == argument }) else {
                return (path, argument == "help" ? nil : argument)
            }
            path.append(argument)
            current = next
        }
        return (path, nil)
    }

    /// What is wrong, and where help is.
    static func explain(
        _ arguments: [String], _ message: String
    ) -> (message: String, hint: String) {
        let (path, unknown) = walk(arguments)
        let hint =
            path.isEmpty
            ? Words.say("hint.usage")
            : Words.say("hint.usage-of", path.joined(separator: " "))
        guard let unknown else {
            return ("\(message.prefix(1).lowercased())\(message.dropFirst())", hint)
        }
        let name = ViewText.clean((path + [unknown]).joined(separator: " "))
        return (Words.say("error.no-command", name), hint)
    }
}
