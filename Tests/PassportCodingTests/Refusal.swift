import PassportCoding

/// The code under which `body` refuses, or nil when it accepts.
func refusal<Result>(
    _ body: @autoclosure () throws(CodingError) -> Result
) -> CodingError.Code? {
    do {
        _ = try body()
        return nil
    } catch {
        return error.code
    }
}
