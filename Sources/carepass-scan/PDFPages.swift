import Glibc

/// Pages of a PDF as pictures. `pdftoppm` draws them, in a process behind the same fence.
struct PDFPages {
    private let reader: GreyMapReader
    private let process: pid_t

    /// Hands over the pages of a file, one after the other.
    ///
    /// - Throws: `Refusal` when what `pdftoppm` writes is no picture, when it fails before the
    ///   first page, and for a page more than are read: a person must know that there are some.
    static func read(_ file: borrowing MemoryFile, _ body: (Picture) throws -> Void) throws {
        let most = ScanLimits.pages
        let count = try PDFPages(file, 1...most, side: ScanLimits.pageSide).forEach(body)
        guard count > 0 else { throw Refusal.badData("the PDF has no page that can be drawn") }
        // Drawn apart and tiny: one that takes all the time there is takes no other with it.
        guard count == most else { return }
        guard try PDFPages(file, most + 1...most + 1, side: 8).forEach({ _ in }) == 0 else {
            throw Refusal.badData(
                "only the first \(most) pages of a PDF are read; give the others as a second file")
        }
    }

    /// - Parameter side: pixels on the longer side of a page.
    private init(_ file: borrowing MemoryFile, _ pages: ClosedRange<Int>, side: Int) throws {
        guard lseek(file.descriptor, 0, SEEK_SET) == 0 else {
            throw Refusal.fault("the file cannot be read twice")
        }
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw Refusal.fault("no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reader = GreyMapReader(file: ends[0])
        defer { close(ends[1]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, file.descriptor, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        let arguments = [
            "pdftoppm", "-q", "-gray", "-scale-to", "\(side)", "-f", "\(pages.lowerBound)", "-l",
            "\(pages.upperBound)", "-",
        ]
        var started: pid_t = 0
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        // An empty environment: nothing of ours is its business.
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        let failed = unsafe posix_spawn(
            &started, "/usr/bin/pdftoppm", &actions, nil, &words, &environment)
        guard failed == 0 else {
            throw Refusal.fault("pdftoppm cannot be started: install poppler-utils")
        }
        process = started
    }

    /// - Returns: how many pages there were.
    private func forEach(_ body: (Picture) throws -> Void) throws -> Int {
        var count = 0
        while let page = try reader.next(widest: ScanLimits.pageSide + 1) {
            try body(page)
            count += 1
        }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return count
    }
}
