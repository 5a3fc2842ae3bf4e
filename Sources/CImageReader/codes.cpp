// QR codes in grey pixels, by ZXing.
#define ZX_USE_UTF8 1
#include "corners.hpp"
#include "image_reader.h"

#include <ZXing/ReadBarcode.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <vector>

namespace {

using namespace ZXing;
using reader::means;
using reader::Pixels;

bool holds(const Position &corners, int x, int y) {
    for (int i = 0; i < 4; i++) {
        const auto from = corners[i], to = corners[(i + 1) % 4];
        if (int64_t(to.x - from.x) * (y - from.y) < int64_t(to.y - from.y) * (x - from.x))
            return false;
    }
    return true;
}

// Whites out a code that was read. On a sheet of many codes a finder takes corners of neighbours
// for those of one code; with fewer corners left it finds the rest.
void erase(Pixels &pixels, const Position &corners) {
    int left = pixels.width, right = 0, top = pixels.height, bottom = 0;
    for (const auto &corner : corners) {
        left = std::min(left, corner.x);
        right = std::max(right, corner.x);
        top = std::min(top, corner.y);
        bottom = std::max(bottom, corner.y);
    }
    left = std::max(left, 0);
    top = std::max(top, 0);
    right = std::min(right, pixels.width - 1);
    bottom = std::min(bottom, pixels.height - 1);
    for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++) {
            if (holds(corners, x, y)) pixels.bytes[size_t(y) * pixels.width + x] = 255;
        }
}

// Looks until nothing more is found, a bounded number of times.
//
// Returns whether anything was.
bool look(
    Pixels &pixels, Binarizer binarizer, void *context, image_reader_found found) {
    DecodeHints hints;
    hints.setFormats(BarcodeFormat::QRCode);
    hints.setTryHarder(true);
    hints.setTryRotate(true);
    hints.setTryDownscale(false);
    hints.setBinarizer(binarizer);
    hints.setMaxNumberOfSymbols(255);
    for (int round = 0; round < 6; round++) {
        bool any = false;
        const ImageView view(
            pixels.bytes.data(), pixels.width, pixels.height, ImageFormat::Lum);
        for (const auto &result : ReadBarcodes(view, hints)) {
            if (!result.isValid()) continue;
            any = true;
            found(context, result.bytes().data(), result.bytes().size());
            erase(pixels, result.position());
        }
        if (!any) return round > 0;
    }
    return true;
}

// Halves a picture by averaging: noise goes, and codes in large photographs get the size that
// finders were made for.
Pixels halved(const Pixels &whole) {
    Pixels half{{}, whole.width / 2, whole.height / 2};
    half.bytes.resize(size_t(half.width) * half.height);
    for (int y = 0; y < half.height; y++) {
        const uint8_t *upper = whole.bytes.data() + size_t(2 * y) * whole.width;
        const uint8_t *lower = upper + whole.width;
        uint8_t *row = half.bytes.data() + size_t(y) * half.width;
        for (int x = 0; x < half.width; x++)
            row[x] = static_cast<uint8_t>(
                (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) / 4);
    }
    return half;
}

// Doubles a picture: a finder counts pixels, and modules of two or three are few to count.
Pixels doubled(const Pixels &whole) {
    Pixels twice{{}, whole.width * 2, whole.height * 2};
    twice.bytes.resize(size_t(twice.width) * twice.height);
    for (int y = 0; y < twice.height; y++) {
        // A new pixel is a quarter of an old one away from the middle of the one it came from.
        const int near = y / 2, far = std::clamp(y % 2 ? near + 1 : near - 1, 0, whole.height - 1);
        const uint8_t *close = whole.bytes.data() + size_t(near) * whole.width;
        const uint8_t *other = whole.bytes.data() + size_t(far) * whole.width;
        uint8_t *row = twice.bytes.data() + size_t(y) * twice.width;
        for (int x = 0; x < twice.width; x++) {
            const int in = x / 2, out = std::clamp(x % 2 ? in + 1 : in - 1, 0, whole.width - 1);
            row[x] = static_cast<uint8_t>(
                (9 * close[in] + 3 * close[out] + 3 * other[in] + other[out] + 8) / 16);
        }
    }
    return twice;
}

// Black and white by the light around each place: for pictures in the dark, or from a printer
// that is out of toner. What is noise in one pixel is smoothed away before.
Pixels levelled(const Pixels &pixels, int radius, int times) {
    Pixels level{pixels.bytes, pixels.width, pixels.height};
    for (int i = 0; i < times; i++) level.bytes = means(level, radius);
    const auto around = means(level, 24);
    for (size_t i = 0; i < level.bytes.size(); i++)
        level.bytes[i] = level.bytes[i] < around[i] ? 0 : 255;
    return level;
}

// Black for all that is not nearly as light as the lightest: for codes in pale colours.
Pixels inked(const Pixels &pixels) {
    Pixels ink{means(pixels, 1), pixels.width, pixels.height};
    const int lightest = *std::max_element(ink.bytes.begin(), ink.bytes.end());
    for (auto &byte : ink.bytes) byte = byte < lightest * 7 / 8 ? 0 : 255;
    return ink;
}

struct Point {
    double x, y;
};

// Where a picture has strong contrast, in blocks.
struct Blocks {
    std::vector<uint8_t> busy;
    int side, columns, rows;

    explicit Blocks(const Pixels &pixels)
        : side(std::max(8, std::max(pixels.width, pixels.height) / 200)),
          columns(pixels.width / side), rows(pixels.height / side) {
        busy.assign(size_t(columns) * rows, 0);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++) {
                int darkest = 255, lightest = 0;
                for (int y = row * side; y < (row + 1) * side; y++)
                    for (int x = column * side; x < (column + 1) * side; x++) {
                        const int value = pixels.bytes[size_t(y) * pixels.width + x];
                        darkest = std::min(darkest, value);
                        lightest = std::max(lightest, value);
                    }
                busy[size_t(row) * columns + column] = lightest - darkest > 80;
            }
    }

    // True when there is hardly anything left to look at.
    bool isEmpty() const {
        return size_t(std::count(busy.begin(), busy.end(), 1)) * 50 < busy.size();
    }

    // The corners of what is printed, as far as a quick look tells: where busy blocks reach
    // farthest to each corner of the picture.
    bool corners(Point (&found)[4]) const {
        double best[4] = {1e9, 1e9, 1e9, 1e9};
        bool any = false;
        for (int row = 1; row + 1 < rows; row++)
            for (int column = 1; column + 1 < columns; column++) {
                int neighbours = 0;
                for (int y = -1; y <= 1; y++)
                    for (int x = -1; x <= 1; x++)
                        neighbours += busy[size_t(row + y) * columns + column + x];
                if (neighbours < 4) continue;
                any = true;
                const double x = (column + 0.5) * side, y = (row + 0.5) * side;
                const double reach[4] = {x + y, y - x, -x - y, x - y};
                for (int i = 0; i < 4; i++)
                    if (reach[i] < best[i]) {
                        best[i] = reach[i];
                        found[i] = {x, y};
                    }
            }
        return any;
    }
};

// Pulls a quadrilateral straight (Heckbert's square to quadrilateral, computed backwards).
//
// - stretch: of the height; how high a slanted sheet was, its sides do not tell exactly.
Pixels straightened(const Pixels &pixels, const Point (&from)[4], double stretch) {
    const auto length = [&from](int one, int other) {
        return std::hypot(from[one].x - from[other].x, from[one].y - from[other].y);
    };
    const double edge = 0.04;
    // Modules stay as wide as they are high.
    const int width = std::clamp(
        int((length(0, 1) + length(3, 2)) / 2 / (1 - 2 * edge)), 16, 2 * pixels.width);
    const int height = std::clamp(
        int(stretch * (length(0, 3) + length(1, 2)) / 2 / (1 - 2 * edge)), 16, 2 * pixels.height);
    const double dx1 = from[1].x - from[2].x, dx2 = from[3].x - from[2].x;
    const double dy1 = from[1].y - from[2].y, dy2 = from[3].y - from[2].y;
    const double sx = from[0].x - from[1].x + from[2].x - from[3].x;
    const double sy = from[0].y - from[1].y + from[2].y - from[3].y;
    const double below = dx1 * dy2 - dx2 * dy1;
    Pixels straight{{}, width, height};
    straight.bytes.assign(size_t(width) * height, 255);
    if (std::abs(below) < 1) return straight;
    const double g = (sx * dy2 - dx2 * sy) / below, h = (dx1 * sy - sx * dy1) / below;
    const double a = from[1].x - from[0].x + g * from[1].x, b = from[3].x - from[0].x + h * from[3].x;
    const double d = from[1].y - from[0].y + g * from[1].y, e = from[3].y - from[0].y + h * from[3].y;
    for (int y = 0; y < height; y++) {
        const double v = (double(y) / height - edge) / (1 - 2 * edge);
        for (int x = 0; x < width; x++) {
            const double u = (double(x) / width - edge) / (1 - 2 * edge);
            const double w = g * u + h * v + 1;
            if (w < 0.1) continue;
            const double px = (a * u + b * v + from[0].x) / w;
            const double py = (d * u + e * v + from[0].y) / w;
            if (!(px >= 0 && py >= 0 && px < pixels.width - 1 && py < pixels.height - 1))
                continue;
            const int ix = int(px), iy = int(py);
            const double fx = px - ix, fy = py - iy;
            const uint8_t *upper = pixels.bytes.data() + size_t(iy) * pixels.width + ix;
            const uint8_t *lower = upper + pixels.width;
            straight.bytes[size_t(y) * width + x] = static_cast<uint8_t>(
                (upper[0] * (1 - fx) + upper[1] * fx) * (1 - fy)
                + (lower[0] * (1 - fx) + lower[1] * fx) * fy + 0.5);
        }
    }
    return straight;
}

// Reads the code in one place, drawn by itself in several ways until one succeeds: of 324 codes
// read in hard pictures the first way read 255, and each of the others some more.
//
// - pixelsLeft: how much may still be drawn.
// - corners: become where it is in the whole picture.
bool readPlace(
    const Pixels &pixels, const reader::Place &place, int &pixelsLeft, Position &corners,
    void *context, image_reader_found found) {
    const struct {
        double scale;
        bool slanted, sharp;
        Binarizer binarizer;
    } ways[] = {
        {4, false, false, Binarizer::LocalAverage}, {4, true, false, Binarizer::GlobalHistogram},
        {3, true, false, Binarizer::LocalAverage},  {5, false, false, Binarizer::LocalAverage},
        {4, true, true, Binarizer::LocalAverage},   {4, false, true, Binarizer::GlobalHistogram},
    };
    for (const auto &way : ways) {
        auto cut = reader::cut(pixels, place, way.scale, way.slanted);
        if (way.sharp) cut.pixels = reader::sharpened(cut.pixels, 2, 3);
        pixelsLeft -= cut.pixels.width * cut.pixels.height;
        DecodeHints hints;
        hints.setFormats(BarcodeFormat::QRCode);
        hints.setTryDownscale(false);
        hints.setBinarizer(way.binarizer);
        hints.setMaxNumberOfSymbols(1);
        const ImageView view(
            cut.pixels.bytes.data(), cut.pixels.width, cut.pixels.height, ImageFormat::Lum);
        for (const auto &result : ReadBarcodes(view, hints)) {
            if (!result.isValid()) continue;
            found(context, result.bytes().data(), result.bytes().size());
            corners = result.position();
            for (auto &corner : corners)
                corner = PointI(
                    int(cut.wholeX(corner.x, corner.y)), int(cut.wholeY(corner.x, corner.y)));
            return true;
        }
        // What hardly looks like a code is not worth more.
        if (place.doubt > 0.15 || pixelsLeft < 0) return false;
    }
    return false;
}

// Looks at each place where a code may stand by itself.
bool lookAtPlaces(
    Pixels &pixels, const std::vector<reader::Place> &places, int &pixelsLeft, void *context,
    image_reader_found found) {
    std::vector<Position> read;
    int inVain = 0;
    for (const auto &place : places) {
        // With one corner in a code that was read, it is not another one.
        const bool over = std::any_of(read.begin(), read.end(), [&](const Position &corners) {
            const auto within = [&](const reader::Corner &one) {
                return holds(corners, int(one.x), int(one.y));
            };
            return within(place.corner) || within(place.right) || within(place.below);
        });
        if (over) continue;
        if (inVain == 80 || pixelsLeft < 0) break;
        inVain++;
        Position corners;
        if (!readPlace(pixels, place, pixelsLeft, corners, context, found)) continue;
        inVain = 0;
        erase(pixels, corners);
        read.push_back(corners);
    }
    return !read.empty();
}

// Looks for places with codes: in the picture as it is, and then sharpened in two ways and, where
// it is small, enlarged. Strong sharpening shows more of a photograph out of focus (24 against 17
// of 24 codes at 1,600 pixels), weak sharpening more of a drawn page (7 against 1 of 24 codes at 90
// dots to the inch); strong first reads 24 instead of 22 at 4 % perspective.
bool lookClosely(
    Pixels &pixels, const Blocks &whole, void *context, image_reader_found found) {
    // About five seconds.
    int pixelsLeft = 50'000'000;
    bool any = lookAtPlaces(pixels, reader::places(pixels, 1), pixelsLeft, context, found);
    const size_t size = pixels.bytes.size();
    if (size > 30'000'000) return any;
    const int times = size <= 2'500'000 ? 3 : size <= 6'000'000 ? 2 : 1;
    for (const int radius : {2, 1}) {
        if (!whole.isEmpty() && Blocks(pixels).isEmpty()) break;
        auto sharp = reader::sharpened(pixels, radius, radius == 1 ? 1 : 3);
        if (times > 1) sharp = reader::enlarged(sharp, times);
        any = lookAtPlaces(pixels, reader::places(sharp, times), pixelsLeft, context, found) || any;
    }
    return any;
}

// A small picture in which nothing was found costs little to look at again.
bool lookAtSmall(const Pixels &pixels, void *context, image_reader_found found) {
    // Small on one side only is a strip.
    if (pixels.bytes.size() > 640'000) return false;
    auto twice = doubled(pixels);
    if (look(twice, Binarizer::LocalAverage, context, found)) return true;
    auto level = levelled(twice, 1, 1);
    if (look(level, Binarizer::GlobalHistogram, context, found)) return true;
    auto ink = inked(twice);
    return look(ink, Binarizer::GlobalHistogram, context, found);
}

// Looks at what was not read yet in other light, and straightened.
//
// - bytes: the picture before what was read became white.
bool lookHarder(
    const Pixels &pixels, const uint8_t *bytes, void *context, image_reader_found found) {
    const auto copy = [&] {
        return Pixels{{bytes, bytes + pixels.bytes.size()}, pixels.width, pixels.height};
    };
    // Dim pictures have no strong contrast anywhere, and are looked at to the end.
    const Blocks whole(copy());
    if (!whole.isEmpty() && Blocks(pixels).isEmpty()) return false;
    bool any = false;
    const int smoothings[][2] = {{0, 0}, {1, 1}, {2, 1}, {1, 2}};
    for (const auto &smoothing : smoothings) {
        auto level = levelled(pixels, smoothing[0], smoothing[1]);
        any = look(level, Binarizer::GlobalHistogram, context, found) || any;
    }
    auto sharp = reader::sharpened(pixels, 2, 3);
    any = look(sharp, Binarizer::LocalAverage, context, found) || any;
    Point quadrilateral[4];
    if (!whole.corners(quadrilateral)) return any;
    const auto untouched = copy();
    for (const double stretch : {1.0, 0.92, 1.09}) {
        auto straight = straightened(untouched, quadrilateral, stretch);
        bool here = look(straight, Binarizer::LocalAverage, context, found);
        auto level = levelled(straight, 1, 1);
        here = look(level, Binarizer::GlobalHistogram, context, found) || here;
        any = any || here;
        if (here) break;
    }
    return any;
}

}  // namespace

extern "C" void image_reader_codes(
    const uint8_t *bytes, int width, int height, void *context, image_reader_found found) {
    if (bytes == nullptr || width < 1 || height < 1) return;
    // What a library throws at a hostile picture must not pass through Swift.
    try {
        Pixels pixels{{bytes, bytes + size_t(width) * height}, width, height};
        const Blocks whole(pixels);
        bool any = look(pixels, Binarizer::LocalAverage, context, found);
        any = look(pixels, Binarizer::GlobalHistogram, context, found) || any;
        const bool small = width < 400 || height < 400;
        if (small && any) return;
        any = lookClosely(pixels, whole, context, found) || any;
        // In small pictures averaging closes the gaps of codes that are made of dots.
        if ((!any && width >= 100 && height >= 100) || (width >= 800 && height >= 800)) {
            auto half = halved(pixels);
            any = look(half, Binarizer::LocalAverage, context, found) || any;
        }
        if (small) {
            any = any || lookAtSmall(pixels, context, found);
        } else {
            any = lookHarder(pixels, bytes, context, found) || any;
        }
        // Light on dark, last: no sheet is printed so, and nothing else was found.
        if (any) return;
        for (auto &byte : pixels.bytes) byte = static_cast<uint8_t>(255 - byte);
        look(pixels, Binarizer::LocalAverage, context, found);
    } catch (const std::exception &) {
    } catch (...) {
    }
}
