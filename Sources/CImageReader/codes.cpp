// QR codes in grey pixels, by ZXing.
#define ZX_USE_UTF8 1
#include "image_reader.h"

#include <ZXing/ReadBarcode.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <vector>

namespace {

using namespace ZXing;

struct Pixels {
    std::vector<uint8_t> bytes;
    int width;
    int height;
};

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
            bool inside = true;
            for (int i = 0; i < 4 && inside; i++) {
                const auto from = corners[i], to = corners[(i + 1) % 4];
                const int64_t side = int64_t(to.x - from.x) * (y - from.y)
                                     - int64_t(to.y - from.y) * (x - from.x);
                inside = side >= 0;
            }
            if (inside) pixels.bytes[size_t(y) * pixels.width + x] = 255;
        }
}

// Looks until nothing more is found, a bounded number of times.
void look(
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
        if (!any) return;
    }
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

}  // namespace

extern "C" void image_reader_codes(
    const uint8_t *bytes, int width, int height, void *context, image_reader_found found) {
    if (bytes == nullptr || width < 1 || height < 1) return;
    // What a library throws at a hostile picture must not pass through Swift.
    try {
        Pixels pixels{{bytes, bytes + size_t(width) * height}, width, height};
        look(pixels, Binarizer::LocalAverage, context, found);
        look(pixels, Binarizer::GlobalHistogram, context, found);
        if (width >= 800 && height >= 800) {
            auto half = halved(pixels);
            look(half, Binarizer::LocalAverage, context, found);
        }
    } catch (const std::exception &) {
    } catch (...) {
    }
}
