internal import Glibc
internal import NIOCore
internal import PassportCoding
internal import ServiceLifecycle
internal import Synchronization

/// Says that the daemon is ready once it listens at every place that the configuration names.
final class Ready: Sendable {
    private struct State {
        var missing: Int
        var port = 0
    }

    private let state: Mutex<State>
    private let then: @Sendable (Int) -> Void

    init(places: Int, then: @escaping @Sendable (Int) -> Void) {
        state = Mutex(State(missing: places))
        self.then = then
    }

    /// One more place is listened on; the one that peers call has its port said.
    func listens(port: Int? = nil) {
        let ready: Int? = state.withLock { state in
            state.missing -= 1
            state.port = port ?? state.port
            return state.missing == 0 ? state.port : nil
        }
        if let ready { then(ready) }
    }
}

/// Names the setting whose place could not be listened on; the library's error names none.
struct Listener: Service {
    let setting: String
    let place: Settings.ListenPlace
    let service: any Service

    func run() async throws {
        do {
            try await service.run()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let code = (error as? IOError)?.errnoCode
            throw ServerError(
                .cannotListen, .fault, "cannot listen on \(place), which '\(setting)' says",
                hint: hint(code), cause: code.map { "errno \($0)" } ?? "\(type(of: error))")
        }
    }

    private func hint(_ code: Int32?) -> String {
        switch code {
        case EADDRINUSE: "another program listens there: stop it, or change '\(setting)'"
        case EACCES, EPERM: "this user may not listen there: see the operators' page"
        case EADDRNOTAVAIL: "this machine has no such number: change '\(setting)'"
        case ENOENT, ENOTDIR: "make the folder for the socket file first"
        default: "is it free, and may this user listen there?"
        }
    }
}
