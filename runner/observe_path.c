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
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
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

static void look_at_permissions(const struct question *question, const struct deed *deed,
                                const char *path, const struct stat *st)
{
    const struct plan *plan = question->observer->plan;
    const struct view *view = &question->observer->view;
    char folder[PATH_MAX];
    bool ok;

    if (is_of_process(path) || deed->sight == SIGHT_MOUNT)
        return;
    cut_to_folder(path, folder);
    ok = changes_folder(deed->sight) ? view_permits(view, folder, W_OK | X_OK)
                                     : view_permits(view, path, deed->mode);
    if (!ok)
        question_tell(question, permission_for(deed->sight), 0, path);
    if (deed->right == WATCH_BY_OWNER && plan->flags & PLAN_SET_USER && st->st_uid != plan->uid &&
        !(plan->capabilities & (1ULL << CAP_FOWNER)))
        question_tell(question, SIGHT_CAPABILITY, CAP_FOWNER, NULL);
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

static void look_at(const struct question *question, const struct deed *deed, const char *path)
{
    const struct view *view = &question->observer->view;
    struct stat st = {};
    bool exists = lstat(path, &st) == 0;

    if (!exists && deed->sight != SIGHT_CREATE)
        return;
    if (deed->sight == SIGHT_EXECUTE)
        look_at_program(question, deed, path);
    else if (is_out_of_view(view, deed, path, &st))
        question_tell(question, deed->sight, 0, path);
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
