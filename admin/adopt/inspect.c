/*
 * Whether hooks can be moved to another directory and work there as before. Admin's process.
 *
 * The files were written by anybody, and may be of any kind: their owners, modes and links' targets
 * are what is judged here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "inspect.h"

#include "cleanup.h"
#include "link.h"
#include "refuse.h"
#include "script_text.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int inspect_memory(const struct adopt_request *request)
{
    return adopt_refuse(request, "memory is short; nothing was changed");
}

static int check_owner(const struct adopt_request *request, const char *path, const struct stat *st)
{
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return adopt_refuse(
            request,
            "%s belongs to uid %u, so that virthook would refuse it: look at what is in "
            "it, then chown -h root",
            path, st->st_uid);
    if (!S_ISLNK(st->st_mode) && (st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return adopt_refuse(
            request,
            "%s can be written by others than its owner (mode %04o), so that virthook "
            "would refuse it: look at what is in it, then chmod go-w",
            path, st->st_mode & 07777);
    if (S_ISREG(st->st_mode) && (st->st_mode & (S_ISUID | S_ISGID)) != 0)
        return adopt_refuse(
            request,
            "%s has the setuid or setgid bit (mode %04o), so that virthook would refuse "
            "it: chmod ug-s",
            path, st->st_mode & 07777);
    return 0;
}

int inspect_directory(const struct adopt_request *request, const char *path, struct stat *ret_st)
{
    if (lstat(path, ret_st) < 0)
        return adopt_refuse(request,
                            "the directory %s cannot be looked at: %s; make it with install -d "
                            "-m 755 %s, or name another with --libvirt or --hooks",
                            path, strerror(errno), path);
    if (!S_ISDIR(ret_st->st_mode))
        return adopt_refuse(request, "%s is no directory: name the directory itself", path);
    return check_owner(request, path, ret_st);
}

int inspect_shim(const struct adopt_request *request)
{
    struct stat st;

    if (stat(request->shim, &st) < 0)
        return adopt_refuse(request,
                            "the shim %s is not there (%s): install it, or say --shim PATH",
                            request->shim, strerror(errno));
    if (!S_ISREG(st.st_mode) || (st.st_mode & S_IXUSR) == 0)
        return adopt_refuse(request, "the shim %s is no program: install it, or say --shim PATH",
                            request->shim);
    return check_owner(request, request->shim, &st);
}

/* Whether what a moved link leads to by a relative target, `name` below `from`, is there as well.
 */
static bool goes_along(const struct adopt_request *request, const struct plan *plan, const char *to,
                       const char *name, size_t size)
{
    auto_free char *path = NULL;
    int driver = libvirt_driver_of(name, size);

    if (driver >= 0)
        return plan->taken[driver] || (!request->release && plan->adopted[driver]);
    /* What lies beside gets a link in virthook's directory, or was libvirt's from the start. */
    if (!request->release)
        return true;
    return asprintf(&path, "%s/%.*s", to, (int)size, name) >= 0 && access(path, F_OK) == 0;
}

static int refuse_leaving(const struct adopt_request *request, const char *path, const char *target)
{
    return adopt_refuse(
        request,
        "the link %s leads to '%s', which is something else as seen from the new place: "
        "give it the absolute path, or take the driver it leads to along",
        path, target);
}

/* A link below `from`/: `inside` is its path from there. */
static int check_link(const struct adopt_request *request, const struct plan *plan,
                      const char *from, const char *to, const char *inside)
{
    auto_free char *path = NULL;
    struct link link;
    int driver;

    if (asprintf(&path, "%s/%s", from, inside) < 0)
        return inspect_memory(request);
    if (link_read(from, inside, &link) < 0)
        return adopt_refuse(request, "the link %s cannot be followed: remove or mend it", path);
    if (link.target[0] != '/')
        return link.size > 0 && goes_along(request, plan, to, link.entry, link.size)
                   ? 0
                   : refuse_leaving(request, path, link.target);
    driver = libvirt_driver_of(link.entry, link.size);
    if (driver >= 0 && (plan->taken[driver] || plan->adopted[driver]))
        return adopt_refuse(
            request, "the link %s leads to '%s', which is moved: make it a relative link, ln -sfnr",
            path, link.target);
    return 0;
}

static int check_text(const struct adopt_request *request, const char *path, const char *from)
{
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        auto_free char *folder = NULL;

        if (asprintf(&folder, "%s/%s.d", from, libvirt_drivers[i]) < 0)
            return inspect_memory(request);
        if (script_text_has(path, folder))
            return adopt_refuse(
                request,
                "%s names the folder %s, which moves: write \"$(dirname \"$0\")/%s.d\" "
                "in its place",
                path, folder, libvirt_drivers[i]);
    }
    return 0;
}

static int check_entry(const struct adopt_request *request, const struct plan *plan,
                       const char *from, const char *to, const FTSENT *entry)
{
    const char *path = entry->fts_path;
    int r;

    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
        return adopt_refuse(request, "%s cannot be read: %s", path, strerror(entry->fts_errno));
    r = request->release ? 0 : check_owner(request, path, entry->fts_statp);
    if (r == 0 && S_ISLNK(entry->fts_statp->st_mode))
        r = check_link(request, plan, from, to, path + strlen(from) + 1);
    if (r != 0)
        return r;
    if (S_ISREG(entry->fts_statp->st_mode) || S_ISLNK(entry->fts_statp->st_mode))
        return check_text(request, path, from);
    return S_ISDIR(entry->fts_statp->st_mode)
               ? 0
               : adopt_refuse(request, "%s is no file, folder or link: remove it", path);
}

/*
 * The device does not tell: on overlayfs, where it may be each file's own, nothing is mounted. A
 * kernel that cannot tell refuses the move itself.
 */
static bool is_mount(const char *path)
{
    struct statx st;

    return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, 0, &st) == 0 &&
           (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

static int check_root(const struct adopt_request *request, const char *path, const char *name)
{
    bool folder = strlen(name) > 2 && strcmp(name + strlen(name) - 2, ".d") == 0;
    struct stat st;

    if (lstat(path, &st) < 0)
        return adopt_refuse(request, "%s cannot be looked at: %s", path, strerror(errno));
    if (folder && !S_ISDIR(st.st_mode))
        return adopt_refuse(request, "%s is no folder: move it out of the way", path);
    if (!folder && S_ISDIR(st.st_mode))
        return adopt_refuse(request, "%s is a folder, not a script: move it out of the way", path);
    if (is_mount(path))
        return adopt_refuse(request, "%s is a mount: unmount it first", path);
    return 0;
}

int inspect_moved(const struct adopt_request *request, const struct plan *plan, const char *from,
                  const char *to, const char *name)
{
    auto_free char *path = NULL;
    FTS *tree;
    FTSENT *entry;
    int r;

    if (asprintf(&path, "%s/%s", from, name) < 0)
        return inspect_memory(request);
    r = check_root(request, path, name);
    if (r != 0)
        return r;
    tree = fts_open((char *[]){path, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return inspect_memory(request);
    while (r == 0 && (entry = fts_read(tree))) {
        if (entry->fts_info != FTS_DP)
            r = check_entry(request, plan, from, to, entry);
    }
    fts_close(tree);
    return r;
}

int inspect_staying(const struct adopt_request *request, const struct plan *plan, const char *from,
                    const char *name)
{
    struct link link;
    int driver;

    if (link_read(from, name, &link) < 0)
        return 0;
    driver = libvirt_driver_of(link.entry, link.size);
    if (driver < 0 || !plan->taken[driver])
        return 0;
    return adopt_refuse(
        request,
        "%s/%s is a link to %.*s, which moves away: name its driver as well, or make it "
        "a file of its own",
        from, name, (int)link.size, link.entry);
}
