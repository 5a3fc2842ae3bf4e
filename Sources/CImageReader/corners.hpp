// Where codes may stand in a picture, by the three squares in their corners.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace reader {

struct Pixels {
    std::vector<uint8_t> bytes;
    int width;
    int height;
};

// The mean of the square around each pixel.
std::vector<uint8_t> means(const Pixels &pixels, int radius);

// Takes back some of what a lens out of focus did, or a printer with few dots.
Pixels sharpened(const Pixels &pixels, int radius, int strength);

// Makes a picture some times as wide and high, by curves through its pixels.
Pixels enlarged(const Pixels &pixels, int times);

// The square in a corner of a code.
struct Corner {
    double x, y;
    // Pixels of a module, along a row.
    double module;
    // Rows that went through its middle.
    int rows;
};

// Three squares that may be those of one code, and how little they look like it.
struct Place {
    Corner corner, right, below;
    double modules;
    double doubt;
};

// Looks for codes without reading them; the likeliest first.
//
// - times: how many times larger than the picture the places are for.
std::vector<Place> places(const Pixels &pixels, int times);

// A picture of one place alone, drawn straight.
struct Cut {
    Pixels pixels;
    // A pixel came from (first + x * right + y * down) / (1 + x * far + y * deep).
    double firstX, firstY, rightX, rightY, downX, downY, far, deep;

    double wholeX(double x, double y) const {
        return (firstX + x * rightX + y * downX) / (1 + x * far + y * deep);
    }
    double wholeY(double x, double y) const {
        return (firstY + x * rightY + y * downY) / (1 + x * far + y * deep);
    }
};

// - scale: pixels of a module in what is drawn.
// - slanted: whether what looks smaller is taken to be farther away.
Cut cut(const Pixels &pixels, const Place &place, double scale, bool slanted);

}  // namespace reader
