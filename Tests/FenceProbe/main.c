// Tries, behind the fence of carepass-scan, what a decoder that was taken over would try, and says
// how each ended: the name, and the number of the error or 0.
//   fence-probe closed|programs|drawing FILE
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
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
    int drawing = strcmp(arguments[1], "drawing") == 0;
    if (!failed && drawing) failed = image_reader_tighten(IMAGE_READER_FENCE_DRAWING);
    if (failed) return 70;
    said("inet", socket(AF_INET, SOCK_STREAM, 0));
    said("unix", socket(AF_UNIX, SOCK_STREAM, 0));
    said("read", open(arguments[2], O_RDONLY));
    said("write", open(arguments[2], O_WRONLY));
    said("create", open("/tmp/fence-probe-file", O_WRONLY | O_CREAT, 0600));
    said("program", open("/usr/bin/env", O_RDONLY));
    said("truncate", truncate(arguments[2], 0));
    said("mode", chmod(arguments[2], 0666));
    said("modeat", fchmodat(AT_FDCWD, arguments[2], 0666, 0));
    said("times", utimensat(AT_FDCWD, arguments[2], NULL, 0));
    said("attribute", setxattr(arguments[2], "user.probe", "1", 1, 0));
    said("rename", rename(arguments[2], "/tmp/fence-probe-renamed"));
    said("unlink", unlink(arguments[2]));
    said("folder", mkdir("/tmp/fence-probe-folder", 0700));
    said("link", symlink("/etc/passwd", "/tmp/fence-probe-link"));
    said("signal", syscall(SYS_tgkill, getppid(), getppid(), 0));
    siginfo_t info = {.si_code = -1};
    said("queue", syscall(SYS_rt_sigqueueinfo, getppid(), SIGCONT, &info));
    struct rlimit limits = {0, 0};
    said("limit", prlimit(getppid(), RLIMIT_NOFILE, NULL, &limits));
    said("priority", setpriority(PRIO_PROCESS, (id_t)getppid(), 10));
    said("root", chroot("/usr"));
    said("handle", syscall(SYS_name_to_handle_at, AT_FDCWD, arguments[2], NULL, NULL, 0));
    said("tree", syscall(SYS_open_tree, AT_FDCWD, arguments[2], 0));
    said("handed-down", write(7, "x", 1));
    said("trace", ptrace(PTRACE_ATTACH, getppid(), 0, 0));
    said("kill", kill(getppid(), 0));
    said("uring", syscall(SYS_io_uring_setup, 1, 0));
    // Signals that the kernel sends for whoever asks, and ways out of the group that is ended.
    pid_t parent = getppid();
    struct f_owner_ex owner = {F_OWNER_PID, parent};
    said("owner", fcntl(0, F_SETOWN, parent));
    said("owner-ex", fcntl(0, F_SETOWN_EX, &owner));
    said("owner-ioctl", ioctl(0, FIOSETOWN, &parent));
    said("signal-number", fcntl(0, F_SETSIG, SIGKILL));
    said("session", setsid());
    said("group", setpgid(0, 0));
    said("message", syscall(SYS_msgsnd, 0, "x", 0, 0));
    said("flags", fcntl(0, F_GETFL));
    // By number: headers may be older than the kernel.
    said("modeat2", syscall(452, AT_FDCWD, arguments[2], 0666, 0));
    said("attribute-at", syscall(463, AT_FDCWD, arguments[2], 0, "user.probe", NULL, 0));
    said("remove-attribute-at", syscall(466, AT_FDCWD, arguments[2], 0, "user.probe"));
    said("file-attribute", syscall(469, AT_FDCWD, arguments[2], NULL, 0, 0));
    said("to-come", syscall(600));
    said("secret-memory", syscall(447, 0));
    said("watch", syscall(SYS_inotify_add_watch, 0, "/tmp", 1));
#ifdef SYS_inotify_init
    said("watches", syscall(SYS_inotify_init));
#else
    said("watches", -1);
#endif
    int both[2];
    said("pipe", pipe2(both, 0));
    said("splice", vmsplice(1, NULL, 0, 0));
    said("death-signal", prctl(PR_SET_PDEATHSIG, 0));
    said("memory", image_reader_memory_file());
    char *words[] = {"true", NULL};
    char *nothing[] = {NULL};
    if (closed) {
        said("run", execve("/bin/true", words, nothing));
        return 0;
    }
    // What it starts is behind the same fence.
    pid_t child = fork();
    said("fork", child);
    if (child < 0) return 0;
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
