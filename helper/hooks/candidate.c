/*
 * One entry of a folder: a script, something else, or nothing. Helper.
 *
 * Names, types and modes are whatever stands in the directory: not trusted. A file that looks like
 * a script is vetted before it is called one; a file that does not is named with the reason, since
 * an admin who wonders why it did not run would look for it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "candidate.h"

#include "cleanup.h"
#include "problem.h"
#include "script_list.h"
#include "vet.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static char *join(const char *folder, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t length = strlen(name), end = strlen(suffix);

    return length >= end && strcmp(name + length - end, suffix) == 0;
}

/* What editors, patch and package managers leave beside a file; libvirt runs it. NULL for no such.
 */
static const char *leftover(const char *name)
{
    static const char *const suffixes[] = {"~",        ".bak",    ".orig",   ".rej",
                                           ".rpmsave", ".rpmnew", ".rpmorig"};
    const char *dot = strrchr(name, '.');

    if (name[0] == '.')
        return "its name starts with a dot: rename it if it is to run";
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (ends_in(name, suffixes[i]))
            return "its name ends as a backup's does: rename it if it is to run";
    }
    if (dot && strncmp(dot, ".dpkg-", strlen(".dpkg-")) == 0)
        return "its name ends as those that dpkg leaves: rename it if it is to run";
    return NULL;
}

static const char *type_name(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFSOCK:
        return "it is a socket: remove it";
    case S_IFIFO:
        return "it is a FIFO: remove it";
    default:
        return "it is a device: remove it";
    }
}

static int pass_over(struct script_list *list, const struct folder *folder, const char *name,
                     const char *why)
{
    auto_free char *path = join(folder->path, name);
    auto_free char *copy = strdup(why);

    if (!path || !copy)
        return -ENOMEM;
    return script_list_pass_over(list, take_pointer(&path), take_pointer(&copy));
}

static int pass_over_not_executable(struct script_list *list, const struct folder *folder,
                                    const char *name)
{
    auto_free char *path = join(folder->path, name), *mend = NULL, *why = NULL;

    if (!path)
        return -ENOMEM;
    mend = problem_mend("chmod +x", path);
    if (!mend || asprintf(&why, "it is not executable: %s if it is to run", mend) < 0)
        return -ENOMEM;
    return pass_over(list, folder, name, why);
}

/* Root may run what anybody may; it is the script's profile that limits it. */
static bool is_executable(const struct candidate_rules *rules, const struct folder *folder,
                          const char *name, const struct stat *st)
{
    if (rules->session_uid == 0)
        return st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH);
    return faccessat(dirfd(folder->dir), name, X_OK, AT_EACCESS) == 0;
}

static bool is_shim(const struct candidate_rules *rules, const struct stat *st)
{
    return rules->has_shim && st->st_dev == rules->shim_device && st->st_ino == rules->shim_inode;
}

static int add_vetted(const struct candidate_rules *rules, const struct folder *folder,
                      const char *name, struct script_list *list)
{
    auto_free char *path = join(folder->path, name);
    auto_free char *problem = NULL;
    int r = 0;

    if (!path)
        return -ENOMEM;
    if (folder->problem)
        r = (problem = strdup(folder->problem)) ? 0 : -ENOMEM;
    else
        r = vet_script(path, rules->session_uid, &problem);
    if (r < 0)
        return r;
    return script_list_add(list, take_pointer(&path), take_pointer(&problem));
}

/* The entry, its links followed, gave an error: is there a link that leads nowhere, or nothing? */
static int judge_missing(const struct candidate_rules *rules, const struct folder *folder,
                         const char *name, int error, struct script_list *list)
{
    struct stat st;

    if (error == ENOMEM)
        return -ENOMEM;
    if (error == ELOOP)
        return pass_over(list, folder, name, "it is a link in a loop: mend or remove it");
    if (error != ENOENT && error != ENOTDIR)
        return add_vetted(rules, folder, name, list);
    if (fstatat(dirfd(folder->dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    return pass_over(list, folder, name, "it is a link that leads nowhere: mend or remove it");
}

void candidate_note_shim(struct candidate_rules *rules, const char *path)
{
    struct stat st;

    if (!path || stat(path, &st) < 0)
        return;
    rules->has_shim = true;
    rules->shim_device = st.st_dev;
    rules->shim_inode = st.st_ino;
}

int candidate_judge(const struct candidate_rules *rules, const struct folder *folder,
                    const char *name, struct script_list *list)
{
    struct stat st;

    if (fstatat(dirfd(folder->dir), name, &st, 0) < 0)
        return judge_missing(rules, folder, name, errno, list);
    if (S_ISDIR(st.st_mode))
        return CANDIDATE_E_DIRECTORY;
    if (leftover(name))
        return pass_over(list, folder, name, leftover(name));
    if (!S_ISREG(st.st_mode))
        return pass_over(list, folder, name, type_name(st.st_mode));
    if (is_shim(rules, &st))
        return pass_over(list, folder, name,
                         "it is virthook's own shim: put the script itself in its place");
    if (!is_executable(rules, folder, name, &st))
        return pass_over_not_executable(list, folder, name);
    return add_vetted(rules, folder, name, list);
}
