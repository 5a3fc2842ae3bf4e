import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// All areas.
enum Catalogue {
    /// Makes every vector.
    static func vectors(_ boxes: BoxStore) throws -> Workshop {
        let shop = Workshop(boxes: boxes)
        let net = try Scene(.net)
        let paper = try Scene(.paper)
        try EnvelopeVectors(net: net, paper: paper, shop: shop).write()
        try SwapVectors(net: net, paper: paper, shop: shop).write()
        try ObjectVectors(scene: paper, shop: shop).write()
        try PassportVectors(net: net, scene: paper, shop: shop).write()
        try GrantVectors(scene: paper, shop: shop).write()
        try VerificationVectors(scene: paper, shop: shop).write()
        try ChainVectors(shop: shop).write()
        try TrustVectors(cast: paper.cast, shop: shop).write()
        try CodingVectors(shop: shop).write()
        try SecretVectors(net: net, scene: paper, shop: shop).write()
        try SectionVectors(shop: shop).write()
        try LimitVectors(scene: paper, shop: shop).write()
        try AuditVectors(shop: shop).write()
        return shop
    }
}
