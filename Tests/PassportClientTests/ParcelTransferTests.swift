import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import Synchronization
import Testing

@Suite("parcels over a line that breaks")
struct ParcelTransferTests {
    private static let bytes = sampleBytes(10 << 20)
    private let parcel = Self.bytes
    private let digest = Digest.sha256(of: Self.bytes)

    /// A daemon that keeps what comes of an upload and hangs up after each of `cuts` bytes.
    private func receiving(
        _ cuts: [Int], _ kept: Mutexed<[UInt8]>, length: Int
    ) -> TestDaemon.Script {
        let left = Mutexed(cuts)
        return { _, wire in
            while true {
                let head = try await wire.head()
                let arrived = kept.value.count
                guard head.method == "PUT" else {
                    let state = UploadState(offset: arrived, isComplete: false)
                    try await wire.answer("200 OK", WireJSON.encode(state))
                    continue
                }
                guard head.fields["upload-offset"] == "\(arrived)",
                    head.fields["upload-length"] == "\(length)",
                    head.length == length - arrived
                else { return try await wire.answer("400 Bad Request") }
                if let cut = left.change({ $0.isEmpty ? nil : $0.removeFirst() }) {
                    let part = try await wire.bytes(cut)
                    kept.change { $0 += part }
                    return
                }
                let part = try await wire.bytes(head.length)
                guard head.fields["content-digest"] == ContentDigest.text(.sha256(of: part))
                else { return try await wire.answer("422 Unprocessable Content") }
                kept.change { $0 += part }
                try await wire.answer("201 Created", [7])
            }
        }
    }

    @Test(
        "10 MiB go up over two cuts, each byte once, from a file or memory",
        arguments: [false, true])
    func upload(fromFile: Bool) async throws {
        let folder = try TestFolder()
        let body: OutgoingBody =
            fromFile
            ? .file(path: try folder.write(parcel), offset: 0, count: parcel.count)
            : .bytes(parcel)
        let kept = Mutexed<[UInt8]>([])
        let script = receiving([3_000_001, 4_000_000], kept, length: parcel.count)
        let pauses = Collected<Int>()
        try await withDaemon(script: script) { daemon in
            let caller = ExchangeCaller(
                transport: try PinnedTransport(times: times()), signer: TestSigner(),
                clock: { Timestamp.latest }, pause: { pauses.add($0) })
            let answer = try await caller.uploadParcel(
                to: daemon.endpoint, "/p", body, kind: .envelope, digest: digest,
                maximumAttempts: 3
            ).get()
            #expect(answer.status == 201)
            #expect(answer.body == [7])
        }
        #expect(kept.value == parcel)
        #expect(pauses.all == [2, 3])
    }

    @Test("an upload that is cut as often as is tried is unreachable, and later goes on")
    func uploadGivenUp() async throws {
        let kept = Mutexed<[UInt8]>([])
        let script = receiving([1_000, 2_000], kept, length: parcel.count)
        try await withDaemon(script: script) { daemon in
            let caller = caller(try PinnedTransport(times: times()))
            func upload() async throws {
                _ = try await caller.uploadParcel(
                    to: daemon.endpoint, "/p", .bytes(parcel), kind: .envelope, digest: digest,
                    maximumAttempts: 2
                ).get()
            }
            #expect(await failure { try await upload() }?.code == .unreachable)
            #expect(kept.value.count == 3_000)
            try await upload()
            #expect(kept.value == parcel)
        }
    }

    @Test("small parcels are sent unasked; where the upload stands says the refusal")
    func conflicts() async throws {
        let endpoint = Endpoint(address: try ServiceAddress("unix:/a"), pin: digest)
        func upload(
            _ answers: [IncomingAnswer], attempts: Int = 5
        ) async throws -> (ExchangeReply<IncomingAnswer>, [OutgoingRequest]) {
            let transport = FakeTransport(answers)
            let reply = try await caller(transport).uploadParcel(
                to: endpoint, "/p", .bytes([1, 2, 3]), kind: .notice,
                digest: Digest.sha256(of: [1, 2, 3]), maximumAttempts: attempts)
            return (reply, transport.requests.all)
        }
        let (whole, one) = try await upload([.json(201, "")])
        #expect(try whole.get().status == 201)
        #expect(one.map(\.method) == ["PUT"])
        #expect(one.first?.field("content-type") == ParcelKind.notice.mediaType)

        let (_, two) = try await upload([try .problem(.conflict, offset: 2), .json(201, "")])
        #expect(two.map(\.body) == [.bytes([1, 2, 3]), .bytes([3])])
        #expect(two.last?.field("content-digest") == ContentDigest.text(.sha256(of: [3])))

        // What arrived of an earlier upload was spoilt: once more from the beginning.
        let (_, spoilt) = try await upload([
            try .problem(.conflict, offset: 2), try .problem(.wrongDigest), .json(201, ""),
        ])
        #expect(spoilt.map(\.body) == [.bytes([1, 2, 3]), .bytes([3]), .bytes([1, 2, 3])])

        for offset in [nil, 0, -1, 4, .max] as [Int?] {
            let (reply, requests) = try await upload([try .problem(.conflict, offset: offset)])
            #expect(requests.count == 1)
            #expect(throws: ExchangeError.self) { try reply.get() }
        }
        let (_, bounded) = try await upload(
            (0..<9).map { try .problem(.conflict, offset: 1 + $0 % 2) })
        #expect(bounded.count == 5)
        let (refused, once) = try await upload([try .problem(.full)])
        #expect(throws: ExchangeError.self) { try refused.get() }
        #expect(once.count == 1)
    }

    @Test("an offset beyond the parcel is no answer")
    func wrongOffset() async throws {
        let endpoint = Endpoint(address: try ServiceAddress("unix:/a"), pin: digest)
        for offset in [-1, parcel.count + 1, .max] {
            let state = try WireJSON.encode(UploadState(offset: offset, isComplete: false))
            let transport = FakeTransport([
                IncomingAnswer(status: 200, fields: [:], body: state)
            ])
            let error = await failure {
                _ = try await caller(transport).uploadParcel(
                    to: endpoint, "/p", .bytes(parcel), kind: .envelope, digest: digest,
                    maximumAttempts: 3)
            }
            #expect(error?.code == .badAnswer)
        }
    }

    /// A daemon that gives `bytes` by ranges and hangs up within each of the first answers.
    private func giving(
        _ bytes: [UInt8], cuts: Int, knowsRanges: Bool = true, ranges: Collected<Int>? = nil
    ) -> TestDaemon.Script {
        let left = Mutexed(cuts)
        return { _, wire in
            while true {
                let range = try await wire.request().fields["range"] ?? "bytes=0-"
                let start = Int(range.dropFirst(6).dropLast()) ?? 0
                ranges?.add(start)
                let part = Array(bytes.dropFirst(knowsRanges ? start : 0))
                guard
                    left.change({ left in
                        left -= 1
                        return left >= 0
                    })
                else {
                    let isPart = knowsRanges && start > 0
                    try await wire.answer(isPart ? "206 Partial Content" : "200 OK", part)
                    continue
                }
                try await wire.say("HTTP/1.1 200 OK\r\ncontent-length: \(part.count)\r\n\r\n")
                try await wire.say(Array(part.prefix(part.count / 3)))
                return
            }
        }
    }

    private func download(
        _ daemon: TestDaemon, to file: String, attempts: Int = 3
    ) async throws -> Int {
        try await caller(try PinnedTransport(times: times())).downloadParcel(
            from: daemon.endpoint, "/p", digest: digest, length: parcel.count, to: file,
            maximumAttempts: attempts
        ).get()
    }

    @Test("10 MiB come down over two cuts, each byte once")
    func download() async throws {
        let folder = try TestFolder()
        let ranges = Collected<Int>()
        try await withDaemon(script: giving(parcel, cuts: 2, ranges: ranges)) { daemon in
            let received = try await download(daemon, to: folder.file())
            #expect(received == parcel.count)
            #expect(folder.read() == parcel)
            // Whole already: nothing is asked.
            let more = try await download(daemon, to: folder.file())
            #expect(more == 0)
        }
        let third = parcel.count / 3
        #expect(ranges.all == [0, third, third + (parcel.count - third) / 3])
    }

    @Test("cut as often as is tried, it is unreachable, and what came stays for later")
    func downloadGivenUp() async throws {
        let folder = try TestFolder()
        try await withDaemon(script: giving(parcel, cuts: 1)) { daemon in
            let error = await failure {
                _ = try await download(daemon, to: folder.file(), attempts: 1)
            }
            #expect(error?.code == .unreachable)
            let came = try #require(folder.read()?.count)
            #expect(came == parcel.count / 3)
            #expect(
                try await download(daemon, to: folder.file(), attempts: 1) == parcel.count - came)
            #expect(folder.read() == parcel)
        }
    }

    @Test("other bytes are not kept, and not asked for again")
    func wrongBytes() async throws {
        let folder = try TestFolder()
        let other = sampleBytes(parcel.count, seed: 2)
        let ranges = Collected<Int>()
        try await withDaemon(script: giving(other, cuts: 0, ranges: ranges)) { daemon in
            let error = await failure { _ = try await download(daemon, to: folder.file()) }
            #expect(error?.code == .wrongDigest)
            #expect(folder.read() == nil)
            #expect(ranges.all == [0])
        }
    }

    @Test(
        "what lay in the file and was none of the parcel's is fetched again",
        arguments: [4_000_000, 10 << 20, 11 << 20])
    func spoiltBeginning(count: Int) async throws {
        let folder = try TestFolder()
        _ = try folder.write(sampleBytes(count, seed: 3))
        try await withDaemon(script: giving(parcel, cuts: 0)) { daemon in
            _ = try await download(daemon, to: folder.file())
            #expect(folder.read() == parcel)
        }
    }

    @Test("a daemon that knows no ranges gives the whole once more")
    func noRanges() async throws {
        let folder = try TestFolder()
        _ = try folder.write(Array(parcel.prefix(1_000)))
        try await withDaemon(script: giving(parcel, cuts: 0, knowsRanges: false)) { daemon in
            _ = try await download(daemon, to: folder.file())
            #expect(folder.read() == parcel)
        }
    }

    @Test("an answer shorter than the parcel is no parcel, and attempts come to an end")
    func shortAnswers() async throws {
        let folder = try TestFolder()
        let ranges = Collected<Int>()
        let short = Array(parcel.prefix(1_000))
        try await withDaemon(script: giving(short, cuts: 0, ranges: ranges)) { daemon in
            let error = await failure { _ = try await download(daemon, to: folder.file()) }
            #expect(error?.code == .wrongDigest)
            #expect(ranges.all == [0, 1_000, 1_000])
        }
    }

    @Test("a refusal is handed back, and no file is made")
    func refusedDownload() async throws {
        let folder = try TestFolder()
        let problem = try WireJSON.encode(Problem(.notFound))
        try await withDaemon { _, wire in
            _ = try await wire.request()
            try await wire.answer("404 Not Found", problem, type: Problem.mediaType)
        } _: { daemon in
            let error = await failure { _ = try await download(daemon, to: folder.file()) }
            #expect(error?.code == .refused)
            #expect(error?.cause == "not-found")
            #expect(folder.read() == nil)
        }
    }
}
