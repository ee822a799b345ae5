/*
 * What is to be changed, found out and checked wholly before anything is. Admin's process; what
 * the directories hold was put there by others, and is not trusted to be in order.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plan.h"

#include "cleanup.h"
#include "inspect.h"
#include "refuse.h"
#include "script_text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of one driver, or of one entry beside them. */
struct paths {
    char *libvirt, *libvirt_folder, *hooks, *hooks_folder;
};

#define auto_paths __attribute__((cleanup(paths_clear)))

static void paths_clear(struct paths *paths)
{
    free(paths->libvirt);
    free(paths->libvirt_folder);
    free(paths->hooks);
    free(paths->hooks_folder);
}

static char *compose(const char *directory, const char *name, const char *suffix)
{
    char *path;

    return asprintf(&path, "%s/%s%s", directory, name, suffix) < 0 ? NULL : path;
}

static bool paths_make(const struct adopt_request *request, const char *name,
                       struct paths *ret_paths)
{
    ret_paths->libvirt = compose(request->libvirt, name, "");
    ret_paths->libvirt_folder = compose(request->libvirt, name, ".d");
    ret_paths->hooks = compose(request->hooks, name, "");
    ret_paths->hooks_folder = compose(request->hooks, name, ".d");
    return ret_paths->libvirt && ret_paths->libvirt_folder && ret_paths->hooks &&
           ret_paths->hooks_folder;
}

static bool is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static bool is_same(const char *path, const char *other)
{
    struct stat a, b;

    return lstat(path, &a) == 0 && lstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* What stands there of the driver: is it to be taken? */
static int look_at(const struct adopt_request *request, int driver, struct plan *plan)
{
    auto_paths struct paths paths = {0};
    auto_free char *remains = compose(request->libvirt, ".virthook-", libvirt_drivers[driver]);

    if (!remains || !paths_make(request, libvirt_drivers[driver], &paths))
        return inspect_memory(request);
    plan->adopted[driver] = libvirt_is_link_to(paths.libvirt, request->shim);
    if (!request->asked[driver])
        return 0;
    if (is_there(remains))
        return adopt_refuse(request, "%s was left by a command that was killed: remove it",
                            remains);
    /* A script with both names was left so as well. */
    if (request->release) {
        plan->taken[driver] = plan->adopted[driver] || is_same(paths.libvirt, paths.hooks);
        plan->stranded[driver] = !is_there(paths.libvirt) &&
                                 (is_there(paths.hooks) || is_there(paths.hooks_folder));
    } else {
        plan->taken[driver] = is_there(paths.libvirt_folder) ||
                              (is_there(paths.libvirt) && !plan->adopted[driver]);
    }
    return 0;
}

static int refuse_target(const struct adopt_request *request, const char *from, const char *to)
{
    return adopt_refuse(
        request, "%s cannot be moved, since %s exists: move one of them out of the way", from, to);
}

static int add(const struct adopt_request *request, struct plan *plan, enum step_kind kind,
               const char *from, const char *to)
{
    return steps_add(&plan->steps, kind, from, to) < 0 ? inspect_memory(request) : 0;
}

/* The script gets its name in virthook's directory, or has it from a command that was killed. */
static int plan_script(const struct adopt_request *request, int driver, struct plan *plan)
{
    const char *name = libvirt_drivers[driver];
    auto_paths struct paths paths = {0};
    int r = 0;

    if (!paths_make(request, name, &paths))
        return inspect_memory(request);
    if (request->release) {
        if (!is_there(paths.hooks))
            return 0;
        r = inspect_moved(request, plan, request->hooks, request->libvirt, name);
        return r != 0 ? r : add(request, plan, STEP_KEEP, paths.libvirt, paths.hooks);
    }
    if (plan->adopted[driver])
        return 0;
    if (is_there(paths.hooks) && !is_same(paths.libvirt, paths.hooks))
        return refuse_target(request, paths.libvirt, paths.hooks);
    if (!is_there(paths.libvirt))
        return 0;
    r = inspect_moved(request, plan, request->libvirt, request->hooks, name);
    if (r != 0)
        return r;
    plan->dispatcher[driver] = script_text_is_dispatcher(paths.libvirt, name);
    return is_there(paths.hooks) ? 0 : add(request, plan, STEP_KEEP, paths.libvirt, paths.hooks);
}

static int plan_shim(const struct adopt_request *request, int driver, struct plan *plan)
{
    auto_paths struct paths paths = {0};
    bool script;

    if (plan->adopted[driver] != request->release)
        return 0;
    if (!paths_make(request, libvirt_drivers[driver], &paths))
        return inspect_memory(request);
    script = is_there(request->release ? paths.hooks : paths.libvirt);
    return add(request, plan, STEP_COVER, script ? paths.hooks : "", paths.libvirt);
}

static int plan_folder(const struct adopt_request *request, int driver, struct plan *plan)
{
    const char *from, *to, *name = libvirt_drivers[driver];
    auto_paths struct paths paths = {0};
    auto_free char *folder = NULL;
    int r;

    if (!paths_make(request, name, &paths) || asprintf(&folder, "%s.d", name) < 0)
        return inspect_memory(request);
    from = request->release ? paths.hooks_folder : paths.libvirt_folder;
    to = request->release ? paths.libvirt_folder : paths.hooks_folder;
    if (!is_there(from) || (request->release && !plan->adopted[driver]))
        return 0;
    if (is_there(to))
        return refuse_target(request, from, to);
    r = request->release ? inspect_moved(request, plan, request->hooks, request->libvirt, folder)
                         : inspect_moved(request, plan, request->libvirt, request->hooks, folder);
    return r != 0 ? r : add(request, plan, STEP_MOVE, paths.libvirt_folder, paths.hooks_folder);
}

/* What lies beside the hooks stays, and is found from virthook's directory through a link. */
static int plan_beside(const struct adopt_request *request, const char *name, struct plan *plan)
{
    auto_paths struct paths paths = {0};
    bool linked;

    if (!paths_make(request, name, &paths))
        return inspect_memory(request);
    linked = libvirt_is_link_to(paths.hooks, paths.libvirt);
    if (linked != request->release)
        return 0;
    if (!linked && is_there(paths.hooks))
        return adopt_refuse(
            request,
            "%s lies beside the hooks, which may want it, and %s exists already: move "
            "one of them out of the way",
            paths.libvirt, paths.hooks);
    return steps_add(&plan->steps, STEP_POINT, paths.libvirt, paths.hooks) < 0
               ? inspect_memory(request)
               : 0;
}

static bool stays_adopted(const struct plan *plan)
{
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (plan->adopted[i] && !plan->taken[i])
            return true;
    }
    return false;
}

/* An entry of the directory that is left. */
static int plan_entry(const struct adopt_request *request, const char *from, const char *name,
                      struct plan *plan)
{
    int driver = libvirt_driver_of(name, strlen(name)), r;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    if (driver >= 0 && plan->taken[driver])
        return 0;
    r = inspect_staying(request, plan, from, name);
    if (r != 0 || driver >= 0 || (request->release && stays_adopted(plan)))
        return r;
    return plan_beside(request, name, plan);
}

static int plan_entries(const struct adopt_request *request, struct plan *plan)
{
    const char *from = request->release ? request->hooks : request->libvirt;
    struct dirent *entry;
    DIR *directory = opendir(from);
    int r = 0;

    if (!directory)
        return adopt_refuse(request, "the directory %s cannot be read: %s", from, strerror(errno));
    while (r == 0 && (entry = readdir(directory)))
        r = plan_entry(request, from, entry->d_name, plan);
    closedir(directory);
    return r;
}

static int check_places(const struct adopt_request *request)
{
    struct stat libvirt, hooks;
    int r = inspect_directory(request, request->libvirt, &libvirt);

    if (r == 0)
        r = inspect_directory(request, request->hooks, &hooks);
    if (r == 0 && !request->release)
        r = inspect_shim(request);
    if (r != 0)
        return r;
    if (libvirt.st_dev == hooks.st_dev && libvirt.st_ino == hooks.st_ino)
        return adopt_refuse(request, "%s and %s are the same directory: name two", request->libvirt,
                            request->hooks);
    if (libvirt.st_dev != hooks.st_dev)
        return adopt_refuse(
            request,
            "%s and %s are on two file systems, between which nothing can be moved at "
            "once: name a directory on the same one with --hooks, and in the "
            "configuration",
            request->libvirt, request->hooks);
    return 0;
}

static bool is_anything_taken(const struct plan *plan)
{
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (plan->taken[i])
            return true;
    }
    return false;
}

/*
 * For all drivers the scripts, then the shims, then the folders: a driver's script may be a link to
 * another's. For release these are the steps that adopt would have taken, inverted at the end.
 */
static int plan_drivers(const struct adopt_request *request, struct plan *plan)
{
    static int (*const parts[])(const struct adopt_request *, int,
                                struct plan *) = {plan_script, plan_shim, plan_folder};
    int r = 0;

    for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
        for (int i = 0; i < LIBVIRT_DRIVERS && r == 0; i++) {
            if (plan->taken[i])
                r = parts[part](request, i, plan);
        }
    }
    return r;
}

int plan_make(const struct adopt_request *request, struct plan *ret_plan)
{
    int r = check_places(request);

    *ret_plan = (struct plan){0};
    for (int i = 0; i < LIBVIRT_DRIVERS && r == 0; i++)
        r = look_at(request, i, ret_plan);
    /* Links to what lies beside may be left without a driver, by a command that was killed. */
    if (r != 0 || (!request->release && !is_anything_taken(ret_plan)))
        return r;
    r = plan_entries(request, ret_plan);
    if (r == 0)
        r = plan_drivers(request, ret_plan);
    if (r == 0 && request->release)
        steps_invert(&ret_plan->steps);
    return r;
}

void plan_clear(struct plan *plan)
{
    steps_clear(&plan->steps);
    *plan = (struct plan){0};
}
