public import PassportCrypto

/// Where a passport travels. The profile fixes layout, number of boxes and KEM, and is inside
/// every authenticated part: there is nothing to negotiate and nothing to downgrade.
public enum Profile: Int, CaseIterable, Sendable, Hashable {
    /// Between daemons and as files. Hybrid post-quantum.
    case net = 1
    /// On printed sheets. Boxes are X25519 or opened by a card; neither is post-quantum.
    case paper = 2

    /// The name on the command line and in JSON.
    public var name: String { self == .net ? "net" : "paper" }

    /// Slots in a passport.
    public var slotCount: Int { self == .net ? 24 : 12 }
    /// Bytes of plaintext in a slot.
    public var slotBytes: Int { self == .net ? 1_024 : 160 }
    /// Bytes of a slot's ciphertext.
    public var sealedSlotBytes: Int { slotBytes + 16 }
    /// Bytes of a ring before it is encrypted: a salt, then a record for every slot.
    public var ringBytes: Int { 16 + slotCount * 34 }
    /// Boxes in an envelope.
    public var boxCount: Int { 4 }
    /// Boxes for organisations; on paper one box is always the bearer's.
    public var organisationBoxes: Int { self == .net ? boxCount : boxCount - 1 }
    /// The purpose of the keys that boxes are sealed to.
    public var sealingPurpose: KeyPurpose { self == .net ? .sealNet : .sealPaper }
    /// COSE algorithm of a box that is sealed to an organisation: a private-use number for
    /// X-Wing with HKDF-SHA256 and ChaCha20-Poly1305, and HPKE-4.
    public var boxAlgorithm: Int { self == .net ? -65_700 : 42 }
    /// Bytes to which a box's plaintext is padded up.
    public var boxQuantum: Int { self == .net ? 4_096 : 256 }

    /// Bytes of the smallest content of a net envelope; larger ones double.
    public static let smallestNetContent = 65_536
    /// Bytes of a whole envelope on paper: what 12, 16, 18 and 24 frames hold. An envelope fills
    /// its frames, so that somebody who reads them without a key learns no length either.
    public static let paperEnvelopes = [8_912, 11_884, 13_370, 17_828]

    /// Bytes of box plaintext, length prefix included, for `count` bytes in a box.
    public func boxBytes(for count: Int) -> Int {
        max((count + 4 + boxQuantum - 1) / boxQuantum * boxQuantum, smallestBox)
    }

    /// Bytes of the smallest box that is made: on paper a box for the bearer alone must not be
    /// told from one that an organisation has too.
    private var smallestBox: Int { self == .net ? boxQuantum : 1_536 }
}
