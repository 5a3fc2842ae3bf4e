import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust
import Testing

@testable import passport_vectors

/// Limits whose artefacts are too big for a file. Where a structure fixes its sizes, nothing of
/// exactly the limit exists, and only what passes it is tried.
@Suite struct GeneratedLimitTests {
    private func accepts(_ body: () throws -> Void) -> Bool { (try? body()) != nil }

    func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    @Test("limit", arguments: GeneratedLimit.allCases)
    func limit(_ limit: GeneratedLimit) throws {
        switch limit {
        case .cborItems:
            let most: [UInt8] = [0x99, 0xFF, 0xFF] + zeros(Limits.cborItems - 1)
            #expect(accepts { _ = try CBORReader.item(from: most) })
            let more: [UInt8] = [0x9A, 0x00, 0x01, 0x00, 0x00] + zeros(Limits.cborItems)
            #expect(!accepts { _ = try CBORReader.item(from: more) })
        case .manifestBytes: try manifestBytes()
        case .manifestChain: try manifestChain()
        case .evidenceSignatures: try evidenceSignatures()
        case .passportsPerEnvelope, .identitiesPerEnvelope, .statusListsPerEnvelope:
            content(limit)
        case .boxBytes: boxBytes()
        case .noteBytes: noteBytes()
        case .envelopeBytes: try envelopeBytes()
        case .passportBytes: try passportBytes()
        case .identityBytes: try identityBytes()
        case .auditEntryBytes: try auditEntryBytes()
        case .statusListBytes: try statusListBytes()
        case .keyFileBytes: try keyFileBytes()
        case .noticeBytes: try noticeBytes()
        }
    }

    func pastLimit(_ code: String, _ body: () throws -> Void) {
        do {
            try body()
            Issue.record("accepted past its limit")
        } catch {
            #expect((error as? any DescribedFailure)?.identifier == code)
        }
    }

    private func manifestBytes() throws {
        let plan = ManifestPlan(name: "Limit")
        for count in [Limits.manifestBytes, Limits.manifestBytes + 1] {
            // The builder refuses to make what its reader refuses, so the size decides alone.
            let made = accepts {
                let bytes = try Sized.bytes(count) { padding in
                    let payload = try Forge.fields(plan.payload()) {
                        $0[CBORItem(-2)] = .bytes(padding)
                    }
                    return try ManifestPlan.sign(payload, by: plan.roots)
                }
                _ = try ManifestChain(verifying: [bytes])
            }
            #expect(made == (count == Limits.manifestBytes))
        }
    }

    private func manifestChain() throws {
        var plan = ManifestPlan(name: "Long")
        var manifests = [try plan.signed()]
        while manifests.count <= Limits.manifestChain {
            plan = try plan.next { $0.issued = Moments.made }
            manifests.append(try plan.signed())
        }
        #expect(!accepts { _ = try ManifestChain(verifying: manifests) })
        manifests.removeLast()
        #expect(accepts { _ = try ManifestChain(verifying: manifests) })
    }

    /// Izmir's one signature fits beside a chain of one fewer than the limit, and not beside one
    /// of the limit.
    private func evidenceSignatures() throws {
        let scene = try Scene(.net)
        for count in [Limits.evidenceSignatures - 1, Limits.evidenceSignatures] {
            let long = try EvidenceTests.house("Long", signatures: count)
            let opened = try EvidenceTests.open(
                scene, [long, scene.cast.izmir],
                passport: EvidenceTests.passport(scene, naming: [long]))
            #expect((opened.verdict == .accept) == (count < Limits.evidenceSignatures))
            #expect(opened.signatures <= Limits.evidenceSignatures + 4)
        }
    }

    private func content(_ limit: GeneratedLimit) {
        func reads(_ passports: Int, _ identities: Int, _ lists: Int) -> Bool {
            func some(_ count: Int) -> [[UInt8]] { (0..<count).map { _ in [1] } }
            let bytes = EnvelopeContent(
                passports: some(passports), identities: some(identities), statusLists: some(lists)
            ).encoded()
            return accepts { _ = try EnvelopeContent(decoding: bytes) }
        }
        let (passports, identities, lists) = (
            Limits.passportsPerEnvelope, Limits.identitiesPerEnvelope,
            Limits.statusListsPerEnvelope
        )
        #expect(reads(passports, identities, lists))
        switch limit {
        case .passportsPerEnvelope: #expect(!reads(passports + 1, identities, lists))
        case .identitiesPerEnvelope: #expect(!reads(passports, identities + 1, lists))
        default: #expect(!reads(passports, identities, lists + 1))
        }
    }

    private func boxBytes() {
        let quantum = Profile.net.boxQuantum
        for quanta in [Limits.boxBytes / quantum - 1, Limits.boxBytes / quantum] {
            let box = SealedBox(
                lock: .organisation, parameter: zeros(1_120),
                ciphertext: zeros(quanta * quantum + 16))
            let envelope = Envelope(
                profile: .net, content: zeros(Profile.smallestNetContent + 16),
                boxes: [box, box, box, box])
            let fits = box.ciphertext.count <= Limits.boxBytes
            #expect(accepts { _ = try Envelope(decoding: envelope.encoded()) } == fits)
        }
    }

    /// A notice has one size, far below its limit.
    private func noticeBytes() throws {
        let key = try Secrets.openingKey("Limit seal-net", .sealNet)
        let notice = try Notice.receipt([1]).sealed(to: key.publicKey)
        #expect(notice.count < Limits.noticeBytes)
        pastLimit("sealing.malformed") {
            _ = try Notice(opening: zeros(Limits.noticeBytes + 1), with: key)
        }
    }

    private func noteBytes() {
        let line = "\n— name \(Base64.encode(zeros(68)))\n"
        for count in [Limits.noteBytes, Limits.noteBytes + 1] {
            let text = String(repeating: "a", count: count - line.utf8.count - 1) + "\n"
            let fits = count == Limits.noteBytes
            #expect(accepts { _ = try SignedNote(parsing: text + line) } == fits)
        }
    }
}
