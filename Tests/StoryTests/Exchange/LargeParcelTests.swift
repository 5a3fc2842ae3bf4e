import Foundation
import PassportClient
import PassportCoding
import PassportExchange
import Testing

/// Envelopes of the size that paper scans and long histories have.
@Suite(.serialized) struct LargeParcelTests {
    /// The most that a process held so far, in kilobytes.
    private static func peak(_ daemon: DaemonProcess) throws -> Int {
        let status = try ProcessMemory.text("/proc/\(daemon.processID)/status")
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return try #require(Int((line ?? "").filter(\.isNumber)))
    }

    /// Attack: a few senders with large bodies at once, to have a cheap machine run out of memory.
    @Test("Parcels of 12 MB go through two daemons, which never hold much of them")
    func twelveMegabytes() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let near = try DaemonProcess(in: folder.file("n"))
            let far = try DaemonProcess(in: folder.file("f"))
            for daemon in [near, far] { try await daemon.startUp() }
            let sender = try await Correspondent.paired("Sender", with: near)
            let friend = try await Correspondent.paired("Friend", with: far)
            try await sender.follow(friend)
            try await friend.follow(sender)
            let before = try [near, far].map(Self.peak)
            let parcels = (0..<5).map { _ in Parcel(count: 12_000_000) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for parcel in parcels {
                    group.addTask {
                        let answer = try await sender.handOver(parcel, to: friend).get()
                        #expect(answer.status == 201)
                    }
                }
                try await group.waitForAll()
            }
            try await Poll.until("all have arrived", every: .milliseconds(200)) {
                try await friend.inbox().count == parcels.count
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for parcel in parcels {
                    group.addTask {
                        let bytes = try await friend.fetch(parcel.digest)
                        #expect(bytes == parcel.bytes)
                    }
                }
                try await group.waitForAll()
            }
            for (daemon, old) in zip([near, far], before) {
                let growth = try Self.peak(daemon) - old
                #expect(growth < 30_000, "\(growth) kB for 60 MB at once")
            }
            for daemon in [near, far] { try await daemon.stop() }
        }
    }
}
