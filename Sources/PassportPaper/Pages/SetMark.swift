/// Three shapes that tell one set from another at a glance, also for who reads no numbers.
///
/// They follow from the set's name and from nothing else.
struct SetMark: Equatable {
    /// A shape that is told from the others by its outline alone.
    enum Shape: CaseIterable {
        case circle, square, triangle, diamond, cross, ring
    }

    let shapes: [Shape]
    /// Four hexadecimal digits of the set's name.
    let digits: String

    init(_ set: FrameSetID) {
        let bytes = set.bytes.prefix(3)
        shapes = bytes.map { Shape.allCases[Int($0) % Shape.allCases.count] }
        digits = String(set.description.prefix(4))
    }
}
