import ArgumentParser
import Foundation

/// `carepass demo`: the main job on real input, by the real programs, as a person would do it.
struct DemoCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Run the main job on example input.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "The folder for everything the demo makes; it is emptied first.")
    var out: String = "demo-output"

    @Option(help: "The folder with the example input.")
    var input: String = "Demo"

    func reply() throws -> Reply {
        let demo = try Demo(out: out, input: input, says: !options.json)
        try demo.run()
        return Reply(
            lines: [Words.say("demo.done", out)],
            json: ["steps": .array(demo.steps.map { .string($0) }), "out": .string(out)])
    }
}
