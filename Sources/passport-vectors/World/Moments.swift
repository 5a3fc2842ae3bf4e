import PassportCoding

/// The times of the test world, all in 2026 to 2028.
enum Moments {
    static let day: Int64 = 86_400
    /// 2026-01-01: the organisations make their keys.
    static let made = Timestamp(clamping: 1_767_225_600)
    /// 2026-02-01: passports are sealed.
    static let sealed = Timestamp(clamping: 1_769_904_000)
    /// 2026-02-02: grants are signed.
    static let granted = sealed.adding(seconds: day)
    /// 2026-02-12: status lists are issued.
    static let listed = sealed.adding(seconds: 11 * day)
    /// 2026-02-15: the recipient opens.
    static let now = sealed.adding(seconds: 14 * day)
    /// 2026-05-02: grants end.
    static let grantEnd = sealed.adding(seconds: 90 * day)
    /// 2027-01-01: manifests expire.
    static let manifestEnd = Timestamp(clamping: 1_798_761_600)
    /// 2027-02-01: passports expire.
    static let passportEnd = Timestamp(clamping: 1_801_440_000)
    /// 2028-01-01: role keys end.
    static let keyEnd = Timestamp(clamping: 1_830_297_600)
}
