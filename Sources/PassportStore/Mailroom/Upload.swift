internal import Foundation
internal import Glibc
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import Synchronization

/// An upload under way; the only one of its scope and digest.
///
/// Small parcels stay in memory until they are whole; large ones go straight to a file, so that
/// memory stays the same whatever arrives. One that is dropped is cut.
public final class Upload: Sendable {
    private struct State {
        var hash = StreamingDigest()
        var head: [UInt8] = []
        var offset = 0
        /// What came, of a small parcel.
        var memory = Data()
        /// The open file of a large one, or -1.
        var file: Int32 = -1
        var isOpen = true

        mutating func take(_ bytes: some Collection<UInt8>) {
            hash.update(bytes)
            if head.count < ParcelKind.headBytes {
                head += bytes.prefix(ParcelKind.headBytes - head.count)
            }
            offset += bytes.count
        }
    }

    private let desk: UploadDesk
    private let name: String
    private let digest: Digest
    private let length: Int
    private let now: Timestamp
    /// True for a small one of which nothing has ever been in a file.
    private let isFresh: Bool
    private let state: Mutex<State>

    private var isInline: Bool { length <= Mailroom.inlineBytes }

    init(
        _ desk: UploadDesk, _ name: String, _ digest: Digest, length: Int, offset: Int,
        isFresh: Bool, now: Timestamp
    ) throws {
        let path = desk.path(name)
        var arrived = isFresh ? 0 : desk.offset(name)
        if arrived > length {
            DurableFiles.remove(path)
            arrived = 0
        }
        guard arrived == offset else { throw WrongOffset(offset: arrived) }
        var state = State()
        // What came before is hashed again: after a crash it need not be what was written.
        if arrived > 0 {
            let isInline = length <= Mailroom.inlineBytes
            try DurableFiles.scan(path) { chunk in
                state.take(chunk)
                if isInline { state.memory += chunk }
                return true
            }
            guard state.offset == arrived else { throw WrongOffset(offset: state.offset) }
        }
        if length <= Mailroom.inlineBytes {
            state.memory.reserveCapacity(length)
        } else {
            state.file = unsafe open(
                path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard state.file >= 0 else {
                throw desk.files.failure(errno, "an upload cannot be written")
            }
        }
        self.desk = desk
        self.name = name
        self.digest = digest
        self.length = length
        self.now = now
        self.isFresh = isFresh
        self.state = Mutex(state)
    }

    deinit { keep() }

    /// Bytes that have arrived.
    public var offset: Int { state.withLock { $0.offset } }

    /// The first bytes, at most `ParcelKind.headBytes`: what is not carried can be refused before
    /// the rest comes.
    public var head: [UInt8] { state.withLock { $0.head } }

    private static let ended = StoreError(.conflict, .fault, "the upload has ended")

    /// Takes in the next bytes.
    ///
    /// - Throws: `tooLarge` past the announced length, `full`; nothing was taken in then.
    public func append(_ bytes: some Collection<UInt8>) async throws {
        guard !isInline else { return try take(bytes) { $0.memory.append(contentsOf: bytes) } }
        let bytes = Array(bytes)
        try await desk.files.run {
            try self.take(bytes) { state in
                do {
                    try self.desk.files.write(bytes, to: state.file, at: state.offset)
                } catch {
                    _ = ftruncate(state.file, off_t(state.offset))
                    throw error
                }
            }
        }
    }

    private func take(
        _ bytes: some Collection<UInt8>, _ keep: (inout State) throws -> Void
    ) throws {
        try state.withLock { state in
            guard state.isOpen else { throw Self.ended }
            guard bytes.count <= length - state.offset else {
                throw StoreError(
                    .tooLarge, .refused, "more bytes than were announced")
            }
            try keep(&state)
            state.take(bytes)
        }
    }

    /// Ends the upload of a whole parcel: its bytes are those of the digest, and a large one is
    /// durable.
    ///
    /// - Throws: `wrongDigest`, when all that came is deleted; `WrongOffset` when bytes are
    ///   missing, and `full`, when it is kept.
    public func finish() async throws -> UploadedParcel {
        if isInline { return try end() }
        return try await desk.files.run { try self.end() }
    }

    private func end() throws -> UploadedParcel {
        let (offset, found) = try state.withLock { state in
            guard state.isOpen else { throw Self.ended }
            return (state.offset, state.hash.digest())
        }
        guard offset == length else {
            keep()
            throw WrongOffset(offset: offset)
        }
        guard found == digest else {
            discard()
            throw StoreError(
                .wrongDigest, .refused, "the bytes are not those of the digest",
                hint: "send the parcel anew from its beginning")
        }
        do {
            return try state.withLock { state in try whole(&state) }
        } catch {
            keep()
            throw error
        }
    }

    private func whole(_ state: inout State) throws -> UploadedParcel {
        guard state.isOpen else { throw Self.ended }
        let content: UploadedParcel.Content
        if isInline {
            content = .memory(state.memory)
            if !isFresh { DurableFiles.remove(desk.path(name)) }
        } else {
            try desk.files.sync(state.file)
            let path = "\(desk.parcels)/\(desk.freshParcelName())"
            try desk.files.move(desk.path(name), to: path)
            content = .file(path: path, length: length)
        }
        close(&state)
        desk.release(name, kept: 0)
        return UploadedParcel(digest, content, head: state.head)
    }

    private func close(_ state: inout State) {
        state.isOpen = false
        state.memory = Data()
        if state.file >= 0 { Glibc.close(state.file) }
        state.file = -1
    }

    /// Throws away what came: some of it was not what its sender signed.
    public func abandon() async {
        _ = try? await desk.files.run { self.discard() }
    }

    private func discard() {
        state.withLock { state in
            guard state.isOpen else { return }
            close(&state)
            DurableFiles.remove(desk.path(name))
            desk.release(name, kept: 0)
        }
    }

    /// Keeps what came, so that the upload can go on later.
    public func cut() async {
        _ = try? await desk.files.run { self.keep() }
    }

    private func keep() {
        state.withLock { state in
            guard state.isOpen else { return }
            let path = desk.path(name)
            if isInline, state.offset > 0, desk.mayBecomeFile(name) {
                try? desk.files.spill(Array(state.memory), to: path)
            }
            let kept = desk.offset(name)
            if kept == 0 { DurableFiles.remove(path) } else { desk.files.touch(path, now) }
            close(&state)
            desk.release(name, kept: kept)
        }
    }
}
