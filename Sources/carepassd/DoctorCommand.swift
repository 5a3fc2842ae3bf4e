import ArgumentParser
import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportServer
import PassportStore

/// `carepassd doctor`: what works, what does not, and what to do, in plain words.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at everything and say what is wrong.")

    @OptionGroup var options: ConfigOptions

    /// One thing that was looked at.
    private struct Finding {
        let isGood: Bool
        let text: String
        var advice: String?
    }

    func run() async throws {
        let settings = try options.settings()
        var findings = [Finding(isGood: true, text: "The configuration can be read.")]
        findings += folder(settings)
        if let mailroom = try? await Mailroom.tool(settings) {
            findings += try await content(settings, mailroom)
            findings += await reach(settings)
        } else {
            findings.append(
                Finding(
                    isGood: false, text: "The data folder cannot be opened.",
                    advice: "Has the daemon ever run? Start it once, or restore a backup."))
        }
        for finding in findings {
            Say.line("\(finding.isGood ? "good " : "BAD  ") \(finding.text)")
            if let advice = finding.advice { Say.line("      \(advice)") }
        }
        let bad = findings.count { !$0.isGood }
        Say.line(bad == 0 ? "Nothing is wrong." : "\(bad) things need somebody.")
        if bad > 0 { throw ExitCode(77) }
    }

    private func folder(_ settings: Settings) -> [Finding] {
        let files = FileManager.default
        guard let attributes = try? files.attributesOfItem(atPath: settings.data) else {
            return []
        }
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        var findings = [
            Finding(
                isGood: mode & 0o077 == 0,
                text: mode & 0o077 == 0
                    ? "Nobody else can look into the data folder."
                    : "Others can look into the data folder.",
                advice: mode & 0o077 == 0 ? nil : "chmod 700 \(settings.data)")
        ]
        let space = try? files.attributesOfFileSystem(forPath: settings.data)
        if let free = (space?[.systemFreeSize] as? NSNumber)?.int64Value {
            let isEnough = free > 268_435_456
            findings.append(
                Finding(
                    isGood: isEnough, text: "\(free / 1_048_576) MB of disk are free.",
                    advice: isEnough
                        ? nil : "Make room: without it nothing is taken in, and senders wait."))
        }
        return findings
    }

    private func content(_ settings: Settings, _ mailroom: Mailroom) async throws -> [Finding] {
        var findings: [Finding] = []
        let report = try await Mailroom.verify(settings.data)
        findings.append(
            Finding(
                isGood: report.isSound,
                text: report.isSound
                    ? "Database, log (\(report.logSize) entries) and \(report.parcels) parcels are whole."
                    : report.findings.joined(separator: "; ") + ".",
                advice: report.isSound
                    ? nil : "Keep a copy as it is, then restore the newest backup."))
        let floor = try await mailroom.clockFloor()
        let now = Timestamp.system
        findings.append(
            Finding(
                isGood: now >= floor,
                text: now >= floor
                    ? "The clock says \(now)." : "The clock says \(now), and the log \(floor).",
                advice: now >= floor ? nil : "Set the clock: peers refuse two minutes of error."))
        let counts = try await mailroom.counts()
        findings.append(
            Finding(
                isGood: counts.hosted > 0,
                text: "\(counts.hosted) organisations have a mailbox here.",
                advice: counts.hosted > 0 ? nil : "Run 'carepassd invite' and let one pair."))
        let age = counts.oldestWaiting.map { max(now.days(since: $0), 0) } ?? 0
        findings.append(
            Finding(
                isGood: age < 2,
                text: "\(counts.waiting) parcels wait to be sent or collected"
                    + (age > 0 ? ", the oldest for \(age) days." : "."),
                advice: age < 2 ? nil : "Is the line up? After a week they are given up."))
        findings.append(
            Finding(
                isGood: counts.dead == 0, text: "\(counts.dead) parcels were given up.",
                advice: counts.dead == 0 ? nil : "Their senders see why: 'carepass sync'."))
        return findings
    }

    /// Whether the daemon answers where it says it does, with its own key.
    private func reach(_ settings: Settings) async -> [Finding] {
        do {
            let tls = try TLSIdentity.load(from: settings.data)
            let endpoint = Endpoint(address: try settings.ownAddress(), pin: tls.pin)
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
            _ = try reply.get()
            return [Finding(isGood: true, text: "The daemon answers at \(endpoint.address).")]
        } catch {
            let failure = error as? any DescribedFailure
            return [
                Finding(
                    isGood: false,
                    text: "The daemon does not answer: \(failure?.message ?? "unknown").",
                    advice: "Is it running? 'systemctl status carepassd' says so.")
            ]
        }
    }
}

extension Result where Failure == ExchangeError {
    /// The outcome of work that may fail.
    init(_ work: () async throws(ExchangeError) -> Success) async {
        do { self = .success(try await work()) } catch { self = .failure(error) }
    }
}
