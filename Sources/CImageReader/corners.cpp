// Corners of codes, and the places that they make. ZXing 1.4 takes corners of neighbours for those
// of one code (of 96 codes in sheets photographed at 3 % perspective and 3,500 pixels it read 45),
// and counts whole pixels (of 48 codes at 110 dots to the inch it read 19). Each place is therefore
// found here, by parts of pixels, and shown to it alone.
#include "corners.hpp"

#include <algorithm>
#include <cmath>

namespace reader {

namespace {

// A sheet has 72 corners. What a hostile picture may cost: corners, rows through one, triples that
// are counted along, and triples that are kept.
constexpr size_t mostCorners = 300;
constexpr int mostRows = 300'000;
constexpr int mostTriples = 100'000;
constexpr size_t mostPlaces = 4'000;
// Triples of one code had a doubt of 0.02 to 0.15, and 0.24 where the print was poor; nearly all
// others more than 0.3, and trying those took most of the time.
constexpr double mostDoubt = 0.3;
// Modules that are drawn around a code. Its neighbour is eight away.
constexpr double margin = 5;

// How much darker than what is around it.
struct Darkness {
    const Pixels &pixels;
    const std::vector<uint8_t> &around;

    int at(int x, int y) const {
        const size_t i = size_t(y) * pixels.width + x;
        return int(around[i]) - pixels.bytes[i];
    }

    // Between pixels.
    double between(double x, double y) const {
        if (!(x >= 0 && y >= 0 && x < pixels.width - 1 && y < pixels.height - 1)) return 0;
        const int ix = int(x), iy = int(y);
        const double fx = x - ix, fy = y - iy;
        return (at(ix, iy) * (1 - fx) + at(ix + 1, iy) * fx) * (1 - fy)
               + (at(ix, iy + 1) * (1 - fx) + at(ix + 1, iy + 1) * fx) * fy;
    }

    // How far it is from a dark pixel to the next three edges, in parts of pixels.
    bool edges(int x, int y, int dx, int dy, int most, double (&far)[3]) const {
        int found = 0, last = at(x, y);
        for (int step = 1; step <= most; step++) {
            x += dx;
            y += dy;
            if (x < 0 || y < 0 || x >= pixels.width || y >= pixels.height) return false;
            const int here = at(x, y);
            if ((here > 0) != (last > 0)) {
                far[found] = step - 1 + double(last) / (last - here);
                if (++found == 3) return true;
            }
            last = here;
        }
        return false;
    }
};

// Whether runs are as those across the square in a corner: 1, 1, 3, 1, 1. The bounds are wide,
// since at 100 dots to the inch a module is 1.4 pixels.
bool fit(const double (&runs)[5], double &module) {
    module = (runs[0] + runs[1] + runs[2] + runs[3] + runs[4]) / 7;
    if (module < 0.9) return false;
    for (int i = 0; i < 5; i++)
        if (std::abs(runs[i] - (i == 2 ? 3 : 1) * module) > (i == 2 ? 1.0 : 0.7) * module)
            return false;
    return true;
}

// Follows a line through a dark pixel both ways.
//
// - middle: becomes how far it is from the pixel to the middle of the square.
bool crosses(
    const Darkness &dark, int x, int y, int dx, int dy, int most, double &module, double &middle) {
    double ahead[3], back[3];
    if (dark.at(x, y) <= 0 || !dark.edges(x, y, dx, dy, most, ahead)
        || !dark.edges(x, y, -dx, -dy, most, back))
        return false;
    const double runs[5] = {
        back[2] - back[1], back[1] - back[0], back[0] + ahead[0], ahead[1] - ahead[0],
        ahead[2] - ahead[1]};
    middle = (ahead[2] - back[2]) / 2;
    return fit(runs, module);
}

void add(std::vector<Corner> &corners, const Corner &seen) {
    for (auto &one : corners) {
        const double near = 1.5 * one.module;
        if (std::abs(one.x - seen.x) > near || std::abs(one.y - seen.y) > near) continue;
        const double fresh = 1.0 / (one.rows + 1), old = 1 - fresh;
        one = {one.x * old + seen.x * fresh, one.y * old + seen.y * fresh,
               one.module * old + seen.module * fresh, one.rows + 1};
        return;
    }
    if (corners.size() < 4 * mostCorners) corners.push_back(seen);
}

// Adds the square of which a row goes through the middle, if there is one.
void addAt(std::vector<Corner> &corners, const Darkness &dark, double across, int y, double width) {
    const int x = std::clamp(int(across + 0.5), 0, dark.pixels.width - 1);
    const int most = int(8 * width) + 2;
    double high, wide, down, right;
    if (!crosses(dark, x, y, 0, 1, most, high, down)) return;
    const double row = y + down;
    if (!crosses(dark, x, int(row + 0.5), 1, 0, most, wide, right)) return;
    if (high > 1.5 * wide || wide > 1.5 * high) return;
    add(corners, {x + right, row, (high + wide) / 2, 1});
}

std::vector<Corner> corners(const Darkness &dark) {
    std::vector<Corner> found;
    int rows = 0;
    for (int y = 0; y < dark.pixels.height; y++) {
        double edges[6] = {};
        int count = 0, last = 0;
        for (int x = 0; x < dark.pixels.width; x++) {
            const int here = dark.at(x, y);
            if ((here > 0) != (last > 0)) {
                std::copy(edges + 1, edges + 6, edges);
                edges[5] = x - 1 + double(last) / (last - here);
                count++;
                double module;
                const double runs[5] = {
                    edges[1] - edges[0], edges[2] - edges[1], edges[3] - edges[2],
                    edges[4] - edges[3], edges[5] - edges[4]};
                if (here <= 0 && count >= 6 && fit(runs, module) && rows++ < mostRows)
                    addAt(found, dark, (edges[2] + edges[3]) / 2, y, module);
            }
            last = here;
        }
    }
    // What looks like a square among the modules does so in one row; a square, in about three
    // rows for each pixel of a module.
    found.erase(
        std::remove_if(found.begin(), found.end(), [](const Corner &one) {
            return one.rows < std::max(2.0, 0.6 * one.module);
        }), found.end());
    std::sort(found.begin(), found.end(), [](const Corner &one, const Corner &other) {
        return one.rows > other.rows;
    });
    if (found.size() > mostCorners) found.resize(mostCorners);
    return found;
}

// How many times it becomes light or dark between two places.
int changes(const Darkness &dark, double x, double y, double toX, double toY, double step) {
    const int steps = std::clamp(int(std::hypot(toX - x, toY - y) / step), 1, 4'000);
    int count = 0;
    bool last = true;
    for (int i = 0; i <= steps; i++) {
        const double part = double(i) / steps;
        const bool here = dark.between(x + (toX - x) * part, y + (toY - y) * part) > 0;
        count += here != last;
        last = here;
    }
    return count;
}

// From one square to another.
struct Way {
    double x, y, square;
    const Corner &to;
    // Whether both can be of one code.
    bool possible;

    Way(const Corner &from, const Corner &other)
        : x(other.x - from.x), y(other.y - from.y), square(x * x + y * y), to(other) {
        const double ratio = from.module / other.module;
        const double module = (from.module + other.module) / 2;
        possible = ratio < 1.6 && ratio > 1 / 1.6 && square > 9 * 9 * module * module
                   && square < 200 * 200 * module * module;
    }

    // A quarter turn to the right, more or less, and about as far.
    bool fits(const Way &below) const {
        const double turn = x * below.y - y * below.x;
        return turn > 0 && turn * turn > 0.81 * square * below.square
               && square < 2 * below.square && below.square < 2 * square;
    }
};

// Counts along a place how little it looks like a code; 9 is not at all.
void judge(const Darkness &dark, Place &place) {
    const Corner &corner = place.corner, &right = place.right, &below = place.below;
    place.doubt = 9;
    const double rx = right.x - corner.x, ry = right.y - corner.y;
    const double bx = below.x - corner.x, by = below.y - corner.y;
    const double wide = std::hypot(rx, ry), high = std::hypot(bx, by);
    // A row crosses a slanted square on a longer way.
    const double lean = std::max(std::abs(rx), std::abs(ry)) / wide;
    const double module = (corner.module + right.module + below.module) / 3 * lean;
    const double modules = (wide + high) / 2 / module;
    if (modules < 12 || modules > 190) return;
    place.modules = modules;
    // Between the squares, light and dark modules alternate from edge to edge.
    const double part = 3 / modules;
    const int across = changes(
        dark, corner.x + (rx + bx) * part, corner.y + (ry + by) * part,
        right.x + (bx - rx) * part, right.y + (by - ry) * part, module / 4);
    const int down = changes(
        dark, corner.x + (rx + bx) * part, corner.y + (ry + by) * part,
        below.x + (rx - bx) * part, below.y + (ry - by) * part, module / 4);
    const double counted = (across + down) / 2.0 + 6;
    place.doubt = std::abs(across - down) / counted + std::abs(counted - modules) / modules
                  + std::abs(wide - high) / (wide + high);
}

// Catmull and Rom's curve through four values.
double curve(double a, double b, double c, double d, double at) {
    return b + at / 2 * (c - a + at * (2 * a - 5 * b + 4 * c - d + at * (3 * (b - c) + d - a)));
}

double smooth(const Pixels &pixels, double x, double y) {
    const int ix = int(std::floor(x)), iy = int(std::floor(y));
    if (ix < 1 || iy < 1 || ix + 2 >= pixels.width || iy + 2 >= pixels.height) return 255;
    double columns[4];
    for (int i = 0; i < 4; i++) {
        const uint8_t *row = pixels.bytes.data() + size_t(iy - 1 + i) * pixels.width + ix;
        columns[i] = curve(row[-1], row[0], row[1], row[2], x - ix);
    }
    return curve(columns[0], columns[1], columns[2], columns[3], y - iy);
}

}  // namespace

std::vector<uint8_t> means(const Pixels &pixels, int radius) {
    const int width = pixels.width, height = pixels.height;
    std::vector<uint32_t> sums(size_t(width + 1) * (height + 1), 0);
    for (int y = 0; y < height; y++) {
        uint32_t row = 0;
        for (int x = 0; x < width; x++) {
            row += pixels.bytes[size_t(y) * width + x];
            // Wraps around in pictures of over 16 million pixels; differences stay right.
            sums[size_t(y + 1) * (width + 1) + x + 1] = sums[size_t(y) * (width + 1) + x + 1] + row;
        }
    }
    std::vector<uint8_t> result(pixels.bytes.size());
    for (int y = 0; y < height; y++) {
        const int top = std::max(y - radius, 0), bottom = std::min(y + radius + 1, height);
        for (int x = 0; x < width; x++) {
            const int left = std::max(x - radius, 0), right = std::min(x + radius + 1, width);
            const uint32_t sum = sums[size_t(bottom) * (width + 1) + right]
                                 - sums[size_t(top) * (width + 1) + right]
                                 - sums[size_t(bottom) * (width + 1) + left]
                                 + sums[size_t(top) * (width + 1) + left];
            result[size_t(y) * width + x] =
                static_cast<uint8_t>(sum / uint32_t((bottom - top) * (right - left)));
        }
    }
    return result;
}

Pixels sharpened(const Pixels &pixels, int radius, int strength) {
    Pixels sharp{pixels.bytes, pixels.width, pixels.height};
    const auto soft = means(pixels, radius);
    for (size_t i = 0; i < sharp.bytes.size(); i++) {
        const int value = pixels.bytes[i] + strength * (int(pixels.bytes[i]) - int(soft[i]));
        sharp.bytes[i] = static_cast<uint8_t>(std::clamp(value, 0, 255));
    }
    return sharp;
}

Pixels enlarged(const Pixels &pixels, int times) {
    Pixels large{{}, pixels.width * times, pixels.height * times};
    large.bytes.resize(size_t(large.width) * large.height);
    // One row, with a pixel more before it and two after it.
    std::vector<double> row(size_t(pixels.width) + 3);
    for (int y = 0; y < large.height; y++) {
        const double fromY = (y + 0.5) / times - 0.5;
        const int iy = int(std::floor(fromY));
        const uint8_t *rows[4];
        for (int i = 0; i < 4; i++)
            rows[i] = pixels.bytes.data()
                      + size_t(std::clamp(iy - 1 + i, 0, pixels.height - 1)) * pixels.width;
        for (int i = 0; i < pixels.width + 3; i++) {
            const int x = std::clamp(i - 1, 0, pixels.width - 1);
            row[i] = curve(rows[0][x], rows[1][x], rows[2][x], rows[3][x], fromY - iy);
        }
        for (int x = 0; x < large.width; x++) {
            const double fromX = (x + 0.5) / times - 0.5;
            const int ix = std::max(int(std::floor(fromX)), 0);
            const double *near = row.data() + ix;
            large.bytes[size_t(y) * large.width + x] = static_cast<uint8_t>(std::clamp(
                curve(near[0], near[1], near[2], near[3], std::max(fromX - ix, 0.0)) + 0.5, 0.0,
                255.0));
        }
    }
    return large;
}

std::vector<Place> places(const Pixels &pixels, int times) {
    const auto around = means(pixels, std::max(24, std::min(pixels.width, pixels.height) / 40));
    const Darkness dark{pixels, around};
    const auto found = corners(dark);
    std::vector<Place> likely;
    int triples = 0;
    for (const auto &corner : found) {
        std::vector<Way> ways;
        for (const auto &other : found)
            if (const Way way(corner, other); way.possible) ways.push_back(way);
        for (const auto &right : ways)
            for (const auto &below : ways) {
                if (!right.fits(below) || ++triples > mostTriples) continue;
                Place place{corner, right.to, below.to, 0, 0};
                judge(dark, place);
                if (place.doubt <= mostDoubt) likely.push_back(place);
            }
    }
    std::sort(likely.begin(), likely.end(), [](const Place &one, const Place &other) {
        return one.doubt < other.doubt;
    });
    if (likely.size() > mostPlaces) likely.resize(mostPlaces);
    for (auto &place : likely)
        for (Corner *one : {&place.corner, &place.right, &place.below})
            *one = {(one->x + 0.5) / times - 0.5, (one->y + 0.5) / times - 0.5,
                    one->module / times, one->rows};
    return likely;
}

Cut cut(const Pixels &pixels, const Place &place, double scale, bool slanted) {
    const Corner &corner = place.corner, &right = place.right, &below = place.below;
    const double one = place.modules * scale, edge = (3.5 + margin) * scale;
    const int side = int(one + 2 * edge);
    // What is farther away has smaller modules, by the power of 3/2 on average.
    const auto farther = [&](const Corner &other) {
        const double ratio = std::pow(corner.module / other.module, 2.0 / 3);
        return slanted ? std::clamp(ratio - 1, -0.15, 0.15) : 0;
    };
    const double g = farther(right), h = farther(below);
    Cut made{{{}, side, side}, 0, 0, 0, 0, 0, 0, g / one, h / one};
    made.rightX = (right.x * (1 + g) - corner.x) / one;
    made.rightY = (right.y * (1 + g) - corner.y) / one;
    made.downX = (below.x * (1 + h) - corner.x) / one;
    made.downY = (below.y * (1 + h) - corner.y) / one;
    // From the middle of the square to the first pixel.
    const double start = 1 - edge * (made.far + made.deep);
    made.firstX = (corner.x - edge * (made.rightX + made.downX)) / start;
    made.firstY = (corner.y - edge * (made.rightY + made.downY)) / start;
    for (double *number : {&made.rightX, &made.rightY, &made.downX, &made.downY, &made.far,
                           &made.deep})
        *number /= start;
    made.pixels.bytes.resize(size_t(side) * side);
    // Where a pixel stands for several, it becomes the mean of some.
    const double step = std::hypot(right.x - corner.x, right.y - corner.y) / one;
    const int parts = step < 1.7 ? 1 : 2;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            double sum = 0;
            for (int i = 0; i < parts * parts; i++) {
                const double u = x + (i % parts + 0.5) / parts - 0.5;
                const double v = y + (i / parts + 0.5) / parts - 0.5;
                sum += smooth(pixels, made.wholeX(u, v), made.wholeY(u, v));
            }
            made.pixels.bytes[size_t(y) * side + x] =
                static_cast<uint8_t>(std::clamp(sum / (parts * parts) + 0.5, 0.0, 255.0));
        }
    return made;
}

}  // namespace reader
