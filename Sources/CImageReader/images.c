// PNG and JPEG to grey pixels, never more of them than the caller allows.
#include "image_reader.h"

#include <png.h>
#include <stdlib.h>
#include <turbojpeg.h>

static image_reader_status make_room(
    image_reader_picture *picture, size_t width, size_t height, size_t most_pixels) {
    if (width < 1 || height < 1) return IMAGE_READER_NOT_AN_IMAGE;
    if (width > most_pixels || height > most_pixels / width) return IMAGE_READER_TOO_LARGE;
    picture->pixels = malloc(width * height);
    if (picture->pixels == NULL) return IMAGE_READER_NO_MEMORY;
    picture->width = (int)width;
    picture->height = (int)height;
    return IMAGE_READER_OK;
}

void image_reader_free(image_reader_picture *picture) {
    free(picture->pixels);
    picture->pixels = NULL;
}

image_reader_status image_reader_png(
    const uint8_t *bytes, size_t count, size_t most_pixels, image_reader_picture *picture) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, bytes, count)) {
        png_image_free(&image);
        return IMAGE_READER_NOT_AN_IMAGE;
    }
    image.format = PNG_FORMAT_GRAY;
    image_reader_status status = make_room(picture, image.width, image.height, most_pixels);
    if (status != IMAGE_READER_OK) {
        png_image_free(&image);
        return status;
    }
    const png_color white = {255, 255, 255};
    if (!png_image_finish_read(&image, &white, picture->pixels, 0, NULL)) {
        png_image_free(&image);
        image_reader_free(picture);
        return IMAGE_READER_NOT_AN_IMAGE;
    }
    return IMAGE_READER_OK;
}

image_reader_status image_reader_jpeg(
    const uint8_t *bytes, size_t count, size_t most_pixels, image_reader_picture *picture) {
    tjhandle reader = tjInitDecompress();
    if (reader == NULL) return IMAGE_READER_NO_MEMORY;
    int width = 0, height = 0, sampling = 0, colours = 0;
    image_reader_status status = IMAGE_READER_NOT_AN_IMAGE;
    if (tjDecompressHeader3(
            reader, bytes, count, &width, &height, &sampling, &colours) == 0
        && width > 0 && height > 0)
        status = make_room(picture, (size_t)width, (size_t)height, most_pixels);
    // A progressive picture of thousands of scans takes minutes for a few bytes.
    if (status == IMAGE_READER_OK
        && tjDecompress2(
               reader, bytes, count, picture->pixels, width, 0, height, TJPF_GRAY,
               TJFLAG_LIMITSCANS) != 0
        && tjGetErrorCode(reader) == TJERR_FATAL) {
        image_reader_free(picture);
        status = IMAGE_READER_NOT_AN_IMAGE;
    }
    tjDestroy(reader);
    return status;
}
