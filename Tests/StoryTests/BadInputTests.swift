import Foundation
import PassportCoding
import PassportTestSupport
import Testing

/// Every command that takes a file, with files that are none: a code, one line, no crash, and
/// a home that is the same to the last byte.
@Suite struct BadInputTests {
    /// One way to hand a file to a command.
    struct Place: Sendable, CustomTestStringConvertible {
        let name: String
        let home: String?
        /// The arguments, with `FILE` where the file's path goes.
        let arguments: [String]
        /// Bytes that the command reads at most.
        let maximum: Int
        /// The file of a world that is good in this place.
        let good: String?
        var statuses: Set<Int32> = [65]
        var testDescription: String { name }

        func arguments(_ file: String, _ world: World) -> [String] {
            arguments.map {
                $0.replacingOccurrences(of: "FILE", with: file)
                    .replacingOccurrences(of: "WORLD", with: world.folder.path)
                    .replacingOccurrences(of: "PASSPORT", with: world.passport)
                    .replacingOccurrences(of: "SUMMARY", with: world.summary)
                    .replacingOccurrences(of: "GRANT", with: world.athensGrant)
            }
        }
    }

    private static let grant = [
        "grant", "PASSPORT", "--to", "Clinic Munich", "--sections", "care", "--basis", "consent",
        "--days", "9", "--language", "ar", "--method", "read",
    ]

    static let places: [Place] = [
        Place(
            name: "open", home: "athens", arguments: ["open", "FILE", "--operator", "dr-athens"],
            maximum: Limits.envelopeBytes, good: "izmir-to-athens.envelope"),
        Place(
            name: "inspect", home: nil, arguments: ["inspect", "FILE"],
            maximum: Limits.envelopeBytes, good: "izmir-to-athens.envelope"),
        Place(
            name: "peer add", home: "izmir",
            arguments: ["peer", "add", "FILE", "--fingerprint", "0", "--trust", "issue"],
            maximum: Limits.identityBytes, good: "athens.identity"),
        Place(
            name: "take-in", home: "izmir", arguments: ["take-in", "FILE"],
            maximum: Limits.identityBytes, good: "athens.identity"),
        Place(
            name: "summary import", home: "izmir",
            arguments: ["summary", "import", "FILE", "--cadre", "nurse"],
            maximum: Limits.fhirBytes, good: nil),
        Place(
            name: "reissue", home: "izmir",
            arguments: ["reissue", "PASSPORT", "--card", "FILE", "--out", "WORLD/never"],
            maximum: 256, good: "card/consent-half.txt"),
        Place(
            name: "PIN", home: "izmir",
            arguments: [
                "seal", "SUMMARY", "--card", "WORLD/card/consent-half.txt", "--pin", "FILE",
            ],
            maximum: 256, good: nil),
        Place(
            name: "supplement", home: "izmir",
            arguments: ["summary", "import", "--supplement", "FILE", "--cadre", "nurse"],
            maximum: Limits.fhirBytes, good: nil),
        Place(
            name: "seal --card", home: "izmir", arguments: ["seal", "SUMMARY", "--card", "FILE"],
            maximum: 256, good: "card/consent-half.txt"),
        Place(
            name: "grant --card", home: "izmir",
            arguments: grant + ["--statement", "\(World.demo)/statement-ar.txt", "--card", "FILE"],
            maximum: 256, good: "card/consent-half.txt"),
        Place(
            name: "withdraw --card", home: "izmir",
            arguments: [
                "withdraw", "--grant", "GRANT", "--out", "WORLD/never", "--card", "FILE",
            ], maximum: 256, good: "card/consent-half.txt"),
        Place(
            name: "pack --carry", home: "izmir",
            arguments: [
                "pack", "PASSPORT", "--to", "Clinic Athens", "--out", "WORLD/never", "--carry",
                "FILE",
            ], maximum: 256, good: "card/carry-half.txt"),
        Place(
            name: "open --carry", home: "athens",
            arguments: [
                "open", "WORLD/izmir-to-athens.envelope", "--operator", "dr-athens", "--carry",
                "FILE",
            ], maximum: 256, good: nil),
        Place(
            name: "--passphrase-file", home: "izmir",
            arguments: ["status", "export", "--out", "WORLD/never", "--passphrase-file", "FILE"],
            maximum: Limits.passphraseBytes, good: nil, statuses: [65, 77]),
    ]

    /// Contents that are wrong everywhere.
    private static func contents(_ place: Place, _ world: World) throws -> [(String, [UInt8])] {
        var random = SeededRandom(seed: 0xBAD)
        var list: [(String, [UInt8])] = [
            ("empty", []), ("one byte", [0]), ("random", random.bytes(200)),
            ("duplicate keys", [0xA2, 0x01, 0x01, 0x01, 0x02]),
            ("deep CBOR", Array(repeating: 0x81, count: 100_000)),
            ("deep tags", Array(repeating: 0xC1, count: 100_000)),
            ("deep JSON", Array(repeating: UInt8(ascii: "["), count: 200_000)),
            ("duplicate properties", Array(#"{"form":"a","form":"a"}"#.utf8)),
            // A length that no memory holds.
            ("endless string", [0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
            ("endless list", [0x9B, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        ]
        if let good = place.good {
            let bytes = try world.folder.bytes(good)
            // The last byte of a card is a line break and not part of it.
            for length in [bytes.count - 2, bytes.count / 2, 17] {
                list.append(("first \(length) bytes", Array(bytes.prefix(length))))
            }
            list.append(("one byte more", bytes + [0x41]))
        }
        return list
    }

    @Test(arguments: places)
    func isRefusedAndChangesNothing(_ place: Place) throws {
        let world = try World()
        let home = place.home ?? "izmir"
        let before = try HomeState(world, home)
        for (name, bytes) in try Self.contents(place, world) {
            let file = try world.folder.write(bytes, to: "bad")
            let answer = try world.run(place.home, place.arguments(file, world))
            answer.expectRefusal(place.statuses, "\(place.name), \(name)")
            #expect(try HomeState(world, home) == before, "\(place.name), \(name)")
        }
        #expect(!FileManager.default.fileExists(atPath: world.path("never")))
    }

    /// One byte past the limit is refused for its length alone, in little memory.
    @Test func whatIsTooLongIsRefusedUnread() throws {
        let world = try World()
        let log = BadInputTests.Place(
            name: "audit verify", home: nil, arguments: ["audit", "verify", "FILE"],
            maximum: Limits.auditExportBytes, good: nil)
        for place in Self.places + [log] {
            let file = world.path("long")
            _ = FileManager.default.createFile(atPath: file, contents: nil)
            let handle = try FileHandle(forWritingTo: URL(filePath: file))
            // A hole in the file: it has the length and takes no room.
            try handle.truncate(atOffset: UInt64(place.maximum + 1))
            try handle.close()
            let answer = try Self.runInLittleMemory(world, place.home, place.arguments(file, world))
            answer.expectRefusal([65], place.name)
            #expect(
                answer.complaints.contains("longer than \(place.maximum) bytes"),
                "\(answer.summary)")
        }
    }

    /// A stream has no length; it is read to the limit and no further.
    @Test func anEndlessStreamIsRefused() throws {
        let world = try World()
        let carepass = CarePassProcess.executable.path
        for arguments in ["inspect -", "summary import --cadre nurse -"] {
            let answer = try world.process("izmir").run(
                URL(filePath: "/bin/sh"),
                ["-c", "ulimit -v 1500000; exec \"\(carepass)\" \(arguments) < /dev/zero"])
            answer.expectRefusal([65], arguments)
            #expect(answer.complaints.contains("longer than"))
        }
    }

    private static func runInLittleMemory(
        _ world: World, _ home: String?, _ arguments: [String]
    ) throws -> Answer {
        try world.process(home).run(
            URL(filePath: "/bin/sh"),
            ["-c", "ulimit -v 900000; exec \"$0\" \"$@\"", CarePassProcess.executable.path]
                + World.signed(home, arguments))
    }

    @Test func aMissingFileOrAFolderIsNoInput() throws {
        let world = try World()
        for place in Self.places {
            for file in [world.path("is-not-there"), world.folder.path] {
                let answer = try world.run(place.home, place.arguments(file, world))
                answer.expectRefusal([66], place.name)
            }
        }
    }

    /// Files of the home itself can be damaged too.
    @Test(arguments: [
        ("keystore.key", ["status", "export", "--out", "-"]),
        ("carepass.sqlite", ["org", "show"]),
        ("operator-dr-athens.key", ["open", "ENVELOPE", "--operator", "dr-athens"]),
    ])
    func aDamagedHomeIsRefusedAndLeftAsItIs(_ file: String, _ command: [String]) throws {
        let world = try World()
        let arguments = command.map { $0 == "ENVELOPE" ? world.envelope : $0 }
        let good = try world.folder.bytes("athens/\(file)")
        var random = SeededRandom(seed: 0xDA)
        let damages: [(String, [UInt8])] = [
            ("empty", []), ("random", random.bytes(5_000)),
            ("cut", Array(good.prefix(good.count / 2 + 7))),
            ("text", Array("this is a letter\n".utf8)),
        ]
        for (name, bytes) in damages {
            try world.folder.write(bytes, to: "athens/\(file)")
            let answer = try world.run("athens", arguments)
            answer.expectRefusal([65, 66, 77], "\(file), \(name)")
            // An empty database is what a crash inside 'init' leaves: it is brought up to date.
            let isUnfinished = file.hasSuffix(".sqlite") && bytes.isEmpty
            #expect(
                try isUnfinished || world.folder.bytes("athens/\(file)") == bytes,
                "\(file), \(name)")
        }
    }

    /// An auditor's verdict on something that is no log is a verdict: it fails.
    @Test func whatIsNoLogFailsVerification() throws {
        let world = try World()
        let place = Place(
            name: "audit", home: nil, arguments: [], maximum: 0, good: "izmir.identity")
        for (name, bytes) in try Self.contents(place, world) {
            let file = try world.folder.write(bytes, to: "bad.log")
            let verdict = try world.ask(nil, ["audit", "verify", file], expecting: 77)
            #expect(verdict["logs"][0]["integrity"]["standing"].string == "fail", "\(name)")
            let pair = try world.run(nil, ["audit", "reconcile", file, file])
            pair.expectRefusal([65, 77], name)
        }
    }
}
