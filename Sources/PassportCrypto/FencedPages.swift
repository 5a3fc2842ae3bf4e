internal import CSodium
internal import PassportCoding
internal import Synchronization

/// Pages for secrets: locked, fenced by guard pages, writable only while they are filled.
///
/// Pages of ended secrets are zeroed, made unreadable and kept, locked as they are, for the next
/// secret. Making and freeing them takes 16 µs of system calls, which was a third of sealing;
/// changing the protection of kept ones takes 2 µs. Every secret still has its own page and its
/// own fence. What is lost: libsodium's canary in front of a secret is looked at only when pages
/// are given back to the system, not at the end of each secret; the guard page there stays.
enum FencedPages {
    /// Bytes of kept pages: with libsodium's 16 in front one page on most machines. Longer
    /// secrets have pages made for them alone.
    static let keptByteCount = 4_080
    /// Kept pages, 256 KiB of them; more are given back to the system.
    private static let keptLimit = 64
    /// Addresses of pages that nobody uses.
    private static let kept = Mutex<[UInt]>([])

    /// Pages that can be written until `protect`, for a secret that ends where the fence begins.
    static func take(_ count: Int) throws(CryptoError) -> UnsafeMutableRawPointer {
        try Sodium.start()
        guard count <= keptByteCount else { return try unsafe make(count) }
        let address = kept.withLock { $0.popLast() }
        if let address, let base = unsafe UnsafeMutableRawPointer(bitPattern: address),
            unsafe sodium_mprotect_readwrite(base) == 0
        {
            return unsafe base + (keptByteCount - count)
        }
        return unsafe try make(keptByteCount) + (keptByteCount - count)
    }

    private static func make(_ count: Int) throws(CryptoError) -> UnsafeMutableRawPointer {
        guard let base = unsafe sodium_malloc(count) else {
            throw CryptoError(
                .libraryFault, .fault, "no memory could be locked for a secret",
                hint: "raise the limit on locked memory (ulimit -l)")
        }
        return unsafe base
    }

    /// Where the pages of a secret begin.
    private static func base(
        of secret: UnsafeMutableRawPointer, _ count: Int
    ) -> UnsafeMutableRawPointer {
        unsafe count <= keptByteCount ? secret - (keptByteCount - count) : secret
    }

    /// Ends writing.
    static func protect(_ secret: UnsafeMutableRawPointer, _ count: Int) {
        _ = unsafe sodium_mprotect_readonly(base(of: secret, count))
    }

    /// Zeroes a secret's pages and ends reading.
    static func end(_ secret: UnsafeMutableRawPointer, _ count: Int) {
        let base = unsafe base(of: secret, count)
        guard count <= keptByteCount, unsafe sodium_mprotect_readwrite(base) == 0 else {
            // Zeroes before it frees, and ends the process if the canary was overwritten.
            unsafe sodium_free(base)
            return
        }
        unsafe sodium_memzero(base, keptByteCount)
        guard unsafe sodium_mprotect_noaccess(base) == 0 else {
            unsafe sodium_free(base)
            return
        }
        let isKept = kept.withLock { kept in
            guard kept.count < keptLimit else { return false }
            kept.append(UInt(bitPattern: base))
            return true
        }
        if !isKept { unsafe sodium_free(base) }
    }
}
