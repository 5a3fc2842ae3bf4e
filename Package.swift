// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every target of ours, so that no target is checked less than another.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let structuredFields = Target.Dependency.product(
    name: "RawStructuredFieldValues", package: "swift-http-structured-headers")
let certificates = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let tls = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: [Target.Dependency] = ["Hummingbird", "HummingbirdCore", "HummingbirdHTTP2"].map {
    .product(name: $0, package: "hummingbird")
}

func nio(_ names: String...) -> [Target.Dependency] {
    names.map { .product(name: $0, package: "swift-nio") }
}

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude,
        swiftSettings: settings)
}

let package = Package(
    name: "care-passport",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "CarePassport", targets: ["CarePassport"]),
        .library(name: "PassportSealing", targets: ["PassportSealing"]),
        .library(name: "PassportFHIR", targets: ["PassportFHIR"]),
        .library(name: "PassportAudit", targets: ["PassportAudit"]),
        .library(name: "PassportStore", targets: ["PassportStore"]),
        .executable(name: "carepass", targets: ["carepass"]),
        .executable(name: "carepassd", targets: ["carepassd"]),
        .executable(name: "carepass-scan", targets: ["carepass-scan"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-structured-headers.git", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1",
            traits: []),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        room("PassportCoding", []),
        room("PassportCrypto", ["CSodium", "PassportCoding", crypto]),
        .target(
            name: "PassportSecrecy",
            dependencies: ["CSodium", "PassportCoding", "PassportCrypto", crypto],
            exclude: ["Words/LICENSE"],
            resources: ["en", "fr", "tr"].map { .embedInCode("Words/words.\($0).txt") },
            swiftSettings: settings),
        room("PassportTrust", ["PassportCoding", "PassportCrypto"]),
        room("PassportAudit", ["PassportCoding", "PassportCrypto"]),
        room(
            "CarePassport",
            ["PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit"]),
        room(
            "PassportSealing",
            [
                "PassportCoding", "PassportCrypto", "PassportSecrecy", "PassportTrust",
                "PassportAudit", "CarePassport",
            ]),
        room("PassportFHIR", ["PassportCoding", "CarePassport"]),
        .systemLibrary(
            name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(
            name: "CPangoCairo", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev"])]),
        .target(
            name: "PassportPaper",
            dependencies: ["CQRencode", "CPangoCairo", "PassportCoding", "PassportCrypto"],
            resources: ["en", "ar", "fa", "tr", "de", "fr"].map {
                .embedInCode("Locales/paper.\($0).json")
            }, swiftSettings: settings),
        room(
            "PassportStore",
            [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit",
                "CarePassport", "PassportExchange", grdb, sqlite,
            ]),
        room(
            "PassportExchange",
            [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit",
                structuredFields,
            ]),
        room(
            "PassportClient",
            [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportExchange", tls,
            ] + nio("NIOCore", "NIOPosix", "NIOHTTP1")),
        .target(
            name: "PassportServer",
            dependencies: [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit",
                "PassportExchange", "PassportStore", "PassportClient", certificates, asn1,
                httpTypes, nioHTTPTypes, tls, logging, lifecycle,
            ] + hummingbird + nio("NIOCore", "NIOHTTP1", "NIOTLS"),
            resources: [.embedInCode("openapi.json")], swiftSettings: settings),
        .executableTarget(
            name: "carepassd",
            dependencies: [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit",
                "PassportExchange", "PassportStore", "PassportClient", "PassportServer",
                argumentParser, logging, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "carepass",
            dependencies: [
                "PassportCoding", "PassportCrypto", "PassportSecrecy", "PassportTrust",
                "PassportAudit", "CarePassport", "PassportSealing", "PassportFHIR",
                "PassportPaper", "PassportStore", "PassportExchange", "PassportClient",
                argumentParser,
            ],
            resources: [
                .embedInCode("Locales/en.json"), .embedInCode("Locales/summary.en.json"),
                .embedInCode("Locales/audit.en.json"),
            ],
            swiftSettings: settings),
        .target(
            name: "CImageReader",
            // A page takes a second, or ten where pixels are counted without optimisation.
            cSettings: [.unsafeFlags(["-O2"])], cxxSettings: [.unsafeFlags(["-O2"])],
            linkerSettings: [
                .linkedLibrary("ZXing"), .linkedLibrary("turbojpeg"), .linkedLibrary("png"),
                .linkedLibrary("m"),
            ]),
        .executableTarget(
            name: "carepass-scan", dependencies: ["CImageReader"], swiftSettings: settings),
        .executableTarget(
            name: "passport-vectors",
            dependencies: [
                "PassportCoding", "PassportCrypto", "PassportSecrecy", "PassportTrust",
                "PassportAudit", "CarePassport", "PassportSealing", "PassportExchange",
                "PassportPaper",
                argumentParser,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "carepass-bench",
            dependencies: [
                "CSodium", "PassportCoding", "PassportCrypto", "PassportSecrecy", "PassportTrust",
                "PassportAudit", "CarePassport", "PassportSealing", "PassportExchange",
                "PassportStore", "PassportClient", "PassportServer", crypto, grdb,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "fence-probe", dependencies: ["CImageReader"], path: "Tests/FenceProbe"),
        .target(
            name: "PassportTestSupport", dependencies: ["PassportCoding", "CarePassport"],
            path: "Tests/PassportTestSupport",
            swiftSettings: settings),
        tests("PassportCodingTests", ["PassportCoding", "PassportTestSupport"]),
        tests(
            "PassportCryptoTests", ["PassportCoding", "PassportCrypto", "PassportTestSupport"]),
        tests(
            "PassportSecrecyTests",
            ["PassportCoding", "PassportCrypto", "PassportSecrecy", "PassportTestSupport", crypto]),
        tests(
            "PassportTrustTests",
            ["PassportCoding", "PassportCrypto", "PassportTrust", "PassportTestSupport"]),
        tests(
            "PassportAuditTests",
            ["PassportCoding", "PassportCrypto", "PassportAudit", "PassportTestSupport"]),
        tests("PassportPaperTests", ["PassportCoding", "PassportPaper"]),
        tests("CareSummaryTests", ["PassportCoding", "CarePassport", "PassportTestSupport"]),
        tests(
            "PassportFHIRTests",
            ["PassportCoding", "CarePassport", "PassportFHIR", "PassportTestSupport"],
            exclude: ["Fixtures"]),
        tests(
            "ConformanceTests",
            [
                "passport-vectors", "PassportCoding", "PassportCrypto", "PassportSecrecy",
                "PassportTrust", "PassportAudit", "CarePassport", "PassportSealing",
                "PassportTestSupport",
            ]),
        tests("SpecTests", ["CarePassport", "PassportTestSupport"]),
        tests(
            "PassportStoreTests",
            [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit",
                "CarePassport", "PassportSecrecy", "PassportSealing", "PassportStore",
                "PassportExchange", "PassportTestSupport", grdb,
            ]),
        tests(
            "PassportExchangeTests",
            [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit",
                "PassportExchange", "PassportTestSupport",
            ]),
        tests(
            "PassportClientTests",
            [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportExchange",
                "PassportClient", "PassportTestSupport", crypto, certificates, tls,
            ] + nio("NIOCore", "NIOPosix")),
        tests(
            "PassportServerTests",
            [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit",
                "PassportExchange", "PassportStore", "PassportClient", "PassportServer",
                "PassportTestSupport", httpTypes, nioHTTPTypes, certificates, tls, logging,
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ] + hummingbird + nio("NIOCore", "NIOEmbedded", "NIOHTTP1", "NIOTLS")),
        tests(
            "StoryTests",
            [
                "carepass", "carepassd", "carepass-scan", "fence-probe", "passport-vectors",
                "PassportCoding", "PassportCrypto", "PassportTrust",
                "PassportAudit", "CarePassport", "PassportSecrecy", "PassportSealing",
                "PassportExchange", "PassportStore", "PassportClient", "PassportPaper",
                "PassportTestSupport", grdb,
            ]),
    ],
    cxxLanguageStandard: .cxx17
)

// Fuzzing needs a compiler runtime that no other build links; `scripts/fuzz.sh` asks for it.
if Context.environment["CAREPASS_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer"),
        .executableTarget(
            name: "carepass-fuzz",
            dependencies: [
                "CFuzzer", "PassportCoding", "PassportCrypto", "PassportSecrecy", "PassportTrust",
                "PassportAudit", "CarePassport", "PassportSealing", "PassportFHIR",
                "PassportExchange", "PassportPaper",
            ],
            swiftSettings: settings),
    ]
}
