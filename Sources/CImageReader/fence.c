// What a decoder that was taken over by its picture can still do: burn its time, and lie about what
// stood in the picture. Whoever draws a PDF can also read programs and fonts.
#define _GNU_SOURCE
#include "image_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
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

// The number is in the accumulator; the next instruction answers it.
#define WHEN(number, answer)                                                           \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), BPF_STMT(BPF_RET | BPF_K, (answer))
#define NO (SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA))
#define REFUSE(name) WHEN(SYS_##name, NO)
#define ALLOW(name) WHEN(SYS_##name, SECCOMP_RET_ALLOW)
// Not to be had at all: whoever asks tries another way.
#define MISSING(name) WHEN(SYS_##name, SECCOMP_RET_ERRNO | (ENOSYS & SECCOMP_RET_DATA))
// Answers one call by the low word of an argument: refused when it has any of the bits.
#define REFUSE_BITS(name, argument, bits)                                              \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 4),                              \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[argument])), \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1), BPF_STMT(BPF_RET | BPF_K, NO), \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

// Copies and flags of an own file, and no way to have it send signals to somebody.
#define FILE_FLAGS_ONLY                                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fcntl, 0, 5),                               \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),     \
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, F_SETFL, 0, 2),                             \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_DUPFD_CLOEXEC, 1, 0),                     \
        BPF_STMT(BPF_RET | BPF_K, NO), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

#if defined(__x86_64__)
// Numbers of another kind of program, which the lists below do not name.
#define REFUSE_FOREIGN_NUMBERS                                                         \
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),                              \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
#define REFUSE_OLD                                                                     \
    REFUSE(chmod), REFUSE(chown), REFUSE(lchown), REFUSE(utime), REFUSE(utimes),        \
        REFUSE(futimesat), REFUSE(truncate), REFUSE(inotify_init),
#else
#define REFUSE_FOREIGN_NUMBERS
#define REFUSE_OLD REFUSE(truncate),
#endif

#define BEGIN                                                                          \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),            \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCHITECTURE, 1, 0),                    \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),                            \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

// Calls that kernels got later than the headers here know them; the numbers are those of every
// processor. What is newer than all that was looked at is not there.
#define REFUSE_NEW                                                                     \
    WHEN(447 /* memfd_secret */, NO), WHEN(452 /* fchmodat2 */, NO),                    \
        WHEN(463 /* setxattrat */, NO), WHEN(466 /* removexattrat */, NO),              \
        WHEN(469 /* file_setattr */, NO),                                              \
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 469, 0, 1),                                 \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (ENOSYS & SECCOMP_RET_DATA)),

// All that decoding in memory takes, and nothing else: what is on no list is refused, also what
// kernels to come will know.
static struct sock_filter closed[] = {
    BEGIN, REFUSE_FOREIGN_NUMBERS
    ALLOW(read), ALLOW(write), ALLOW(writev), ALLOW(close), ALLOW(lseek), ALLOW(fstat),
    ALLOW(munmap), ALLOW(mremap), ALLOW(brk), ALLOW(madvise), ALLOW(futex), ALLOW(exit),
    ALLOW(exit_group), ALLOW(rt_sigaction), ALLOW(rt_sigprocmask), ALLOW(rt_sigreturn),
    ALLOW(sigaltstack), ALLOW(clock_gettime), ALLOW(getrandom), ALLOW(sched_yield),
    ALLOW(getpid), ALLOW(gettid), ALLOW(restart_syscall),
    REFUSE_BITS(mmap, 2, PROT_EXEC), REFUSE_BITS(mprotect, 2, PROT_EXEC),
    BPF_STMT(BPF_RET | BPF_K, NO)};

// A program more is run, and what programs do is not to be listed: network, other processes, and
// all changes to files that Landlock does not know are refused by name.
static struct sock_filter programs[] = {
    BEGIN, REFUSE_FOREIGN_NUMBERS REFUSE_OLD REFUSE_NEW
    REFUSE(socket), REFUSE(socketpair), REFUSE(connect), REFUSE(bind), REFUSE(listen),
    REFUSE(accept), REFUSE(accept4), REFUSE(sendto), REFUSE(sendmsg), REFUSE(sendmmsg),
    REFUSE(recvfrom), REFUSE(recvmsg), REFUSE(recvmmsg),
    REFUSE(ptrace), REFUSE(process_vm_readv), REFUSE(process_vm_writev), REFUSE(pidfd_open),
    REFUSE(pidfd_getfd), REFUSE(pidfd_send_signal), REFUSE(process_madvise), REFUSE(kcmp),
    REFUSE(kill), REFUSE(tkill), REFUSE(tgkill), REFUSE(rt_sigqueueinfo),
    REFUSE(rt_tgsigqueueinfo), REFUSE(setpriority), REFUSE(sched_setscheduler),
    REFUSE(sched_setparam), REFUSE(sched_setattr), REFUSE(sched_setaffinity),
    REFUSE(ioprio_set), REFUSE(migrate_pages), REFUSE(move_pages),
    REFUSE(fchmod), REFUSE(fchmodat), REFUSE(fchown), REFUSE(fchownat), REFUSE(utimensat),
    REFUSE(setxattr), REFUSE(lsetxattr), REFUSE(fsetxattr), REFUSE(removexattr),
    REFUSE(lremovexattr), REFUSE(fremovexattr),
    REFUSE(execveat), REFUSE(open_by_handle_at), REFUSE(name_to_handle_at), REFUSE(open_tree),
    REFUSE(move_mount), REFUSE(fsopen), REFUSE(fsmount), REFUSE(fsconfig), REFUSE(fspick),
    REFUSE(mount), REFUSE(umount2), REFUSE(mount_setattr), REFUSE(chroot), REFUSE(pivot_root),
    REFUSE(unshare), REFUSE(setns), REFUSE(io_uring_setup), REFUSE(bpf), REFUSE(keyctl),
    REFUSE(add_key), REFUSE(request_key), REFUSE(perf_event_open), REFUSE(userfaultfd),
    REFUSE(shmget), REFUSE(shmat), REFUSE(shmctl), REFUSE(msgget), REFUSE(msgsnd),
    REFUSE(msgrcv), REFUSE(msgctl), REFUSE(semget), REFUSE(semop), REFUSE(semtimedop),
    REFUSE(semctl), REFUSE(mq_open), REFUSE(mq_unlink), REFUSE(setsid), REFUSE(setpgid),
    REFUSE(ioctl),
    REFUSE(fanotify_init), REFUSE(inotify_init1), REFUSE(inotify_add_watch), REFUSE(quotactl), REFUSE(acct),
    REFUSE(swapon), REFUSE(reboot), REFUSE(init_module), REFUSE(finit_module),
    REFUSE_BITS(prlimit64, 0, 0xFFFFFFFF), FILE_FLAGS_ONLY,
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

#if defined(__x86_64__)
#define REFUSE_FORKS REFUSE(fork), REFUSE(vfork), REFUSE(pipe),
#else
#define REFUSE_FORKS
#endif

// What draws a page starts nothing: memory and time are counted for each process. What lies in a
// pipe or in a file in memory is not counted at all; it ends with whoever asked for it.
static struct sock_filter drawing[] = {
    BEGIN, REFUSE_FOREIGN_NUMBERS REFUSE_FORKS
    REFUSE(clone), MISSING(clone3), REFUSE(memfd_create), REFUSE(pipe2), REFUSE(vmsplice),
    REFUSE(splice), REFUSE(tee), REFUSE(io_setup), REFUSE(prctl), REFUSE(seccomp),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

int image_reader_tighten(image_reader_fence fence) {
    struct sock_fprog program = {sizeof closed / sizeof *closed, closed};
    if (fence == IMAGE_READER_FENCE_PROGRAMS)
        program = (struct sock_fprog){sizeof programs / sizeof *programs, programs};
    if (fence == IMAGE_READER_FENCE_DRAWING)
        program = (struct sock_fprog){sizeof drawing / sizeof *drawing, drawing};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

// Not even root may do more than the owner of a file.
static int drop_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    return syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}

// Everything that can be done to a file or folder, as far as this kernel knows it.
static uint64_t all_file_rights(long version) {
    uint64_t rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE
                      | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR
                      | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE
                      | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR
                      | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK
                      | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK
                      | LANDLOCK_ACCESS_FS_MAKE_SYM;
    // The headers of this system may be older than its kernel: refer, truncate, device control.
    if (version >= 2) rights |= 1ULL << 13;
    if (version >= 3) rights |= 1ULL << 14;
    if (version >= 5) rights |= 1ULL << 15;
    return rights;
}

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
static int refuse_files(image_reader_fence fence) {
    long version = syscall(
        SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    // Without it nothing but memory can be reached in the closed fence all the same.
    if (version < 0) return fence == IMAGE_READER_FENCE_CLOSED ? 0 : errno;
    // As kernels from version 6 on know it: signals and sockets by name stay inside, too. Older
    // ones take the longer form as long as nothing of it is set.
    struct {
        uint64_t files, network, scoped;
    } attributes = {all_file_rights(version), 0, version >= 6 ? 3 : 0};
    int rules = (int)syscall(
        SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (rules < 0) return errno;
    const uint64_t folder_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE
                                   | LANDLOCK_ACCESS_FS_READ_DIR;
    const char *folders[] = {"/usr", "/lib", "/lib64", "/bin", "/etc/fonts",
                             "/var/cache/fontconfig"};
    // What is written to the first of them is gone.
    const char *files[] = {"/dev/null", "/etc/ld.so.cache", "/dev/urandom"};
    int number = 0;
    const int reads = fence == IMAGE_READER_FENCE_PROGRAMS;
    for (size_t i = 0; reads && number == 0 && i < sizeof folders / sizeof *folders; i++)
        number = allow_reading(rules, folders[i], folder_rights);
    for (size_t i = 0; reads && number == 0 && i < sizeof files / sizeof *files; i++)
        number = allow_reading(
            rules, files[i],
            LANDLOCK_ACCESS_FS_READ_FILE | (i == 0 ? LANDLOCK_ACCESS_FS_WRITE_FILE : 0));
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
    // Nothing that whoever started us left open is ours.
    if (syscall(SYS_close_range, 3, ~0U, 0) != 0) return errno;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    // Whoever asked counts the seconds: without him nobody would.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    if (number == 0) number = drop_capabilities();
    if (number == 0) number = limit(RLIMIT_AS, memory_bytes);
    if (number == 0) number = limit(RLIMIT_CPU, cpu_seconds);
    if (number == 0) number = limit(RLIMIT_CORE, 0);
    // The file in memory, which no limit on memory counts.
    if (number == 0) number = limit(RLIMIT_FSIZE, 67108864);
    if (number == 0) number = refuse_files(fence);
    if (number == 0) number = image_reader_tighten(fence);
    return number;
}
