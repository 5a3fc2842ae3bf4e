// Tries, behind the fence of carepass-scan, what a decoder that was taken over would try, and says
// how each ended: the name, and the number of the error or 0.
//   fence-probe closed|programs FILE
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image_reader.h"

static void said(const char *what, long result) {
    printf("%s %d\n", what, result < 0 ? errno : 0);
    fflush(stdout);
}

int main(int count, char **arguments) {
    if (count != 3) return 64;
    int closed = strcmp(arguments[1], "closed") == 0;
    int failed = image_reader_fence_in(
        closed ? IMAGE_READER_FENCE_CLOSED : IMAGE_READER_FENCE_PROGRAMS, 1 << 30, 10);
    if (failed) return 70;
    said("inet", socket(AF_INET, SOCK_STREAM, 0));
    said("unix", socket(AF_UNIX, SOCK_STREAM, 0));
    said("read", open(arguments[2], O_RDONLY));
    said("write", open(arguments[2], O_WRONLY));
    said("create", open("/tmp/fence-probe-file", O_WRONLY | O_CREAT, 0600));
    said("program", open("/usr/bin/env", O_RDONLY));
    said("trace", ptrace(PTRACE_ATTACH, getppid(), 0, 0));
    said("kill", kill(getppid(), 0));
    said("uring", syscall(SYS_io_uring_setup, 1, 0));
    char *words[] = {"true", NULL};
    char *nothing[] = {NULL};
    if (closed) {
        said("run", execve("/bin/true", words, nothing));
        return 0;
    }
    // What it starts is behind the same fence.
    pid_t child = fork();
    if (child == 0) {
        said("child", socket(AF_INET, SOCK_STREAM, 0));
        execve("/bin/true", words, nothing);
        _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    said("run", WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1);
    return 0;
}
