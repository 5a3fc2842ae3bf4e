import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Signed objects at their limit and one byte past it. Padding stands under a negative key,
/// which a reader may ignore.
struct LimitVectors {
    let scene: Scene
    let shop: Workshop

    private var cast: Cast { scene.cast }

    func write() throws {
        let athens = Recipient.organisation(cast.athens.id)
        let grant = try scene.grant(scene.lea, to: athens, [1]).grant
        let identities = JSON.list([cast.izmir.file])
        let passport = JSON.hex(scene.lea.passport.bytes)
        try write(.grant, Limits.grantBytes, grant, .grant, .consent) {
            ["bytes": .hex($0), "passport": passport, "identities": identities]
        }
        let disclosure = try scene.disclosure(
            by: cast.izmir, to: athens, [scene.lea.passport.bytes], [grant])
        try write(.disclosure, Limits.grantBytes, disclosure, .disclosure, .consent) {
            ["bytes": .hex($0), "sender": cast.izmir.file]
        }
        let withdrawal = try COSESign1.sign(
            WithdrawalTerms(
                id: Identifier(from: Secrets.stream("limit")),
                passport: scene.lea.passport.digest, grants: [],
                authority: .organisation(cast.izmir.id), time: Moments.now, reason: .person
            ).encoded(), as: .withdrawal, with: cast.izmir.signingKey(.consent)
        ).bytes
        try write(.withdrawal, Limits.withdrawalBytes, withdrawal, .withdrawal, .consent) {
            ["bytes": .hex($0), "passport": passport, "identities": identities]
        }
        let staff = try StaffCertificate.make(
            organisation: cast.izmir.id, key: Secrets.signingKey("nurse", .staff).verifyingKey,
            notBefore: Moments.made, notAfter: Moments.keyEnd,
            issuer: cast.izmir.signingKey(.issue))
        try write(
            .staff, Limits.operatorCertificateBytes, staff, .staffCertificate, .issue
        ) { ["bytes": .hex($0), "identity": cast.izmir.file] }
    }

    private func write(
        _ area: Area, _ limit: Int, _ bytes: [UInt8], _ type: ObjectType, _ purpose: KeyPurpose,
        _ input: ([UInt8]) -> JSON
    ) throws {
        for count in [limit, limit + 1] {
            let sized = try Sized.bytes(count) { padding in
                try Forge.resigned(bytes, as: type, with: cast.izmir.signingKey(purpose)) {
                    $0[CBORItem(-1)] = .bytes(padding)
                }
            }
            shop.add(
                area, count == limit ? "size-at-limit" : "size-past-limit",
                count == limit ? .accept : .malformed,
                "A \(area.rawValue) has at most \(limit) bytes.", input(sized))
        }
    }
}
