/// The paper in the printer.
public enum PaperSize: String, CaseIterable, Sendable {
    /// 210 × 297 mm.
    case a4
    /// 8½ × 11 inches.
    case letter

    /// Width in millimetres.
    var width: Double { self == .a4 ? 210 : 215.9 }
    /// Height in millimetres.
    var height: Double { self == .a4 ? 297 : 279.4 }
}
