import Dispatch
import GRDB
import Testing

@testable import PassportStore

/// On whose thread a commit waits for the disk.
@Suite struct CommitPlaceTests {
    private static func proven() -> CommitPlace {
        var place = CommitPlace()
        for _ in 0..<CommitPlace.proofs { place.took(.milliseconds(1)) }
        return place
    }

    @Test("Nobody waits for a disk that has yet to show that it is quick")
    func unproven() {
        var place = CommitPlace()
        for _ in 1..<CommitPlace.proofs {
            place.took(.milliseconds(1))
            #expect(!place.isWithCaller(callers: 1))
        }
        place.took(.milliseconds(1))
        #expect(place.isWithCaller(callers: 1))
    }

    @Test(
        "Whoever is not alone keeps others waiting, and leaves it to the writer",
        arguments: [0, 2, 64])
    func together(_ callers: Int) {
        #expect(!Self.proven().isWithCaller(callers: callers))
    }

    @Test("After one slow commit, or when the disk is about to be busy, the proof begins anew")
    func slow() {
        var place = Self.proven()
        place.took(CommitPlace.patience + .milliseconds(1))
        #expect(!place.isWithCaller(callers: 1))
        place.took(.milliseconds(1))
        #expect(!place.isWithCaller(callers: 1))
        place = Self.proven()
        place.yield()
        #expect(!place.isWithCaller(callers: 1))
    }

    /// One thread, as those on which lines are read.
    private final class OneThread: TaskExecutor {
        private let queue = DispatchQueue(label: "lines")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    @Test("While a command beside the daemon writes, a request waits and its thread does not")
    func besideACommand() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        // On a disk that is never quick nothing commits on the thread of a line.
        for _ in 0..<1_000 where !room.writer.isQuick { try await room.writer.confirm() }
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let command = try DatabaseQueue(
            path: "\(fixture.folder)/\(Mailroom.databaseName)", configuration: configuration)
        func run(_ statement: String) throws {
            try command.writeWithoutTransaction { try $0.execute(sql: statement) }
        }
        try run("BEGIN IMMEDIATE")
        let thread = OneThread()
        room.enter()
        let request = Task(executorPreference: thread) { try await room.writer.confirm() }
        // The thread comes to this while the other still writes; else the request would have
        // failed, after all the time that a database is waited for.
        await Task(executorPreference: thread) {}.value
        try run("ROLLBACK")
        try await request.value
        room.leave()
        try room.close()
    }
}
