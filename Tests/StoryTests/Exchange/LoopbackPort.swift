import Glibc
import Synchronization

/// Ports of this machine for daemons of tests. Below those that the system gives to outgoing
/// connections: one of those could take a daemon's port while the daemon is down.
enum LoopbackPort {
    private static let last = Atomic<Int>(Int(getpid()) % 12_000 + 16_000)

    /// A port that nobody listens on, and that no other test gets.
    static func free() -> Int {
        while true {
            let port = 16_000 + last.wrappingAdd(1, ordering: .relaxed).newValue % 16_000
            if isFree(port) { return port }
        }
    }

    /// An address of IPv4 on this machine.
    static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(clamping: port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    private static func isFree(_ port: Int) -> Bool {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var address = address(port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(file, pointer, size) == 0
            }
        }
    }

    /// True when somebody takes connections at a port.
    static func isOpen(_ port: Int) -> Bool {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var address = address(port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(file, pointer, size) == 0
            }
        }
    }
}
