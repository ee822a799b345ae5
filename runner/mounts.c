/*
 * The file system that a script sees. Runs in PID 1 of the hook's namespaces, in a mount namespace
 * of its own, while it still may mount; the plan is the helper's.
 *
 * First a detached copy of each path that is to be kept is taken, then all is made read-only and
 * the private folders are laid over; then, a folder always before what is in it, paths are hidden
 * and copies put back: what lies deeper has the last word. No path is followed through a link that
 * a script could have put there (walk.c), and what was found is held by its descriptor.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "mounts.h"

#include "attach.h"
#include "cleanup.h"
#include "folders.h"
#include "private.h"
#include "walk.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* One path of the plan: `copy` is its detached copy where it is put back, negative where it is
 * hidden; `cover` the folder that was laid over it then. */
struct step {
    struct plan_path what;
    int copy, cover;
};

/* What all of it needs to know. */
struct work {
    const struct plan *plan;
    struct walk_owner owner;
    struct step steps[PLAN_PATHS_MAX];
    size_t count;
    int run; /* the private /run */
};

/*
 * In a folder that others than root may write to, no symbolic link is followed: what one script
 * plants there would lead another, of another user, to where that one alone may write.
 */
static int forbid_planted_links(const struct work *work, int copy)
{
    struct stat st;

    if (fstat(copy, &st) < 0)
        return -errno;
    if (!S_ISDIR(st.st_mode) ||
        (st.st_uid == work->owner.root && !(st.st_mode & (S_IWGRP | S_IWOTH))))
        return 0;
    return runner_set_attribute(copy, 0, MOUNT_ATTR_NOSYMFOLLOW);
}

/* A folder before what is in it; a path that is hidden as well as kept is kept, and one that is
 * writable as well as readable is writable. */
static int compare_steps(const void *a, const void *b)
{
    const struct step *left = a, *right = b;
    int order = strcmp(left->what.path, right->what.path);

    if (order == 0)
        order = (left->copy >= 0) - (right->copy >= 0);
    return order ? order : (int)right->what.kind - (int)left->what.kind;
}

static int check_there(const struct work *work, const char *path)
{
    auto_close int fd = runner_find(&work->owner, path);

    return fd < 0 ? fd : 0;
}

/* Takes the copy that a path needs. Returns 0, 1 where the path may be missing and is, or an errno;
 * what a planted link leads to counts as missing. */
static int prepare_step(const struct work *work, struct step *step)
{
    int r;

    step->copy = step->cover = -EBADF;
    r = step->what.kind == PLAN_HIDDEN
            ? check_there(work, step->what.path)
            : runner_take_copy(&work->owner, step->what.path, &step->copy);
    if ((r == -ENOENT || r == -ELOOP) && step->what.may_be_missing)
        return 1;
    /* Root's own socket could be closed to others by its mode. */
    if (r == 0 && (step->what.kind == PLAN_SHOWN || step->what.kind == PLAN_SOCKET))
        r = runner_make_read_only(step->copy, AT_RECURSIVE);
    if (r == 0 && step->what.kind == PLAN_WRITABLE)
        r = forbid_planted_links(work, step->copy);
    return r;
}

static int prepare_steps(struct work *work, const char **ret_path)
{
    struct plan_path path;
    const char *cursor = NULL;

    while (plan_next_path(work->plan, &cursor, &path)) {
        struct step *step = &work->steps[work->count];
        int r;

        if (path.kind == PLAN_EXECUTABLE)
            continue;
        *ret_path = path.path;
        step->what = path;
        r = prepare_step(work, step);
        if (r < 0)
            return r;
        work->count += r == 0;
    }
    qsort(work->steps, work->count, sizeof(*work->steps), compare_steps);
    return 0;
}

/* A folder is covered by an empty one, anything else by the device that is always empty. */
static int hide(const struct work *work, struct step *step)
{
    const char *path = step->what.path;
    auto_close int place = runner_find(&work->owner, path), null = -EBADF;
    struct stat st;
    int r;

    /* It was there: by now something above it is hidden. */
    if (place < 0)
        return place == -ENOENT ? 0 : place;
    if (fstat(place, &st) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return runner_attach_small(&work->owner, "0755", path, &step->cover);
    r = runner_take_copy(&work->owner, "/dev/null", &null);
    if (r == 0)
        r = runner_make_read_only(null, 0);
    return r == 0 ? runner_attach(&work->owner, null, path) : r;
}

static int take_steps(struct work *work, const char **ret_path)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < work->count; i++) {
        struct step *step = &work->steps[i];

        *ret_path = step->what.path;
        r = step->copy < 0 ? hide(work, step) : runner_attach(&work->owner, step->copy, *ret_path);
        /* A link was planted on the way to it: the same as if it were not there. */
        if (r == -ELOOP && step->what.may_be_missing)
            r = 0;
    }
    return r;
}

static int lay_over(struct work *work, int tmp, const char **ret_path)
{
    int r = 0;

    if (work->plan->flags & PLAN_OWN_DEV)
        r = runner_mount_dev(&work->owner, ret_path);
    if (r == 0 && work->plan->flags & PLAN_OWN_TMP)
        r = runner_mount_tmp(&work->owner, work->plan, tmp, ret_path);
    if (r < 0)
        return r;
    *ret_path = "/run";
    return runner_attach_small(&work->owner, "0755", "/run", &work->run);
}

/* What only had to be written while mount points were made in it. */
static int seal_covers(const struct work *work, const char **ret_path)
{
    int r;

    *ret_path = "/run";
    r = runner_make_read_only(work->run, 0);
    for (size_t i = 0; r == 0 && i < work->count; i++) {
        *ret_path = work->steps[i].what.path;
        if (work->steps[i].cover >= 0)
            r = runner_make_read_only(work->steps[i].cover, 0);
    }
    return r;
}

static int mount_all(struct work *work, int tmp, const char **ret_path)
{
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
    int r;

    *ret_path = "/";
    if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof(read_only)) < 0)
        return -errno;
    r = lay_over(work, tmp, ret_path);
    if (r == 0)
        r = take_steps(work, ret_path);
    return r == 0 ? seal_covers(work, ret_path) : r;
}

static void close_all(struct work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        close_fd(&work->steps[i].copy);
        close_fd(&work->steps[i].cover);
    }
    close_fd(&work->run);
}

int runner_mount(const struct plan *plan, int tmp, const char **ret_path)
{
    struct work work = {.plan = plan, .run = -EBADF};
    int r;

    *ret_path = "/";
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        return -errno;
    r = runner_find_owner(plan->uid, &work.owner);
    if (r < 0)
        return r;
    r = prepare_steps(&work, ret_path);
    if (r == 0)
        r = mount_all(&work, tmp, ret_path);
    close_all(&work);
    return r;
}
