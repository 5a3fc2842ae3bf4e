internal import Hummingbird
internal import NIOCore
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore

/// Takes in the bytes of a parcel, wherever in it they begin, without ever holding them all.
struct Intake {
    let call: Call
    let scope: UploadScope
    let parcel: Digest
    let request: VerifiedRequest
    /// How things stood before the body came.
    let standing: ParcelStanding

    /// What a body brought.
    enum Result {
        /// The parcel is whole.
        case whole(UploadedParcel, ParcelKind)
        /// More is to come.
        case part(UploadState)
    }

    /// Streams the body to where it is kept.
    ///
    /// A line that is cut leaves what came, so that the next request goes on there. The digest
    /// of the whole decides in the end; that of the body only tells a damaged part early.
    func take() async throws -> Result {
        guard let count = try call.contentLength() else { throw Problem(.lengthRequired) }
        let place =
            request.components.upload ?? RequestComponents.Upload(offset: 0, length: count)
        guard place.length <= Limits.envelopeBytes else { throw Problem(.tooLarge) }
        guard place.offset <= place.length, count <= place.length - place.offset, place.length > 0
        else { throw Problem(.malformed, "the body does not lie within the parcel") }
        // Before a byte is kept: a replayed request would only cost room, but why give it that.
        guard !standing.isReplayed else { throw Problem(.replayed) }
        guard place.length <= standing.room else { throw Mailroom.mailboxFull }
        // The body of a whole parcel is the parcel: one digest, which need not be made twice.
        let isWhole = count == place.length
        guard !isWhole || request.components.contentDigest == parcel else {
            throw Problem(.wrongDigest)
        }
        let upload = try await call.mailroom.beginUpload(
            scope, digest: parcel, length: place.length, offset: place.offset, now: call.now)
        if isWhole {
            try await stream(into: upload, count) { _ in }
        } else {
            var digest = StreamingDigest()
            try await stream(into: upload, count) { digest.update($0) }
            guard digest.digest() == request.components.contentDigest else {
                await upload.abandon()
                throw Problem(.wrongDigest)
            }
        }
        guard upload.offset == place.length else {
            let state = UploadState(offset: upload.offset, isComplete: false)
            await upload.cut()
            return .part(state)
        }
        let whole = try await upload.finish()
        return .whole(whole, try ParcelKind(whole))
    }

    private func stream(
        into upload: Upload, _ count: Int, _ look: (ByteBufferView) -> Void
    ) async throws {
        var arrived = 0
        do {
            for try await part in call.parts {
                guard part.readableBytes <= count - arrived else { throw Problem(.tooLarge) }
                let bytes = part.readableBytesView
                arrived += bytes.count
                look(bytes)
                try await upload.append(bytes)
            }
            guard arrived == count else {
                throw Problem(.malformed, "the body is shorter than it says")
            }
        } catch {
            await upload.cut()
            throw error
        }
        call.daemon.metrics.received(bytes: arrived)
    }
}

extension Response {
    /// Some of an upload has arrived.
    static func part(_ state: UploadState) -> Response { .json(state, status: 202) }
}
