import CarePassport
import PassportCoding
import PassportCrypto
import PassportPaper
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
        try exchange(shop)
        try sheets(shop)
        return shop
    }

    private static func sheets(_ shop: Workshop) throws {
        let carried = shop.vectors.first {
            $0.area == .envelope && $0.scenario == "paper-carry-half"
        }
        guard let carried else { throw VectorProblem("no envelope to put on paper") }
        let envelope = try Input(carried.input).bytes("envelope")
        try PaperVectors(shop: shop, envelope: envelope).write()
        guard
            let frame = try Frame.frames(of: envelope, FrameLayout(bytes: envelope.count)).first
        else { throw VectorProblem("no frame to draw") }
        let card = try ConsentHalf(from: Secrets.stream("card in a picture"))
        try ImageVectors(
            shop: shop, frame: frame, halves: [card.text(), card.carryHalf().text()]
        ).write()
    }

    private static func exchange(_ shop: Workshop) throws {
        let requests = try RequestVectors(shop: shop)
        try requests.write()
        try ReceiptVectors(shop: shop, requests).write()
        try PlaceVectors(shop: shop).write()
        func stored(_ area: Area) throws -> [UInt8] {
            let first = shop.vectors.first { $0.area == area && $0.verdict == .accept }
            guard let first else { throw VectorProblem("no \(area.rawValue) to put into a notice") }
            return try Input(first.input).bytes("bytes")
        }
        try NoticeVectors(
            shop: shop, withdrawal: stored(.withdrawal), receipt: stored(.receipt)
        ).write()
    }
}
