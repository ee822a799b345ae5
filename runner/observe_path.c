/*
 * Which paths a permissive script names that its profile would not have let it reach. Runs in PID 1
 * of the script's namespace, and looks at the file system as that process may; the paths are the
 * script's. What is not there is not told of: the call fails anyway.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "observe_path.h"

#include "caller.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* What a call does with a path. */
struct deed {
    enum runner_sight sight;
    bool follow;     /* a symbolic link at its end */
    int mode;        /* that the file must let the user do, as in access(2) */
    bool only_looks; /* whether it is there, and its attributes */
    enum plan_watch_right right;
};

static struct deed deed_of_open(uint64_t flags)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;
    bool reads = (flags & O_ACCMODE) != O_WRONLY;
    struct deed deed = {
        .sight = writes ? SIGHT_WRITE : SIGHT_READ,
        .follow = !(flags & O_NOFOLLOW),
        .mode = (writes ? W_OK : 0) | (reads ? R_OK : 0),
    };

    if (flags & O_PATH)
        return (struct deed){.sight = SIGHT_READ, .follow = deed.follow, .only_looks = true};
    if ((flags & O_TMPFILE) == O_TMPFILE)
        deed.mode = W_OK | X_OK;
    if (flags & O_CREAT && flags & O_EXCL)
        deed.follow = false;
    return deed;
}

static struct deed deed_of_access(uint64_t mode)
{
    return (struct deed){
        .sight = mode & W_OK ? SIGHT_WRITE : SIGHT_READ,
        .follow = true,
        .mode = (int)(mode & (R_OK | W_OK | X_OK)),
        .only_looks = !(mode & W_OK),
    };
}

static struct deed deed_of(const struct question *question)
{
    const struct plan_watch *watch = question->watch;
    uint64_t extra = question_argument(question, watch->extra);
    enum plan_watch_right right = (enum plan_watch_right)watch->value;

    switch ((enum plan_watch_kind)watch->kind) {
    case WATCH_OPEN:
        return deed_of_open(extra);
    case WATCH_ACCESS:
        return deed_of_access(extra);
    case WATCH_READ:
    case WATCH_READ_LINK:
        return (struct deed){
            .sight = SIGHT_READ, .follow = watch->kind == WATCH_READ, .only_looks = true};
    case WATCH_WRITE:
    case WATCH_WRITE_LINK:
        return (struct deed){.sight = SIGHT_WRITE,
                             .follow = watch->kind == WATCH_WRITE,
                             .mode = right == WATCH_BY_MODE ? W_OK : 0,
                             .right = right};
    case WATCH_REMOVE:
        return (struct deed){.sight = SIGHT_REMOVE};
    case WATCH_RENAME:
        return (struct deed){.sight = SIGHT_RENAME};
    case WATCH_MOUNT:
        return (struct deed){.sight = SIGHT_MOUNT, .follow = true};
    case WATCH_EXECUTE:
        return (struct deed){.sight = SIGHT_EXECUTE, .follow = true, .mode = X_OK};
    case WATCH_CONNECT:
        return (struct deed){.sight = SIGHT_CONNECT, .follow = true, .mode = W_OK};
    default:
        return (struct deed){.sight = SIGHT_CREATE};
    }
}

static bool changes_folder(enum runner_sight sight)
{
    return sight == SIGHT_CREATE || sight == SIGHT_REMOVE || sight == SIGHT_RENAME;
}

static void cut_to_folder(const char *path, char ret_folder[PATH_MAX])
{
    char *slash;

    strcpy(ret_folder, path);
    slash = strrchr(ret_folder, '/');
    slash[slash == ret_folder] = '\0';
}

/* Whether the profile's view of the file system keeps the script from it. */
static bool is_out_of_view(const struct view *view, const struct deed *deed, const char *path,
                           const struct stat *st)
{
    char folder[PATH_MAX];
    enum view_what what = view_find(view, path);

    if (changes_folder(deed->sight)) {
        cut_to_folder(path, folder);
        return view_find(view, folder) != VIEW_WRITABLE;
    }
    switch (deed->sight) {
    case SIGHT_WRITE:
        return what != VIEW_WRITABLE &&
               (what != VIEW_DEVICES || S_ISREG(st->st_mode) || S_ISDIR(st->st_mode));
    case SIGHT_MOUNT:
        return true;
    default:
        return what == VIEW_HIDDEN && !(deed->only_looks && view_keeps_name(view, path));
    }
}

static enum runner_sight permission_for(enum runner_sight sight)
{
    switch (sight) {
    case SIGHT_READ:
        return SIGHT_PERMISSION_READ;
    case SIGHT_EXECUTE:
        return SIGHT_PERMISSION_EXECUTE;
    default:
        return SIGHT_PERMISSION_WRITE;
    }
}

/* What is in there belongs to a process, which strictly would be another user's. */
static bool is_of_process(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0 &&
           (isdigit((unsigned char)path[6]) || strncmp(path + 6, "self/", 5) == 0 ||
            strncmp(path + 6, "thread-self/", 12) == 0);
}

/* What root without a capability may not do either: who may. */
static void tell_who_may(const struct question *question, enum runner_sight sight, const char *path,
                         const char *where, int mode)
{
    const struct view *view = &question->observer->view;
    bool only_reads = sight == SIGHT_READ;
    struct stat st;

    if (view_permits_user(view, 0, where, mode))
        return;
    if (lstat(where, &st) == 0 && view_permits_user(view, st.st_uid, where, mode))
        question_tell(question, SIGHT_OWNER, st.st_uid, path);
    else
        question_tell(question, SIGHT_CAPABILITY,
                      only_reads ? CAP_DAC_READ_SEARCH : CAP_DAC_OVERRIDE, NULL);
}

/* A file of its own user's, in a folder that the profile lets it make files in: it was left by
 * another permissive run, and would be the profile's user's else. */
static bool is_left_behind(const struct view *view, const struct deed *deed, const char *path)
{
    char folder[PATH_MAX];
    struct stat st;

    if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
        changes_folder(deed->sight))
        return false;
    cut_to_folder(path, folder);
    return view_find(view, folder) == VIEW_WRITABLE && view_permits(view, folder, W_OK | X_OK);
}

static void look_at_mode(const struct question *question, const struct deed *deed, const char *path)
{
    const struct view *view = &question->observer->view;
    bool changes = changes_folder(deed->sight);
    int mode = changes ? W_OK | X_OK : deed->mode;
    char where[PATH_MAX];

    if (changes)
        cut_to_folder(path, where);
    else
        strcpy(where, path);
    if (view_is_own(view, where) || view_permits(view, where, mode) ||
        is_left_behind(view, deed, path) || caller_has_changed_user((pid_t)question->call->pid))
        return;
    question_tell(question, permission_for(deed->sight), 0, path);
    tell_who_may(question, deed->sight, path, where, mode);
}

static void look_at_permissions(const struct question *question, const struct deed *deed,
                                const char *path, const struct stat *st)
{
    const struct plan *plan = question->observer->plan;

    if (is_of_process(path) || deed->sight == SIGHT_MOUNT)
        return;
    look_at_mode(question, deed, path);
    if (deed->right == WATCH_BY_OWNER && plan->flags & PLAN_SET_USER && st->st_uid != plan->uid &&
        !question_holds(question, CAP_FOWNER)) {
        /* Root owns root's files without a capability. */
        if (st->st_uid == 0)
            question_tell(question, SIGHT_OWNER, 0, path);
        else
            question_tell(question, SIGHT_CAPABILITY, CAP_FOWNER, NULL);
    }
}

static bool is_below(const char *path, const char *folder)
{
    return strncmp(path, folder, strlen(folder)) == 0;
}

/* What files of the network ask for beside their modes. */
static void look_at_network(const struct question *question, const struct deed *deed,
                            const char *path)
{
    bool changes = deed->sight == SIGHT_WRITE && !deed->only_looks;

    if (is_below(path, "/proc/sys/net/") || is_below(path, "/proc/net/"))
        question_tell_network(question);
    if (changes && is_below(path, "/sys/devices/") && strstr(path, "/net/") &&
        !question_holds(question, CAP_NET_ADMIN))
        question_tell(question, SIGHT_CAPABILITY, CAP_NET_ADMIN, NULL);
}

static void look_at_program(const struct question *question, const struct deed *deed,
                            const char *path)
{
    const struct view *view = &question->observer->view;

    if (view_find(view, path) == VIEW_HIDDEN)
        question_tell(question, SIGHT_READ, 0, path);
    if (!view_lets_execute(view, path))
        question_tell(question, deed->sight, 0, path);
}

/* Nothing is ever made there. */
static bool is_of_kernel(const char *path)
{
    char folder[PATH_MAX];
    struct statfs fs;

    cut_to_folder(path, folder);
    return statfs(folder, &fs) == 0 && (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC);
}

/* A folder that is there already is not made, but found. */
static bool is_found(const struct question *question, const struct deed *deed)
{
    return deed->sight == SIGHT_CREATE && question->watch->kind == WATCH_CREATE &&
           question->watch->value == WATCH_ANEW;
}

static enum runner_sight sight_of(const struct deed *deed)
{
    return deed->sight == SIGHT_READ && deed->only_looks ? SIGHT_LOOK : deed->sight;
}

static void look_at(const struct question *question, const struct deed *planned, const char *path)
{
    static const struct deed find = {.sight = SIGHT_READ, .only_looks = true};
    const struct view *view = &question->observer->view;
    const struct deed *deed = planned;
    struct stat st = {};
    bool exists = lstat(path, &st) == 0;

    if (!exists && (deed->sight != SIGHT_CREATE || is_of_kernel(path)))
        return;
    if (exists && is_found(question, deed))
        deed = &find;
    look_at_network(question, deed, path);
    if (deed->sight == SIGHT_EXECUTE)
        look_at_program(question, deed, path);
    else if (is_out_of_view(view, deed, path, &st))
        question_tell(question, sight_of(deed), 0, path);
    look_at_permissions(question, deed, path, &st);
}

/* An open may create what is not there. */
static void turn_into_create(uint64_t flags, const char *path, struct deed *deed)
{
    struct stat st;

    if (flags & O_CREAT && lstat(path, &st) < 0)
        *deed = (struct deed){.sight = SIGHT_CREATE};
}

static int read_flags(const struct question *question, uint64_t *ret_flags)
{
    const struct plan_watch *watch = question->watch;
    uint64_t extra = question_argument(question, watch->extra);

    *ret_flags = 0;
    if (watch->kind == WATCH_OPEN)
        *ret_flags = extra;
    if (watch->kind != WATCH_OPEN_HOW)
        return 0;
    return caller_read((pid_t)question->call->pid, extra + offsetof(struct open_how, flags),
                       ret_flags, sizeof(*ret_flags));
}

/* Else it was found, or it is wrong for the call too. */
static bool cannot_be_told(int r)
{
    return r == -EPERM || r == -EACCES || r == -EXDEV || r == -ENOMEM;
}

void observe_path(const struct question *question)
{
    const struct plan_watch *watch = question->watch;
    pid_t thread = (pid_t)question->call->pid;
    int folder = watch->folder >= 0 ? (int)question_argument(question, watch->folder) : AT_FDCWD;
    uint64_t flags = 0, address = question_argument(question, watch->path);
    struct deed deed = deed_of(question);
    char path[PATH_MAX];
    int r = read_flags(question, &flags);

    if (watch->kind == WATCH_OPEN_HOW)
        deed = deed_of_open(flags);
    if (r == 0)
        r = caller_find_path(thread, folder, address, deed.follow, path);
    if (cannot_be_told(r)) {
        question_tell(question, SIGHT_UNKNOWN, 0, NULL);
    } else if (r == 0 && !caller_path_is_descriptor(path)) {
        turn_into_create(flags, path, &deed);
        look_at(question, &deed, path);
    }
}

void observe_path_text(const struct question *question, const char *text)
{
    struct deed deed = deed_of(question);
    char path[PATH_MAX];
    int r = caller_complete_path((pid_t)question->call->pid, text, deed.follow, path);

    if (r == 0)
        look_at(question, &deed, path);
}
