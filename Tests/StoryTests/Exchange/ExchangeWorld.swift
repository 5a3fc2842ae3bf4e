import Foundation
import PassportExchange
import Testing

/// A world whose organisations have mailboxes: Izmir and Munich at one daemon that is reached
/// over TCP, Athens at a daemon that listens on a socket file and has no address.
struct ExchangeWorld: Sendable {
    let world: World
    let open: DaemonProcess
    let hidden: DaemonProcess

    /// Starts both daemons, pairs everybody, and has everybody know everybody's newest keys.
    init(_ world: World? = nil) async throws {
        self.world = try world ?? World()
        open = try DaemonProcess(in: self.world.path("open-daemon"))
        hidden = try DaemonProcess(in: self.world.path("hidden-daemon"), at: .socket)
        for daemon in [open, hidden] { try await daemon.startUp() }
        for home in World.homes {
            let daemon = home == "athens" ? hidden : open
            let paired = try pair(home, with: daemon)
            #expect(paired["reachable"].bool == (home != "athens"))
        }
        try exchangeIdentities()
        for home in World.homes { try self.world.ask(home, ["sync"]) }
    }

    /// Pairs a home with a daemon that runs.
    @discardableResult
    func pair(
        _ home: String, with daemon: DaemonProcess, _ extra: [String] = []
    ) throws -> JSONAnswer {
        try world.ask(home, ["daemon", "pair", daemon.invitation().text] + extra)
    }

    /// Everybody takes in everybody's newest identity file.
    func exchangeIdentities() throws {
        for home in World.homes {
            try world.ask(home, ["org", "export", "--out", world.path("\(home).newer")])
        }
        for home in World.homes {
            for peer in World.homes where peer != home {
                try world.ask(home, ["take-in", world.path("\(peer).newer")])
            }
        }
    }

    /// Syncs a home until something holds, as its schedule does over minutes.
    func sync(
        _ home: String, until what: String, _ condition: () throws -> Bool
    ) async throws {
        try await Poll.until(what, every: .milliseconds(300)) {
            try world.ask(home, ["sync"])
            return try condition()
        }
    }

    /// What became of a parcel that a home sent.
    func state(of parcel: String, sentBy home: String) throws -> String? {
        try world.ask(home, ["inbox"])["sent"].list
            .first { $0["parcel"].string == parcel }?["state"].string
    }

    /// The acts in a home's log.
    func acts(_ home: String) throws -> [String] {
        try world.ask(home, ["audit", "show"])["entries"].list.compactMap { $0["act"].string }
    }

    func stop() async throws {
        for daemon in [open, hidden] { try await daemon.stop() }
    }
}
