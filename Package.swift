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
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")

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
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        room("PassportCoding", []),
        room("PassportCrypto", ["CSodium", "PassportCoding", crypto]),
        room("PassportSecrecy", ["CSodium", "PassportCoding", "PassportCrypto", crypto]),
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
        room(
            "PassportStore",
            [
                "PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit",
                "CarePassport", grdb,
            ]),
        .executableTarget(
            name: "carepass",
            dependencies: [
                "PassportCoding", "PassportCrypto", "PassportSecrecy", "PassportTrust",
                "PassportAudit", "CarePassport", "PassportSealing", "PassportFHIR",
                "PassportStore", argumentParser,
            ],
            resources: [
                .embedInCode("Locales/en.json"), .embedInCode("Locales/summary.en.json"),
                .embedInCode("Locales/audit.en.json"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "passport-vectors",
            dependencies: [
                "PassportCoding", "PassportCrypto", "PassportSecrecy", "PassportTrust",
                "PassportAudit", "CarePassport", "PassportSealing", argumentParser,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "carepass-bench",
            dependencies: [
                "CSodium", "PassportCoding", "PassportCrypto", "PassportSecrecy", "PassportTrust",
                "PassportAudit", "CarePassport", "PassportSealing", crypto,
            ],
            swiftSettings: settings),
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
                "PassportTestSupport", grdb,
            ]),
        tests(
            "StoryTests",
            [
                "carepass", "PassportCoding", "PassportCrypto", "PassportTrust", "PassportAudit",
                "CarePassport", "PassportSecrecy", "PassportSealing", "PassportStore",
                "PassportTestSupport", grdb,
            ]),
    ]
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
            ],
            swiftSettings: settings),
    ]
}
