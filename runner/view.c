/*
 * What of the file system the strict form of a permissive profile would show. Runs in PID 1 of the
 * script's namespace, as root as a rule; the plan is the helper's, the paths that are asked for are
 * the script's.
 *
 * It follows mounts.c: a folder before what is in it, and what lies deeper has the last word.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "view.h"

#include "folders.h"

#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CAP_BIT(number) (1ULL << (number))

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    if (strcmp(folder, "/") == 0)
        return true;
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* By the names that the script's own paths will have. */
static void add(struct view *view, const char *path, struct view_entry entry)
{
    entry.path = view->count < VIEW_ENTRIES_MAX ? realpath(path, NULL) : NULL;
    if (entry.path)
        view->entries[view->count++] = entry;
}

static void add_usual(struct view *view)
{
    uint32_t flags = view->plan->flags;
    bool own_tmp = flags & PLAN_OWN_TMP, own_dev = flags & PLAN_OWN_DEV;
    struct view_entry tmp = {.what = own_tmp ? VIEW_WRITABLE : VIEW_READ_ONLY, .own = own_tmp};
    const char *device;

    add(view, "/", (struct view_entry){.what = VIEW_READ_ONLY});
    add(view, "/run", (struct view_entry){.what = VIEW_HIDDEN});
    add(view, "/dev", (struct view_entry){.what = own_dev ? VIEW_HIDDEN : VIEW_DEVICES});
    for (size_t i = 0; (device = runner_device(i)); i++)
        add(view, device, (struct view_entry){.what = VIEW_DEVICES});
    if (own_dev)
        add(view, "/dev/shm", (struct view_entry){.what = VIEW_WRITABLE, .own = true});
    add(view, "/tmp", tmp);
    add(view, "/var/tmp", tmp);
}

static enum view_what what_of(enum plan_path_kind kind)
{
    switch (kind) {
    case PLAN_WRITABLE:
        return VIEW_WRITABLE;
    case PLAN_HIDDEN:
        return VIEW_HIDDEN;
    default:
        return VIEW_READ_ONLY;
    }
}

void view_make(struct view *view, const struct plan *plan)
{
    const char *cursor = NULL;
    struct plan_path path;

    *view = (struct view){.plan = plan};
    if (plan->flags & PLAN_MOUNTS)
        add_usual(view);
    while (plan_next_path(plan, &cursor, &path)) {
        bool executable = path.kind == PLAN_EXECUTABLE;

        view->limits_programs |= executable;
        if (executable || plan->flags & PLAN_MOUNTS)
            add(view, path.path,
                (struct view_entry){.what = what_of(path.kind), .executable = executable});
    }
}

/* The longer path decides; of the same path, what is kept does. */
static bool decides(const struct view_entry *entry, const struct view_entry *best)
{
    size_t length = strlen(entry->path), longest = best ? strlen(best->path) : 0;

    return !best || length > longest || (length == longest && entry->what > best->what);
}

static const struct view_entry *find(const struct view *view, const char *path)
{
    const struct view_entry *best = NULL;

    for (size_t i = 0; i < view->count; i++) {
        const struct view_entry *entry = &view->entries[i];

        if (!entry->executable && is_below(path, entry->path) && decides(entry, best))
            best = entry;
    }
    return best;
}

enum view_what view_find(const struct view *view, const char *path)
{
    const struct view_entry *entry = find(view, path);

    return entry ? entry->what : VIEW_WRITABLE;
}

bool view_is_own(const struct view *view, const char *path)
{
    const struct view_entry *entry = find(view, path);

    return entry && entry->own;
}

bool view_keeps_name(const struct view *view, const char *path)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct view_entry *entry = &view->entries[i];

        if (strcmp(entry->path, path) == 0 ||
            (entry->what != VIEW_HIDDEN && is_below(entry->path, path)))
            return true;
    }
    return false;
}

bool view_lets_execute(const struct view *view, const char *path)
{
    for (size_t i = 0; i < view->count; i++) {
        if (view->entries[i].executable && is_below(path, view->entries[i].path))
            return true;
    }
    return !view->limits_programs;
}

/* Who wants to do something. */
struct actor {
    uint32_t uid, gid;
    uint64_t capabilities;
};

/* The three bits of a mode that are this user's. */
static unsigned int own_bits(const struct actor *actor, const struct stat *st)
{
    if (st->st_uid == actor->uid)
        return st->st_mode >> 6;
    return st->st_gid == actor->gid ? st->st_mode >> 3 : st->st_mode;
}

/* As the kernel's generic_permission(). */
static bool may(const struct actor *actor, const struct stat *st, unsigned int mode)
{
    bool override = actor->capabilities & CAP_BIT(CAP_DAC_OVERRIDE);
    bool search = override || actor->capabilities & CAP_BIT(CAP_DAC_READ_SEARCH);

    if ((own_bits(actor, st) & mode) == mode)
        return true;
    if (S_ISDIR(st->st_mode))
        return mode & W_OK ? override : search;
    if (mode == R_OK)
        return search;
    return override && (!(mode & X_OK) || st->st_mode & 0111);
}

static bool may_at(const struct actor *actor, const char *path, unsigned int mode)
{
    struct stat st;

    return lstat(path, &st) < 0 || S_ISLNK(st.st_mode) || may(actor, &st, mode);
}

static bool may_all_the_way(const struct actor *actor, const char *path, int mode)
{
    char folder[PATH_MAX];
    bool ok = true;

    if (strlen(path) >= sizeof(folder))
        return true;
    strcpy(folder, path);
    for (char *slash = strrchr(folder, '/'); ok && slash && slash > folder;
         slash = strrchr(folder, '/')) {
        *slash = '\0';
        ok = may_at(actor, folder, X_OK);
    }
    return ok && may_at(actor, path, (unsigned int)mode);
}

bool view_permits(const struct view *view, const char *path, int mode)
{
    const struct plan *plan = view->plan;
    const struct actor actor = {plan->uid, plan->gid, plan->capabilities};

    return !(plan->flags & PLAN_SET_USER) || may_all_the_way(&actor, path, mode);
}

/* No user has UINT32_MAX as a group. */
bool view_permits_user(const struct view *view, uint32_t uid, const char *path, int mode)
{
    const struct actor actor = {uid, uid == 0 ? 0 : UINT32_MAX, view->plan->capabilities};

    return may_all_the_way(&actor, path, mode);
}
