import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportServer
import PassportStore

/// What `carepassd doctor` looks at.
enum Checkup {
    private static let enoughDisk: Int64 = 268_435_456
    /// Days after which a parcel that waits needs somebody: half of them are left to mend it.
    private static let longDays: Int64 = 2

    // MARK: - The folder

    static func folder(_ settings: Settings) -> [Finding] {
        let files = FileManager.default
        guard let attributes = try? files.attributesOfItem(atPath: settings.data) else {
            return []
        }
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        var findings = [
            Finding(
                mode & 0o077 == 0, "Nobody else can look into the data folder.",
                else: "Others can look into the data folder.", "chmod 700 \(settings.data)")
        ]
        let space = try? files.attributesOfFileSystem(forPath: settings.data)
        if let free = (space?[.systemFreeSize] as? NSNumber)?.int64Value {
            let text = "\(free / 1_048_576) MB of disk are free."
            findings.append(
                Finding(
                    free > enoughDisk, text, else: text,
                    "Make room: without it nothing is taken in, and senders wait."))
        }
        return findings
    }

    /// Why the data folder cannot be opened, and what to do.
    static func closed(_ settings: Settings, _ error: any Error) -> Finding {
        let failure = error as? any DescribedFailure
        let text = "The data folder cannot be opened: \(failure?.message ?? "unknown")."
        let missing = Mailroom.missing(in: settings.data, also: [TLSIdentity.keyFile])
        switch (error as? StoreError)?.code {
        case .damaged, .logAltered:
            return Finding(.bad, "The database is damaged: \(failure?.message ?? "").", [rescue])
        case .missing where missing.count == 3:
            return Finding(
                .bad, "\(settings.data) holds no daemon's data.",
                ["Has the daemon ever run? Start it once, or restore a backup."])
        case .missing where !missing.isEmpty:
            return Finding(
                .bad, "\(Mailroom.listed(missing)) missing in \(settings.data).",
                ["Restore the newest backup."])
        default: return Finding(.bad, text, sentence(failure?.hint))
        }
    }

    /// A hint as a line of its own.
    private static func sentence(_ hint: String?) -> [String] {
        guard let hint, let first = hint.first else { return [] }
        return [first.uppercased() + hint.dropFirst() + "."]
    }

    private static let rescue = "Keep a copy as it is, then restore the newest backup."

    // MARK: - What is in it

    static func content(_ settings: Settings, _ mailroom: Mailroom) async throws -> [Finding] {
        let report = try await Mailroom.verify(settings.data)
        let counts = try await mailroom.counts()
        let floor = try await mailroom.clockFloor()
        let now = Timestamp.system
        var findings = [
            Finding(
                report.isSound,
                "Database, log (\(report.logSize) entries) and \(report.parcels) parcels are whole.",
                else: report.findings.joined(separator: "; ") + ".", rescue),
            Finding(
                now >= floor, "The clock says \(now).",
                else: "The clock says \(now), and the log \(floor).",
                "Set the clock: peers refuse two minutes of error."),
            Finding(
                .good,
                counts.hosted == 0
                    ? "No organisation is paired yet; next: carepassd invite"
                    : count(counts.hosted, "organisation has", "organisations have")
                        + " a mailbox here."),
        ]
        findings += waiting(counts, try await mailroom.waitingReasons(), now)
        // A daemon with an address visits nobody: what failed before it had one is over.
        if settings.address == nil {
            findings += collecting(try await mailroom.failedVisits(), now)
        }
        if counts.dead > 0 {
            // Their bytes are gone, and nothing here can mend it.
            findings.append(
                Finding(
                    .note,
                    count(counts.dead, "parcel was", "parcels were")
                        + " given up in the last 400 days.",
                    ["Their senders see which, and why: 'carepass sync'."]))
        }
        return findings
    }

    private static func waiting(
        _ counts: MailroomCounts, _ reasons: [WaitingReason], _ now: Timestamp
    ) -> [Finding] {
        let days = counts.oldestWaiting.map { max(now.days(since: $0), 0) } ?? 0
        let troubles = reasons.filter { $0.code != nil && $0.code != WaitingWords.collected }
        var more = reasons.prefix(WaitingWords.most).map(WaitingWords.line)
        if days >= longDays { more.append("After a week parcels are given up.") }
        let grade: Finding.Grade = days >= longDays ? .bad : troubles.isEmpty ? .good : .note
        var findings = [
            Finding(
                grade,
                count(counts.waiting, "parcel waits", "parcels wait")
                    + " to be sent or collected"
                    + (days > 0 ? ", the oldest for \(count(Int(days), "day", "days"))." : "."),
                more)
        ]
        if reasons.contains(where: { $0.code == Problem.Kind.skewed.code }) {
            findings.append(
                Finding(
                    .bad, "By what a peer's daemon says, the clock of this machine is wrong.",
                    [
                        "Compare it with another: 'timedatectl'. If it is right, theirs is wrong: "
                            + "tell them."
                    ]))
        }
        return findings
    }

    /// A clinic that nobody can reach gets nothing while this fails, and would not know.
    private static func collecting(_ failed: [FailedVisit], _ now: Timestamp) -> [Finding] {
        guard let first = failed.first else { return [] }
        // Whoever answers and refuses may do so on purpose, as long as they like.
        let isLong = failed.contains {
            now.seconds - $0.since.seconds >= 86_400
                && ["exchange.unreachable", "exchange.wrongPeer"].contains($0.problem)
        }
        let problems = Dictionary(grouping: failed, by: \.problem).mapValues(\.count)
        return [
            Finding(
                isLong ? .bad : .note,
                count(failed.count, "peer", "peers")
                    + " could not be asked for what they have for us, the first since \(first.since).",
                problems.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                    .prefix(WaitingWords.most).map { WaitingWords.line($0.value, $0.key) }
                    + ["Is this machine's line up? Otherwise ask them whether their daemon runs."])
        ]
    }

    private static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    // MARK: - Where it is reached

    /// Whether the daemon answers where it says it does, with its own key.
    static func reach(_ settings: Settings) async -> [Finding] {
        do {
            let endpoint = Endpoint(
                address: try settings.ownAddress(), pin: try TLSIdentity.pin(in: settings.data))
            return [try await ask(endpoint)]
        } catch {
            let failure = error as? any DescribedFailure
            return [
                Finding(
                    .bad, "The daemon cannot be asked: \(failure?.message ?? "unknown").",
                    sentence(failure?.hint))
            ]
        }
    }

    private static func ask(_ endpoint: Endpoint) async throws -> Finding {
        let transport = try PinnedTransport(
            times: TransportTimes(connect: .seconds(5), firstByte: .seconds(5)))
        let caller = ExchangeCaller(transport: transport, signer: nil, clock: { .system })
        let reply = await Result {
            () async throws(ExchangeError) in
            try await caller.document(
                ServiceDocument.self, at: endpoint, ExchangePath.service
            ).get()
        }
        await transport.shutdown()
        guard case .failure(let error) = reply else {
            return Finding(.good, "The daemon answers at \(endpoint.address).")
        }
        switch error.code {
        case .wrongPeer:
            return Finding(
                .bad, "Another key answers at \(endpoint.address): it is not this daemon's.",
                [
                    "Another program listens there, or the address leads to another machine.",
                    "Stop the other one, or change 'listen' and 'address'.",
                ])
        case .unreachable:
            return Finding(
                .bad, "The daemon does not answer: \(error.message).",
                ["Is it running? 'systemctl status carepassd' says so."])
        default:
            return Finding(
                .bad, "What answers at \(endpoint.address) is no daemon: \(error.message).",
                ["Another program listens there: stop it, or change 'listen' and 'address'."])
        }
    }
}

extension Result where Failure == ExchangeError {
    /// The outcome of work that may fail.
    init(_ work: () async throws(ExchangeError) -> Success) async {
        do { self = .success(try await work()) } catch { self = .failure(error) }
    }
}
