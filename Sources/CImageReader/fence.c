// What a decoder that was taken over by its picture could still do: burn its time and lie about
// what stood in the picture.
#define _GNU_SOURCE
#include "image_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "no fence for this processor"
#endif

#define REFUSE(number)                                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                               \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA))

// Network, other processes' memory, and whatever widens what a process may do.
#define REFUSE_ALWAYS                                                                 \
    REFUSE(SYS_socket), REFUSE(SYS_socketpair), REFUSE(SYS_connect), REFUSE(SYS_bind), \
        REFUSE(SYS_listen), REFUSE(SYS_accept), REFUSE(SYS_accept4), REFUSE(SYS_sendto), \
        REFUSE(SYS_sendmsg), REFUSE(SYS_sendmmsg), REFUSE(SYS_ptrace),                 \
        REFUSE(SYS_process_vm_readv), REFUSE(SYS_process_vm_writev),                   \
        REFUSE(SYS_pidfd_open), REFUSE(SYS_pidfd_getfd), REFUSE(SYS_kill),             \
        REFUSE(SYS_tkill), REFUSE(SYS_io_uring_setup), REFUSE(SYS_bpf),                \
        REFUSE(SYS_keyctl), REFUSE(SYS_add_key), REFUSE(SYS_request_key),              \
        REFUSE(SYS_unshare), REFUSE(SYS_setns), REFUSE(SYS_mount),                     \
        REFUSE(SYS_perf_event_open), REFUSE(SYS_userfaultfd), REFUSE(SYS_shmget),      \
        REFUSE(SYS_shmat), REFUSE(SYS_msgget), REFUSE(SYS_mq_open)

#if defined(__x86_64__)
// The older doors to the same things, and the 32-bit numbers of this processor.
#define REFUSE_OLD_FILES REFUSE(SYS_open), REFUSE(SYS_creat), REFUSE(SYS_fork), REFUSE(SYS_vfork),
#define REFUSE_FOREIGN_NUMBERS                                                        \
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),                             \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
#else
#define REFUSE_OLD_FILES
#define REFUSE_FOREIGN_NUMBERS
#endif

#define BEGIN                                                                         \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),           \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCHITECTURE, 1, 0),                   \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),                           \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

static int refuse_calls(image_reader_fence fence) {
    struct sock_filter closed[] = {
        BEGIN, REFUSE_FOREIGN_NUMBERS REFUSE_ALWAYS, REFUSE_OLD_FILES REFUSE(SYS_openat),
        REFUSE(SYS_openat2), REFUSE(SYS_execve), REFUSE(SYS_execveat),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_filter programs[] = {
        BEGIN, REFUSE_FOREIGN_NUMBERS REFUSE_ALWAYS,
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog closed_program = {sizeof closed / sizeof *closed, closed};
    struct sock_fprog programs_program = {sizeof programs / sizeof *programs, programs};
    struct sock_fprog *program =
        fence == IMAGE_READER_FENCE_CLOSED ? &closed_program : &programs_program;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) == 0 ? 0 : errno;
}

// Rights that the first version of Landlock knows: later kernels know them too.
#define ALL_FILE_RIGHTS                                                               \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE                        \
     | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR                      \
     | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE                  \
     | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR                      \
     | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK                      \
     | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK                    \
     | LANDLOCK_ACCESS_FS_MAKE_SYM)

static int allow_reading(int rules, const char *path, uint64_t rights) {
    int folder = open(path, O_PATH | O_CLOEXEC);
    // What is not there cannot be read.
    if (folder < 0) return errno == ENOENT ? 0 : errno;
    struct landlock_path_beneath_attr beneath = {.allowed_access = rights, .parent_fd = folder};
    long failed = syscall(
        SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    int number = failed ? errno : 0;
    close(folder);
    return number;
}

// Programs and their libraries may be read and run; nothing may be written, and nobody's home
// is there at all.
static int refuse_files(void) {
    struct landlock_ruleset_attr attributes = {.handled_access_fs = ALL_FILE_RIGHTS};
    int rules = (int)syscall(
        SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (rules < 0) return errno;
    const uint64_t folder_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE
                                   | LANDLOCK_ACCESS_FS_READ_DIR;
    const char *folders[] = {"/usr", "/lib", "/lib64", "/bin", "/etc/fonts",
                             "/var/cache/fontconfig"};
    const char *files[] = {"/etc/ld.so.cache", "/dev/null", "/dev/urandom"};
    int number = 0;
    for (size_t i = 0; number == 0 && i < sizeof folders / sizeof *folders; i++)
        number = allow_reading(rules, folders[i], folder_rights);
    for (size_t i = 0; number == 0 && i < sizeof files / sizeof *files; i++)
        number = allow_reading(rules, files[i], LANDLOCK_ACCESS_FS_READ_FILE);
    if (number == 0 && syscall(SYS_landlock_restrict_self, rules, 0) != 0) number = errno;
    close(rules);
    return number;
}

int image_reader_memory_file(void) { return memfd_create("page", MFD_CLOEXEC); }

static int limit(int resource, uint64_t most) {
    struct rlimit both = {most, most};
    return setrlimit(resource, &both) == 0 ? 0 : errno;
}

int image_reader_fence_in(
    image_reader_fence fence, uint64_t memory_bytes, uint64_t cpu_seconds) {
    int number = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    if (number == 0) number = limit(RLIMIT_AS, memory_bytes);
    if (number == 0) number = limit(RLIMIT_CPU, cpu_seconds);
    if (number == 0) number = limit(RLIMIT_CORE, 0);
    // Behind the other fence no file can be opened to be written, and the one in memory is ours.
    if (number == 0 && fence == IMAGE_READER_FENCE_CLOSED) number = limit(RLIMIT_FSIZE, 0);
    if (number == 0 && fence == IMAGE_READER_FENCE_PROGRAMS) number = refuse_files();
    if (number == 0) number = refuse_calls(fence);
    return number;
}
