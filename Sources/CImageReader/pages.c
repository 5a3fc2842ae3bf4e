// Draws pages of a PDF with pdftoppm, one process for each, so that a page that takes all its time
// or memory takes no other page along.
#define _GNU_SOURCE
#include "image_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MOST_PAGES = 64,
    // What pdftoppm ends with when there is no page of that number.
    NO_SUCH_PAGE = 99,
    NOT_STARTED = 127,
};

// Ends with whoever asked for the drawing.
static void end_with(pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(NOT_STARTED);
}

// - output: -1 where nobody looks at the page.
static void draw_page(int file, int page, int side, uint64_t cpu_seconds, int output) {
    char number[12], size[12];
    snprintf(number, sizeof number, "%d", page);
    snprintf(size, sizeof size, "%d", side);
    char *words[] = {"pdftoppm", "-q", "-gray", "-scale-to", size, "-f", number,
                     "-l",       number, "-",   NULL};
    char *nothing[] = {NULL};
    struct rlimit seconds = {cpu_seconds, cpu_seconds}, files = {32, 32}, locked = {0, 0};
    // What it complains of is not for a person: it could be written by the file.
    int nothing_said = open("/dev/null", O_WRONLY | O_CLOEXEC);
    // Where there are no devices, what is said is kept for nobody.
    if (nothing_said < 0) nothing_said = image_reader_memory_file();
    if (output < 0) output = nothing_said;
    if (lseek(file, 0, SEEK_SET) != 0 || dup2(file, STDIN_FILENO) < 0
        || dup2(output, STDOUT_FILENO) < 0 || dup2(nothing_said, STDERR_FILENO) < 0
        || setrlimit(RLIMIT_CPU, &seconds) != 0 || setrlimit(RLIMIT_NOFILE, &files) != 0
        || setrlimit(RLIMIT_MEMLOCK, &locked) != 0
        || image_reader_tighten(IMAGE_READER_FENCE_DRAWING) != 0)
        _exit(NOT_STARTED);
    execve("/usr/bin/pdftoppm", words, nothing);
    _exit(NOT_STARTED);
}

// How a page ended; -1 when a signal ended it.
static int drawn(int file, int page, int side, uint64_t cpu_seconds, int output) {
    pid_t ours = getpid();
    pid_t child = fork();
    if (child < 0) return NOT_STARTED;
    if (child == 0) {
        end_with(ours);
        draw_page(file, page, side, cpu_seconds, output);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return NOT_STARTED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Reads nothing of what is drawn, so nothing can take it over.
static void draw_all(int file, int pages, int side, uint64_t cpu_seconds, const int *outputs) {
    for (int page = 1; page <= pages + 1; page++) {
        // Whether there is one more is seen by drawing it as small as can be.
        int is_more = page > pages;
        int ended = drawn(
            file, page, is_more ? 8 : side, cpu_seconds, is_more ? -1 : outputs[page - 1]);
        uint8_t verdict =
            ended == NO_SUCH_PAGE ? (uint8_t)(page - 1) : (uint8_t)IMAGE_READER_NO_PROGRAM;
        if (ended == NO_SUCH_PAGE || ended == NOT_STARTED)
            _exit(write(outputs[pages], &verdict, 1) == 1 ? 0 : 1);
        if (!is_more) close(outputs[page - 1]);
    }
    _exit(0);
}

int image_reader_draw(
    int file, int pages, int side, uint64_t cpu_seconds_a_page, int *ends) {
    if (pages < 1 || pages > MOST_PAGES) return EINVAL;
    int outputs[MOST_PAGES + 1];
    for (int page = 0; page <= pages; page++) {
        int both[2];
        if (pipe2(both, O_CLOEXEC) != 0) return errno;
        ends[page] = both[0];
        outputs[page] = both[1];
    }
    pid_t ours = getpid();
    pid_t drawer = fork();
    if (drawer < 0) return errno;
    if (drawer == 0) {
        end_with(ours);
        for (int page = 0; page <= pages; page++) close(ends[page]);
        draw_all(file, pages, side, cpu_seconds_a_page, outputs);
    }
    for (int page = 0; page <= pages; page++) close(outputs[page]);
    return image_reader_tighten(IMAGE_READER_FENCE_CLOSED);
}
