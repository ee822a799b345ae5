/*
 * A cgroup for each script that has no PID namespace of its own. Helper; the kernel alone speaks
 * here. A script that may write to the cgroup file system can leave its cgroup: who must be sure
 * that nobody is left asks the runner too.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cgroup.h"

#include "cgroup_place.h"
#include "cleanup.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

/* The names of the folders: of a helper; of itself in there; of a script. */
#define BASE_PREFIX   "virthook-"
#define HELPER_FOLDER "helper"
#define LEAF_PREFIX   "run-"
#define NAME_SIZE     CGROUP_NAME_SIZE

/* How often another helper may come between the making of the folder and its lock. */
#define TRIES 8

static int write_to(int folder, const char *file, const char *text)
{
    auto_close int fd = openat(folder, file, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        return -errno;
    return 0;
}

static int open_folder(int above, const char *name)
{
    return openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int make_folder(int above, const char *name, int *ret_fd)
{
    int fd;

    if (mkdirat(above, name, 0755) < 0)
        return -errno;
    fd = open_folder(above, name);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

static int find_above(void)
{
    FILE *cgroup = fopen("/proc/self/cgroup", "re");
    FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
    auto_free char *place = cgroup && mountinfo ? cgroup_find_place(cgroup, mountinfo) : NULL;

    if (cgroup)
        fclose(cgroup);
    if (mountinfo)
        fclose(mountinfo);
    return place ? open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

/* Kills and removes all folders of scripts in here; one that is still dying stays. */
static void remove_leaves(int base)
{
    int copy = fcntl(base, F_DUPFD_CLOEXEC, 0);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;

    if (!folder) {
        close_fd(&copy);
        return;
    }
    rewinddir(folder);
    while ((entry = readdir(folder))) {
        char file[sizeof(entry->d_name) + sizeof("/cgroup.kill")];

        if (strncmp(entry->d_name, LEAF_PREFIX, strlen(LEAF_PREFIX)) != 0)
            continue;
        snprintf(file, sizeof(file), "%s/cgroup.kill", entry->d_name);
        (void)write_to(base, file, "1");
        (void)unlinkat(base, entry->d_name, AT_REMOVEDIR);
    }
    closedir(folder);
}

/* What a helper that was killed has left: one that lives holds a lock on it. */
static void remove_stale(int above, const char *name)
{
    auto_close int base = open_folder(above, name);

    if (base < 0 || flock(base, LOCK_EX | LOCK_NB) < 0)
        return;
    remove_leaves(base);
    (void)unlinkat(base, HELPER_FOLDER, AT_REMOVEDIR);
    (void)unlinkat(above, name, AT_REMOVEDIR);
}

static void remove_all_stale(int above)
{
    int copy = fcntl(above, F_DUPFD_CLOEXEC, 0);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;

    if (!folder) {
        close_fd(&copy);
        return;
    }
    rewinddir(folder);
    while ((entry = readdir(folder))) {
        if (strncmp(entry->d_name, BASE_PREFIX, strlen(BASE_PREFIX)) == 0)
            remove_stale(above, entry->d_name);
    }
    closedir(folder);
}

/* Has the controller bound what is in the base: it must be handed down twice. */
static bool hand_down(const struct cgroups *cgroups, const char *controller)
{
    return write_to(cgroups->above, "cgroup.subtree_control", controller) == 0 &&
           write_to(cgroups->base, "cgroup.subtree_control", controller) == 0;
}

/* The helper goes into a folder of its own, beside those of the scripts. */
static int move_helper(const struct cgroups *cgroups)
{
    auto_close int folder = -EBADF;
    int r = make_folder(cgroups->base, HELPER_FOLDER, &folder);

    return r == 0 ? write_to(folder, "cgroup.procs", "0") : r;
}

/* No other helper has it, in whatever PID namespace. */
static void make_name(char name[NAME_SIZE])
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    snprintf(name, NAME_SIZE, BASE_PREFIX "%d-%lld-%ld", getpid(), (long long)now.tv_sec,
             now.tv_nsec);
}

/* One that begins at the same moment may take it for stale before it is locked. */
static int make_locked_base(struct cgroups *cgroups)
{
    make_name(cgroups->name);
    if (make_folder(cgroups->above, cgroups->name, &cgroups->base) < 0)
        return -errno;
    if (flock(cgroups->base, LOCK_EX) < 0)
        return -errno;
    return faccessat(cgroups->above, cgroups->name, F_OK, 0) < 0 ? -EAGAIN : 0;
}

static int try_base(struct cgroups *cgroups)
{
    int r = -EAGAIN;

    for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
        close_fd(&cgroups->base);
        r = make_locked_base(cgroups);
    }
    return r;
}

/* Returns why it cannot be done, or NULL. */
static const char *make_base(struct cgroups *cgroups)
{
    cgroups->above_procs = openat(cgroups->above, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (cgroups->above_procs < 0)
        return "the helper may not write to its own cgroup: it is not delegated";
    remove_all_stale(cgroups->above);
    if (try_base(cgroups) < 0)
        return "the helper may not make cgroups below its own: it is not delegated";
    if (faccessat(cgroups->base, "cgroup.kill", W_OK, 0) < 0)
        return "this kernel cannot kill a cgroup (Linux 5.14)";
    if (move_helper(cgroups) < 0)
        return "the kernel does not let the helper into a cgroup below its own";
    return NULL;
}

bool cgroups_are_there(void)
{
    auto_close int above = find_above();

    return above >= 0;
}

void cgroups_prepare(struct cgroups *ret_cgroups)
{
    struct cgroups cgroups = {.above = find_above(), .above_procs = -EBADF, .base = -EBADF};

    cgroups.why = cgroups.above < 0 ? "no cgroup file system of version 2 is mounted"
                                    : make_base(&cgroups);
    cgroups.usable = !cgroups.why;
    if (cgroups.usable) {
        cgroups.pids = hand_down(&cgroups, "+pids");
        cgroups.memory = hand_down(&cgroups, "+memory");
    } else {
        cgroups_clear(&cgroups);
    }
    *ret_cgroups = cgroups;
}

static int give_folder(int above, const char *name, uid_t uid, gid_t gid)
{
    auto_close int folder = open_folder(above, name);

    if (folder < 0 || fchown(folder, uid, gid) < 0 ||
        fchownat(folder, "cgroup.procs", uid, gid, 0) < 0 ||
        fchownat(folder, "cgroup.subtree_control", uid, gid, 0) < 0)
        return -errno;
    return 0;
}

int cgroups_give(const struct cgroups *cgroups, uid_t uid, gid_t gid)
{
    int r;

    if (!cgroups->usable)
        return 0;
    r = give_folder(cgroups->base, ".", uid, gid);
    return r == 0 ? give_folder(cgroups->base, HELPER_FOLDER, uid, gid) : r;
}

void cgroups_clear(struct cgroups *cgroups)
{
    if (cgroups->base >= 0) {
        (void)!write(cgroups->above_procs, "0", 1);
        remove_leaves(cgroups->base);
        (void)unlinkat(cgroups->base, HELPER_FOLDER, AT_REMOVEDIR);
        (void)unlinkat(cgroups->above, cgroups->name, AT_REMOVEDIR);
    }
    close_fd(&cgroups->base);
    close_fd(&cgroups->above_procs);
    close_fd(&cgroups->above);
    cgroups->usable = false;
}

void cgroups_take_in(const struct cgroups *cgroups, pid_t pid)
{
    char text[NAME_SIZE];

    snprintf(text, sizeof(text), "%d", pid);
    (void)write_to(cgroups->base, HELPER_FOLDER "/cgroup.procs", text);
}

static void leaf_name(uint64_t number, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, LEAF_PREFIX "%" PRIu64, number);
}

static int open_leaf(int folder, struct cgroup *cgroup)
{
    cgroup->procs = openat(folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    cgroup->kill = openat(folder, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    cgroup->events = openat(folder, "cgroup.events", O_RDONLY | O_CLOEXEC);
    return cgroup->procs < 0 || cgroup->kill < 0 || cgroup->events < 0 ? -errno : 0;
}

static int set_bound(int folder, const char *file, uint64_t bound)
{
    char text[NAME_SIZE];

    if (bound == 0)
        return 0;
    snprintf(text, sizeof(text), "%" PRIu64, bound);
    return write_to(folder, file, text);
}

static bool remove_leaf(const struct cgroups *cgroups, uint64_t number)
{
    char name[NAME_SIZE];

    leaf_name(number, name);
    return unlinkat(cgroups->base, name, AT_REMOVEDIR) == 0 || errno != EBUSY;
}

static void remove_left(struct cgroups *cgroups)
{
    size_t kept = 0;

    for (size_t i = 0; i < cgroups->left_count; i++) {
        if (!remove_leaf(cgroups, cgroups->left[i]))
            cgroups->left[kept++] = cgroups->left[i];
    }
    cgroups->left_count = kept;
}

int cgroup_make(struct cgroups *cgroups, uint64_t processes, uint64_t memory,
                struct cgroup *ret_cgroup)
{
    struct cgroup cgroup = {-EBADF, -EBADF, -EBADF, ++cgroups->number};
    auto_close int folder = -EBADF;
    char name[NAME_SIZE];
    int r;

    remove_left(cgroups);
    leaf_name(cgroup.number, name);
    r = make_folder(cgroups->base, name, &folder);
    if (r < 0)
        return r;
    r = open_leaf(folder, &cgroup);
    if (r == 0 && cgroups->pids)
        r = set_bound(folder, "pids.max", processes);
    if (r == 0 && cgroups->memory)
        r = set_bound(folder, "memory.max", memory);
    if (r < 0)
        cgroup_remove(cgroups, &cgroup);
    else
        *ret_cgroup = cgroup;
    return r;
}

void cgroup_kill(const struct cgroup *cgroup)
{
    if (cgroup->kill >= 0)
        (void)!write(cgroup->kill, "1", 1);
}

bool cgroup_is_empty(const struct cgroup *cgroup)
{
    char text[256];
    ssize_t size = cgroup->events < 0 ? -1 : pread(cgroup->events, text, sizeof(text) - 1, 0);

    if (size < 0)
        return true;
    text[size] = '\0';
    return strstr(text, "populated 1") == NULL;
}

void cgroup_remove(struct cgroups *cgroups, struct cgroup *cgroup)
{
    if (cgroup->procs < 0 && cgroup->kill < 0 && cgroup->events < 0)
        return;
    close_fd(&cgroup->procs);
    close_fd(&cgroup->kill);
    close_fd(&cgroup->events);
    if (!remove_leaf(cgroups, cgroup->number) && cgroups->left_count < CGROUPS_LEFT_MAX)
        cgroups->left[cgroups->left_count++] = cgroup->number;
}
