internal import Foundation

/// A language that sheets and cards are printed in.
public enum PageLanguage: String, CaseIterable, Sendable {
    /// English, the source of the others.
    case english = "en"
    /// Arabic.
    case arabic = "ar"
    /// Persian.
    case persian = "fa"
    /// Turkish.
    case turkish = "tr"
    /// German.
    case german = "de"
    /// French.
    case french = "fr"

    /// True when lines run from right to left.
    var isRightToLeft: Bool { self == .arabic || self == .persian }

    /// Fonts, the first that has a letter draws it.
    var fonts: String {
        isRightToLeft ? "Noto Naskh Arabic, Noto Sans" : "Noto Sans"
    }

    private var file: [UInt8] {
        switch self {
        case .english: PackageResources.paper_en_json
        case .arabic: PackageResources.paper_ar_json
        case .persian: PackageResources.paper_fa_json
        case .turkish: PackageResources.paper_tr_json
        case .german: PackageResources.paper_de_json
        case .french: PackageResources.paper_fr_json
        }
    }

    /// The texts, by their keys.
    var table: [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(file))) ?? [:]
    }

    /// A text with its places filled. A key that no file has shows as itself, which the check of
    /// the locale files keeps from happening.
    func say(_ key: String, _ arguments: Int...) -> String {
        var text = table[key] ?? key
        for (place, argument) in arguments.enumerated() {
            text = text.replacingOccurrences(of: "{\(place)}", with: String(argument))
        }
        return text
    }
}
