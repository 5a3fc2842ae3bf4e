internal import CSodium
internal import PassportCoding

/// Starts libsodium once; every call into it goes through here.
package enum Sodium {
    private static let status = sodium_init()

    /// Makes sure that libsodium is ready.
    package static func start() throws(CryptoError) {
        guard status >= 0 else {
            throw CryptoError(.libraryFault, .fault, "libsodium did not start")
        }
    }
}
