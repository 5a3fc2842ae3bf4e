import Foundation
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@testable import PassportStore

/// Uploads that are cut go on, and nothing that is not what it should be arrives.
@Suite("The mailroom's uploads") struct MailroomUploadTests {
    private static func send(
        _ bytes: ArraySlice<UInt8>, to upload: Upload, chunk: Int = 65_536
    ) async throws {
        var rest = bytes
        while !rest.isEmpty {
            try await upload.append(Array(rest.prefix(chunk)))
            rest = rest.dropFirst(chunk)
        }
    }

    @Test(
        "an upload goes on where it was cut, also after a restart",
        arguments: [3_000, Mailroom.inlineBytes, Mailroom.inlineBytes + 1, 10_485_760])
    func resuming(_ count: Int) async throws {
        let fixture = try MailroomFixture()
        var room = try await fixture.made()
        let bytes = Array(fixture.bytes(5, count: count).prefix(count))
        let digest = Digest.sha256(of: bytes)
        let scope = fixture.scope()
        let half = count / 2
        var upload = try await room.beginUpload(
            scope, digest: digest, length: count, offset: 0, now: fixture.now)
        try await Self.send(bytes[..<half], to: upload)
        await upload.cut()
        await expectRefusal(.conflict) { try await upload.append([1]) }
        #expect(try await room.uploadOffset(scope, digest: digest) == half)
        #expect(try await room.counts().partials == 1)
        try room.close()
        room = try await fixture.open(as: .tool)
        try await room.tidyFiles()
        await #expect(throws: WrongOffset(offset: half)) {
            try await room.beginUpload(
                scope, digest: digest, length: count, offset: 0, now: fixture.now)
        }
        upload = try await room.beginUpload(
            scope, digest: digest, length: count, offset: half, now: fixture.now)
        // A part that ends too early is kept.
        try await Self.send(bytes[half..<(half + 7)], to: upload)
        await #expect(throws: WrongOffset(offset: half + 7)) { try await upload.finish() }
        upload = try await room.beginUpload(
            scope, digest: digest, length: count, offset: half + 7, now: fixture.now)
        try await Self.send(bytes[(half + 7)...], to: upload)
        let parcel = try await upload.finish()
        #expect(try ParcelKind(head: parcel.head) == .envelope)
        #expect(parcel.digest == digest && parcel.length == count)
        _ = try await room.deposit(
            parcel, for: fixture.athens.id, request: fixture.izmir.request(), kind: .envelope,
            receipt: [1], now: fixture.now)
        #expect(try fixture.names("partial").isEmpty)
        #expect(try fixture.names("parcels").count == (count > Mailroom.inlineBytes ? 1 : 0))
        #expect(try await Mailroom.verify(fixture.folder).isSound)
        #expect(try await room.uploadOffset(scope, digest: digest) == 0)
    }

    @Test("bytes of another digest are deleted", arguments: [100, Mailroom.inlineBytes + 1])
    func wrongDigest(_ count: Int) async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let digest = Digest.sha256(of: [1])
        let upload = try await room.beginUpload(
            fixture.scope(), digest: digest, length: count, offset: 0, now: fixture.now)
        try await Self.send([UInt8](repeating: 2, count: count)[...], to: upload)
        await expectRefusal(.tooLarge) { try await upload.append([3]) }
        await expectRefusal(.wrongDigest) { try await upload.finish() }
        #expect(try await room.uploadOffset(fixture.scope(), digest: digest) == 0)
        #expect(try fixture.names("partial").isEmpty && fixture.names("parcels").isEmpty)
        _ = try await room.beginUpload(
            fixture.scope(), digest: digest, length: count, offset: 0, now: fixture.now)
    }

    @Test("of one upload there is one at a time; one that is dropped is cut")
    func busy() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let digest = Digest.sha256(of: [1])
        func begin(_ offset: Int) async throws -> Upload {
            try await room.beginUpload(
                fixture.scope(), digest: digest, length: 200_000, offset: offset,
                now: fixture.now)
        }
        var upload: Upload? = try await begin(0)
        try await upload?.append([1, 2, 3])
        await expectRefusal(.busy) { try await begin(0) }
        await expectRefusal(.busy) { try await begin(3) }
        upload = nil
        upload = try await begin(3)
        #expect(upload?.offset == 3)
    }

    @Test("lengths outside the bounds are refused before a byte is taken")
    func lengths() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        for length in [Int.min, -1, 0, Limits.envelopeBytes + 1, Int.max] {
            await expectRefusal(.tooLarge) {
                try await room.beginUpload(
                    fixture.scope(), digest: Digest.sha256(of: [1]), length: length, offset: 0,
                    now: fixture.now)
            }
        }
        for offset in [Int.min, -1, 1, Int.max] {
            await #expect(throws: WrongOffset(offset: 0)) {
                try await room.beginUpload(
                    fixture.scope(), digest: Digest.sha256(of: [1]), length: 5, offset: offset,
                    now: fixture.now)
            }
        }
    }

    @Test("one organisation cannot fill the disk with what it never finishes, nor stop others")
    func bounds() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        func begin(
            _ number: UInt8, _ scope: UploadScope, length: Int = 200_000
        ) async throws -> Upload {
            try await room.beginUpload(
                scope, digest: Digest.sha256(of: [number]), length: length, offset: 0,
                now: fixture.now)
        }
        for number in 1...8 {
            let upload = try await begin(UInt8(number), fixture.scope())
            try await upload.append([1])
            await upload.cut()
        }
        await expectRefusal(.tooMany) { try await begin(9, fixture.scope()) }
        // Small ones are no files, but do not become any either.
        let small = try await begin(10, fixture.scope(), length: 100)
        try await small.append([1])
        await small.cut()
        #expect(try fixture.names("partial").count == 8)
        let other = UploadScope(
            owner: fixture.athens.id, peer: fixture.athens.id, recipient: fixture.izmir.id)
        var open: [Upload] = []
        for number in 1...4 {
            open.append(
                try await begin(UInt8(number), other, length: Limits.envelopeBytes))
        }
        await expectRefusal(.tooMany) { try await begin(5, other, length: 100) }
        open = []
        _ = try await begin(5, other, length: 100)
        // What did not go on for a week is given up.
        let week = fixture.now.adding(seconds: UploadRules.keptSeconds)
        #expect(try await room.prune(now: week).partials == 0)
        #expect(try await room.prune(now: week.adding(seconds: 1)).partials == 8)
        #expect(try fixture.names("partial").isEmpty)
        _ = try await begin(9, fixture.scope())
    }

    /// Begins, and cuts, an upload to Athens of a peer by number.
    private func cut(
        _ number: Int, from peer: Int, bytes: Int, _ room: Mailroom, _ fixture: MailroomFixture
    ) async throws {
        let scope = UploadScope(
            owner: fixture.athens.id, peer: OrganisationID(Digest.sha256(of: [UInt8(peer)])),
            recipient: fixture.athens.id)
        let upload = try await room.beginUpload(
            scope, digest: Digest.sha256(of: [UInt8(number)]), length: Limits.envelopeBytes,
            offset: 0, now: fixture.now)
        try await upload.append([UInt8](repeating: 7, count: bytes))
        await upload.cut()
    }

    @Test("made-up peers shut no mailbox by what they cut: the largest of theirs is given up")
    func madeUpPeers() async throws {
        let fixture = try MailroomFixture()
        let most = UploadRules.filesPerOwner
        func fill(_ room: Mailroom) async throws {
            for number in 0..<most {
                try await cut(number, from: 10 + number / 8, bytes: 2_000, room, fixture)
            }
            #expect(try fixture.names("partial").count == most)
            // An honest one is cut, and goes on.
            try await cut(1, from: 1, bytes: 1_500, room, fixture)
            #expect(try fixture.names("partial").count == most)
            let honest = UploadScope(
                owner: fixture.athens.id, peer: OrganisationID(Digest.sha256(of: [1])),
                recipient: fixture.athens.id)
            let goesOn = try await room.beginUpload(
                honest, digest: Digest.sha256(of: [1]), length: Limits.envelopeBytes,
                offset: 1_500, now: fixture.now)
            await goesOn.cut()
            try room.close()
        }
        try await fill(fixture.made())
        let again = try await fixture.open()
        #expect(try fixture.names("partial").count == most)
        try await cut(2, from: 2, bytes: 1_500, again, fixture)
        #expect(try fixture.names("partial").count == most)
    }

    @Test("a crowd of made-up peers, each with one byte, costs no honest peer what it brought")
    func crowd() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        for number in 0..<UploadRules.filesPerOwner {
            try await cut(number, from: 10 + number, bytes: 1, room, fixture)
        }
        try await cut(1, from: 1, bytes: 100_000, room, fixture)
        let honest = UploadScope(
            owner: fixture.athens.id, peer: OrganisationID(Digest.sha256(of: [1])),
            recipient: fixture.athens.id)
        _ = try await room.beginUpload(
            honest, digest: Digest.sha256(of: [1]), length: Limits.envelopeBytes,
            offset: 100_000, now: fixture.now)
        #expect(try fixture.names("partial").count == UploadRules.filesPerOwner)
    }

    @Test("who is not followed any more leaves nothing that was cut")
    func unfollowed() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        for number in 0..<4 { try await cut(number, from: 1, bytes: 10, room, fixture) }
        try await cut(0, from: 2, bytes: 10, room, fixture)
        try await room.unfollow(
            OrganisationID(Digest.sha256(of: [1])), by: fixture.athens.id, now: fixture.now)
        #expect(try fixture.names("partial").count == 1)
    }

    @Test("a parcel that nothing takes in goes with its file, and so does one of a crash")
    func orphans() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let bytes = fixture.bytes(1, count: Mailroom.inlineBytes)
        try await fixture.deposit(bytes, room)
        try await fixture.deposit(bytes, room)
        _ = try await room.parcel(from: fixture.bytes(2, count: Mailroom.inlineBytes))
        #expect(try fixture.names("parcels").count == 1)
        for name in ["parcels/00ff", "partial/strange", "partial/a-b"] {
            #expect(
                FileManager.default.createFile(
                    atPath: "\(fixture.folder)/\(name)", contents: Data([1])))
        }
        // A command beside the daemon leaves alone what the daemon may have under way.
        _ = try await fixture.open(as: .tool)
        #expect(try fixture.names("parcels").count == 2)
        try await room.tidyFiles()
        #expect(try fixture.names("parcels").count == 1)
        #expect(try fixture.names("partial").isEmpty)
        #expect(try await Mailroom.verify(fixture.folder).isSound)
    }
}
