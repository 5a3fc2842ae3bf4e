internal import GRDB
public import PassportCoding

/// The domain of `StoreError`.
public enum StoreDomain: FailureDomain {
    /// `store`.
    public static let name = "store"
}

/// Why something could not be read from or written to the database. Nothing was changed.
public typealias StoreError = Failure<StoreDomain>

extension Failure<StoreDomain>.Code {
    /// The database was written by a newer version.
    public static let newerSchema = Self("newerSchema")
    /// There is no database at this place.
    public static let missing = Self("missing")
    /// One is already there.
    public static let exists = Self("exists")
    /// The disk is full, or the file cannot be written.
    public static let cannotWrite = Self("cannotWrite")
    /// The file is not a database of this project, or is damaged.
    public static let damaged = Self("damaged")
    /// What was asked for is not in the database.
    public static let notFound = Self("notFound")
    /// What was to be added is already there.
    public static let duplicate = Self("duplicate")
    /// The log on disk does not continue from where the key holder last signed.
    public static let logAltered = Self("logAltered")
    /// Pins, staff, lists or withdrawals on disk are not those that the key holder last signed.
    public static let stateAltered = Self("stateAltered")
    /// A member of staff has to sign the entry, and none did.
    public static let unsigned = Self("unsigned")
}

extension Failure<StoreDomain> {
    init(_ error: any Error) {
        if let error = error as? StoreError {
            self = error
        } else if let error = error as? any DescribedFailure {
            self.init(
                .damaged, error.kind, error.message, hint: error.hint, cause: error.identifier)
        } else if let error = error as? DatabaseError {
            // Codes only: SQLite's own message can hold values.
            let code = "sqlite \(error.extendedResultCode.rawValue)"
            switch error.resultCode {
            case .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_PERM:
                self.init(
                    .cannotWrite, .cannotWrite, "the database cannot be written",
                    hint: "free some space or check the folder's permissions", cause: code)
            case .SQLITE_CONSTRAINT:
                self.init(.duplicate, .refused, "this is already in the database", cause: code)
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                self.init(
                    .cannotWrite, .cannotWrite, "another program is using the database",
                    hint: "wait until it has finished and try again", cause: code)
            default:
                self.init(.damaged, .badInput, "the database is damaged", cause: code)
            }
        } else {
            self.init(.damaged, .fault, "the database could not be used")
        }
    }
}
