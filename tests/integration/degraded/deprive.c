/*
 * Starts a program on a kernel that seems to lack a feature, for tests. It is the interpreter of a
 * stand-in for that program, a file of two lines:
 *
 *   #!/path/of/deprive FEATURE
 *   /path/of/the/program
 *
 * The arguments are the program's. What is taken away stays so for all that it starts.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define LOAD(field)   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ALLOW         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
/* Skips `steps` instructions where what was loaded is not `value`. */
#define UNLESS(value, steps) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (steps))
/* Skips `steps` where it has none of these bits. */
#define UNLESS_ANY(bits, steps) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, (steps))

static void load(const struct sock_filter *filter, size_t count)
{
    struct sock_fprog program = {
        .len = (unsigned short)count,
        .filter = (struct sock_filter *)(size_t)filter,
    };

    /* Root needs no PR_SET_NO_NEW_PRIVS for this, and scripts are to find it as it is. */
    if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        err(127, "no_new_privs");
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
        err(127, "seccomp");
}

static void without_landlock(void)
{
    static const struct sock_filter filter[] = {
        LOAD(nr),       UNLESS(SYS_landlock_create_ruleset, 1),
        REFUSE(ENOSYS), UNLESS(SYS_landlock_add_rule, 1),
        REFUSE(ENOSYS), UNLESS(SYS_landlock_restrict_self, 1),
        REFUSE(ENOSYS), ALLOW,
    };

    load(filter, COUNT(filter));
}

/* As before 5.0: the action is not known, the flag neither. */
static void without_notify(void)
{
    static const struct sock_filter filter[] = {
        LOAD(nr),           UNLESS(SYS_seccomp, 7),
        LOAD(args[0]),      UNLESS(SECCOMP_GET_ACTION_AVAIL, 1),
        REFUSE(EOPNOTSUPP), UNLESS(SECCOMP_SET_MODE_FILTER, 3),
        LOAD(args[1]),      UNLESS_ANY(SECCOMP_FILTER_FLAG_NEW_LISTENER, 1),
        REFUSE(EINVAL),     ALLOW,
    };

    load(filter, COUNT(filter));
}

/* As before 5.2 and 5.12. */
static void without_mount_calls(void)
{
    static const struct sock_filter filter[] = {
        LOAD(nr),       UNLESS(SYS_open_tree, 1),     REFUSE(ENOSYS), UNLESS(SYS_move_mount, 1),
        REFUSE(ENOSYS), UNLESS(SYS_mount_setattr, 1), REFUSE(ENOSYS), ALLOW,
    };

    load(filter, COUNT(filter));
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        err(127, "%s", path);
    close(fd);
}

static void map_everybody(pid_t pid)
{
    static const char *const files[] = {"gid_map", "uid_map"};
    char path[64];

    for (size_t i = 0; i < COUNT(files); i++) {
        snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, files[i]);
        write_file(path, "0 0 4294967295");
    }
}

/* A child that stays outside gives the namespace its users, each by his own number. */
static void enter_user_namespace(void)
{
    pid_t parent = getpid(), child;
    int ready[2], status;
    char byte;

    if (pipe2(ready, O_CLOEXEC) < 0)
        err(127, "pipe2");
    child = fork();
    if (child < 0)
        err(127, "fork");
    if (child == 0) {
        close(ready[1]);
        if (read(ready[0], &byte, 1) == 1)
            map_everybody(parent);
        _exit(0);
    }
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 || write(ready[1], "", 1) != 1)
        err(127, "user namespace");
    close(ready[0]);
    close(ready[1]);
    if (waitpid(child, &status, 0) < 0 || status != 0)
        errx(127, "the user namespace could not be mapped");
}

/* The limit is of a user namespace, and those of the machine are left alone. */
static void without_user_namespaces(void)
{
    if (geteuid() == 0)
        enter_user_namespace();
    write_file("/proc/sys/user/max_user_namespaces", "0");
}

/* The path of a mount in mountinfo, with its \040 and the like undone. */
static void unescape(char *text)
{
    char *to = text;
    unsigned int byte;

    for (const char *from = text; *from; to++) {
        if (*from == '\\' && sscanf(from + 1, "%3o", &byte) == 1) {
            *to = (char)byte;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

static void without_cgroup2(void)
{
    char line[4096], path[4096];
    FILE *mounts;

    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        err(127, "mount namespace");
    mounts = fopen("/proc/self/mountinfo", "re");
    if (!mounts)
        err(127, "mountinfo");
    while (fgets(line, sizeof(line), mounts)) {
        if (!strstr(line, " - cgroup2 ") || sscanf(line, "%*s %*s %*s %*s %4095s", path) != 1)
            continue;
        unescape(path);
        if (umount2(path, MNT_DETACH) < 0)
            err(127, "umount %s", path);
    }
    fclose(mounts);
}

/* uname(2) tells of a version before 6.14, as of all before 3.0. */
static void without_own_pid_max(void)
{
    if (personality(PER_LINUX | UNAME26) < 0)
        err(127, "personality");
}

static const struct {
    const char *name;
    void (*take_away)(void);
} features[] = {
    {"landlock", without_landlock},
    {"notify", without_notify},
    {"user-namespaces", without_user_namespaces},
    {"cgroup2", without_cgroup2},
    {"own-pid-max", without_own_pid_max},
    {"mount-calls", without_mount_calls},
};

static char *read_program(const char *stand_in)
{
    static char line[4096];
    FILE *file = fopen(stand_in, "re");

    if (!file || !fgets(line, sizeof(line), file) || !fgets(line, sizeof(line), file))
        err(127, "%s", stand_in);
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return line;
}

int main(int argc, char *argv[])
{
    if (argc < 3)
        errx(127, "this is the interpreter of a stand-in");
    for (size_t i = 0; i < COUNT(features); i++) {
        if (strcmp(features[i].name, argv[1]) != 0)
            continue;
        features[i].take_away();
        argv[2] = read_program(argv[2]);
        execv(argv[2], argv + 2);
        err(127, "%s", argv[2]);
    }
    errx(127, "no feature %s is known", argv[1]);
}
