import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import Testing

/// Ends and new beginnings of a daemon.
@Suite(.serialized) struct RestartTests {
    private static func signed(
        _ method: String, _ path: String, _ bytes: [UInt8], by sender: Correspondent,
        at endpoint: Endpoint
    ) throws -> OutgoingRequest {
        let digest = Digest.sha256(of: bytes)
        let components = RequestComponents(
            method: method, targetURI: endpoint.uri(path), contentDigest: digest, upload: nil)
        let signature = try sender.signer.sign(components, at: .current)
        return OutgoingRequest(
            endpoint: endpoint, method: method, path: path,
            fields: [
                (ContentDigest.field, ContentDigest.text(digest)),
                (SignatureFields.inputName, signature.input),
                (SignatureFields.signatureName, signature.signature),
            ], body: .bytes(bytes))
    }

    private static func text(_ request: OutgoingRequest, _ count: Int) -> String {
        let authority = request.endpoint.address.authority(pin: request.endpoint.pin)
        let fields = request.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        return "\(request.method) \(request.path) HTTP/1.1\r\nhost: \(authority)\r\n"
            + "content-length: \(count)\r\n\(fields)\r\n"
    }

    @Test(
        "SIGTERM drains: an upload under way is acknowledged, new connections are refused",
        .enabled(if: TLSLine.isPossible || Tracing.isRequired, TLSLine.reason))
    func anUploadUnderWayIsFinished() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let port = LoopbackPort.free()
            let daemon = try DaemonProcess(in: folder.file("d"), at: .machine(port: port))
            try await daemon.startUp()
            let house = try await Correspondent.paired("House", with: daemon)
            try await house.follow(house)
            let parcel = Parcel(count: 300_000)
            let path = ExchangePath.inbox(house.organisation, parcel.digest)
            let request = try Self.signed(
                "PUT", path, parcel.bytes, by: house, at: house.endpoint)
            let line = try TLSLine(to: port, folder)
            try line.say(Self.text(request, parcel.bytes.count))
            try line.say(Array(parcel.bytes.prefix(100_000)))
            try await Poll.until("the upload is under way") {
                let names = try FileManager.default.contentsOfDirectory(
                    atPath: "\(daemon.data)/partial")
                return names.contains {
                    let path = "\(daemon.data)/partial/\($0)"
                    return (try? Data(contentsOf: URL(filePath: path)))?.isEmpty == false
                }
            }
            daemon.terminate()
            try await Poll.until("new connections are refused") { !LoopbackPort.isOpen(port) }
            #expect(!daemon.hasEnded)
            try line.say(Array(parcel.bytes.dropFirst(100_000)))
            try await Poll.until("the upload is answered", seconds: 30) {
                line.answer.contains("\r\n\r\n") || daemon.hasEnded
            }
            #expect(line.answer.hasPrefix("HTTP/1.1 201 "), "\(line.answer.prefix(200))")
            #expect(try await daemon.ended() == 0)
            #expect(daemon.log.contains("\"event\":\"stopped\""))
            try await daemon.startUp()
            #expect(try await house.fetch(parcel.digest) == parcel.bytes)
            try await daemon.stop()
        }
    }

    @Test("Kept lines on which nothing happens do not hold up an end")
    func idleLinesDoNotHoldUp() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            // Five seconds, for which such a line is waited for by default, are the least that an
            // end would take, however idle the machine; a busy one makes some ends as long.
            var times: [Duration] = []
            while times.count < 10, !times.contains(where: { $0 < .seconds(4) }) {
                try await daemon.startUp()
                let house = try await Correspondent.paired("House", with: daemon)
                #expect(try await house.inbox().isEmpty)
                let begin = ContinuousClock.now
                try await daemon.stop()
                times.append(begin.duration(to: .now))
                withExtendedLifetime(house) {}
            }
            #expect(times.contains { $0 < .seconds(4) }, "\(times)")
        }
    }

    @Test("A captured request is refused as replayed, also after kill -9 and a new start")
    func noncesOutliveARestart() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            try await daemon.startUp()
            let house = try await Correspondent.paired("House", with: daemon)
            let request = try Self.signed(
                "GET", ExchangePath.inbox(house.organisation), [], by: house,
                at: house.endpoint)
            let transport = try PinnedTransport()
            let sink = AnswerSink.memory(maximum: 65_536)
            #expect(try await transport.send(request, into: sink).status == 200)
            for restarts in [false, true] {
                if restarts {
                    try await daemon.kill()
                    try await daemon.startUp()
                }
                let answer = try await transport.send(request, into: sink)
                let problem = try WireJSON.decode(Problem.self, from: answer.body)
                #expect(answer.status == 401 && problem.code == "replayed")
            }
            await transport.shutdown()
            try await daemon.stop()
        }
    }

    @Test("A daemon does not take away the socket file on which another one answers")
    func aSocketFileInUseIsLeftAlone() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"), at: .socket)
            try await daemon.startUp()
            let other = try DaemonProcess(in: folder.file("o"), at: .socket)
            try FileManager.default.createSymbolicLink(
                atPath: other.socket, withDestinationPath: daemon.socket)
            try other.start()
            let status = try await other.ended()
            #expect(status == 69 && other.log.contains("another program listens on"))
            _ = try await Correspondent.paired("House", with: daemon)
            try await daemon.stop()
        }
    }

    @Test("After kill -9 a daemon starts again on the socket file that it left behind")
    func aSocketFileIsTakenOver() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"), at: .socket)
            for _ in 0..<3 {
                try await daemon.startUp()
                _ = try await Correspondent.paired("House", with: daemon)
                try await daemon.kill()
                #expect(FileManager.default.fileExists(atPath: daemon.socket))
            }
            try await daemon.startUp()
            _ = try await Correspondent.paired("House", with: daemon)
            try await daemon.stop()
        }
    }
}
