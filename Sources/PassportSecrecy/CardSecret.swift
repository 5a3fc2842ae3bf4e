internal import PassportCoding
internal import PassportCrypto

/// The secret of one half of a card: what is printed, and what a PIN adds to it.
struct CardSecret: ~Copyable {
    /// Bytes that are printed.
    static let byteCount = 16

    let printed: SecretBytes
    /// The PIN after Argon2id; nil on a card without one.
    private let stretched: SecretBytes?

    /// The consent half of a card.
    init(consent printed: consuming SecretBytes, pin: borrowing PIN?) throws(SecrecyError) {
        // One salt for both halves, so that a desk waits once.
        let carry = try Self.carry(from: printed)
        stretched = try Self.stretched(pin, carry: carry)
        self.printed = printed
    }

    /// The carry half of a card.
    init(carry printed: consuming SecretBytes, pin: borrowing PIN?) throws(SecrecyError) {
        stretched = try Self.stretched(pin, carry: printed)
        self.printed = printed
    }

    private init(
        printed: consuming SecretBytes, stretched: consuming SecretBytes?
    ) {
        self.printed = printed
        self.stretched = stretched
    }

    var hasPIN: Bool {
        switch stretched {
        case .some: true
        case .none: false
        }
    }

    /// The secret of the carry half, derived one way from this consent half.
    func carryHalf() throws(SecrecyError) -> CardSecret {
        CardSecret(printed: try Self.carry(from: printed), stretched: try copyOfStretched())
    }

    /// What everything is derived from: the printed secret, or both together.
    func working() throws(SecrecyError) -> SecretBytes {
        do {
            switch stretched {
            case .none: return try printed.copy()
            case .some(let stretched):
                let count = printed.count
                let both = try unsafe SecretBytes(count: count + stretched.count) { memory in
                    unsafe printed.withBytes { unsafe memory.update(from: $0, count: count) }
                    unsafe stretched.withBytes {
                        unsafe (memory + count).update(from: $0, count: stretched.count)
                    }
                }
                return try KeyDerivation.derive(from: both, .cardWithPIN, count: Self.byteCount)
            }
        } catch {
            throw SecrecyError(error)
        }
    }

    private func copyOfStretched() throws(SecrecyError) -> SecretBytes? {
        do {
            switch stretched {
            case .none: return nil
            case .some(let stretched): return try stretched.copy()
            }
        } catch {
            throw SecrecyError(error)
        }
    }

    private static func carry(
        from printed: borrowing SecretBytes
    ) throws(SecrecyError) -> SecretBytes {
        try KeyDerivation.derive(from: printed, .carryHalf, count: byteCount)
    }

    private static func stretched(
        _ pin: borrowing PIN?, carry: borrowing SecretBytes
    ) throws(SecrecyError) -> SecretBytes? {
        switch pin {
        case .none: return nil
        case .some(let pin):
            let salt = try KeyDerivation.derive(from: carry, .pinSalt, count: Passphrase.saltBytes)
            let bytes = unsafe salt.withBytes { bytes in
                unsafe Array(UnsafeBufferPointer(start: bytes, count: salt.count))
            }
            return try pin.stretched(salt: bytes)
        }
    }
}
