import PassportCoding

/// The domain of `CommandError`.
enum CommandDomain: FailureDomain {
    static let name = "command"
}

/// What only the command line can get wrong.
typealias CommandError = Failure<CommandDomain>

extension Failure<CommandDomain>.Code {
    static let noFile = Self("noFile")
    static let badPicture = Self("badPicture")
    static let tooLong = Self("tooLong")
    static let noPassphrase = Self("noPassphrase")
    static let unknownOrganisation = Self("unknownOrganisation")
    static let unknownOperator = Self("unknownOperator")
    static let unknownFile = Self("unknownFile")
    static let clockLeap = Self("clockLeap")
    static let nothingTaken = Self("nothingTaken")
    static let nothingGranted = Self("nothingGranted")
    static let badArgument = Self("badArgument")
    static let badRootKey = Self("badRootKey")
    static let noDaemon = Self("noDaemon")
    static let demoFailed = Self("demoFailed")
}
