// Decoders of hostile images and the fence around them. Only carepass-scan may link this: it has
// no keys and nothing to lose.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Grey pixels, one byte each, row after row. `pixels` is freed with `image_reader_free`.
typedef struct {
    uint8_t *pixels;
    int width;
    int height;
} image_reader_picture;

typedef enum {
    IMAGE_READER_OK = 0,
    IMAGE_READER_NOT_AN_IMAGE = 1,
    IMAGE_READER_TOO_LARGE = 2,
    IMAGE_READER_NO_MEMORY = 3,
} image_reader_status;

// Decodes a PNG of at most `most_pixels` pixels; transparent parts become white.
image_reader_status image_reader_png(
    const uint8_t *bytes, size_t count, size_t most_pixels, image_reader_picture *picture);

// Decodes a JPEG of at most `most_pixels` pixels.
image_reader_status image_reader_jpeg(
    const uint8_t *bytes, size_t count, size_t most_pixels, image_reader_picture *picture);

void image_reader_free(image_reader_picture *picture);

// Called for every code that was read, with what stands in it.
typedef void (*image_reader_found)(void *context, const uint8_t *bytes, size_t count);

// Looks for QR codes in grey pixels, in several ways one after the other, at most 255 each time.
// A code may be told several times.
void image_reader_codes(
    const uint8_t *pixels, int width, int height, void *context, image_reader_found found);

// A file without a name, in memory; -1 when there is none.
int image_reader_memory_file(void);

// What the process still needs once it is fenced in.
typedef enum {
    // No file, no other program: everything came through standard input.
    IMAGE_READER_FENCE_CLOSED = 0,
    // One program more, and the files under /usr and /etc/fonts that it reads.
    IMAGE_READER_FENCE_PROGRAMS = 1,
    // That program itself, in addition: it starts nothing.
    IMAGE_READER_FENCE_DRAWING = 2,
} image_reader_fence;

// Takes away, for this process and all that it starts: network, other processes, and files. There
// is no way back. Returns 0, or the number of the error: then nothing hostile may be read.
int image_reader_fence_in(image_reader_fence fence, uint64_t memory_bytes, uint64_t cpu_seconds);

// Takes away the calls alone that another fence takes away, from a process that is fenced in.
int image_reader_tighten(image_reader_fence fence);

// Draws the PDF in `file`, each page by a process of its own that has so many seconds of processor
// time, and starts nothing. `ends` has room for pages + 1: in `ends[i]` page i + 1 comes as a grey
// map of at most `side` pixels a side, or less than one where it cannot be drawn. In
// `ends[pages]` comes one byte at last: how many pages there are, or
// IMAGE_READER_NO_PROGRAM; nothing when there are more pages.
//
// This process must be fenced in for programs, and is in the closed fence afterwards: what was
// drawn is as hostile as what it was drawn from. Returns 0, or the number of the error.
int image_reader_draw(
    int file, int pages, int side, uint64_t cpu_seconds_a_page, int *ends);

enum { IMAGE_READER_NO_PROGRAM = 255 };

#ifdef __cplusplus
}
#endif
