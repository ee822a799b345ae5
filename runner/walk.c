/*
 * From a path of the plan to what it names. Runs in PID 1 of the hook's namespaces while that is
 * still privileged. The plan is the helper's, but what lies on the way of its paths may be what an
 * earlier script has left there: a link in place of a folder would lead a mount to where the
 * profile grants nothing. What is there can change between any two calls, so it is looked at here
 * and not when the configuration is read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "walk.h"

#include "cleanup.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Links on one way at the most: the kernel's own limit. */
#define LINKS_MAX 40

/* A walk on its way: where it is, and what is still before it. */
struct walk {
    const struct walk_owner *owner;
    int fd;
    unsigned int links;
    char left[PATH_MAX];
};

int runner_find_owner(uid_t script, struct walk_owner *ret_owner)
{
    struct stat st;

    if (stat("/", &st) < 0)
        return -errno;
    *ret_owner = (struct walk_owner){.root = st.st_uid, .script = script};
    return 0;
}

/* Where root has no number here, it is shown by the one of nobody, who may be the script's user. */
static bool is_root_s(const struct walk_owner *owner, const struct stat *st)
{
    return st->st_uid == owner->root && (owner->root == 0 || owner->root != owner->script);
}

static bool is_trusted(const struct walk *walk, const struct stat *link)
{
    struct stat folder;

    if (fstat(walk->fd, &folder) < 0 || !is_root_s(walk->owner, &folder))
        return false;
    if (!(folder.st_mode & (S_IWGRP | S_IWOTH)))
        return true;
    return folder.st_mode & S_ISVTX && is_root_s(walk->owner, link);
}

static int go_to_root(struct walk *walk)
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    close_fd(&walk->fd);
    walk->fd = fd;
    return 0;
}

/* The link's target comes before what is left. */
static int follow_link(struct walk *walk, int link, const struct stat *st)
{
    char target[PATH_MAX], rest[PATH_MAX];
    ssize_t size;

    if (++walk->links > LINKS_MAX || !is_trusted(walk, st))
        return -ELOOP;
    size = readlinkat(link, "", target, sizeof(target) - 1);
    if (size < 0)
        return -errno;
    target[size] = '\0';
    memcpy(rest, walk->left, sizeof(rest));
    if (snprintf(walk->left, sizeof(walk->left), "%s/%s", target, rest) >= PATH_MAX)
        return -ENAMETOOLONG;
    return *target == '/' ? go_to_root(walk) : 0;
}

/* As a directory first: that has an automounter mount what belongs there. */
static int open_next(int folder, const char *name)
{
    int fd = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 && errno == ENOTDIR)
        fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int take_step(struct walk *walk, const char *name)
{
    auto_close int next = open_next(walk->fd, name);
    struct stat st;

    if (next < 0)
        return next;
    if (fstat(next, &st) < 0)
        return -errno;
    if (S_ISLNK(st.st_mode))
        return follow_link(walk, next, &st);
    close_fd(&walk->fd);
    walk->fd = take_fd(&next);
    return 0;
}

/* Cuts the next name off what is left; returns false where there is none. */
static bool cut_name(struct walk *walk, char ret_name[NAME_MAX + 1], int *ret_error)
{
    const char *start = walk->left + strspn(walk->left, "/");
    size_t length = strcspn(start, "/");

    *ret_error = length > NAME_MAX ? -ENAMETOOLONG : 0;
    if (length == 0 || *ret_error < 0)
        return false;
    memcpy(ret_name, start, length);
    ret_name[length] = '\0';
    start += length;
    memmove(walk->left, start, strlen(start) + 1);
    return true;
}

static int walk_on(struct walk *walk, char ret_rest[PATH_MAX])
{
    char name[NAME_MAX + 1];
    int r;

    while (cut_name(walk, name, &r)) {
        r = take_step(walk, name);
        if (r == -ENOENT) {
            if (snprintf(ret_rest, PATH_MAX, "%s%s", name, walk->left) >= PATH_MAX)
                return -ENAMETOOLONG;
            return 0;
        }
        if (r < 0)
            return r;
    }
    *ret_rest = '\0';
    return r;
}

int runner_walk(const struct walk_owner *owner, const char *path, int *ret_fd,
                char ret_rest[PATH_MAX])
{
    struct walk walk = {.owner = owner, .fd = -EBADF};
    int r;

    if (snprintf(walk.left, sizeof(walk.left), "%s", path) >= PATH_MAX)
        return -ENAMETOOLONG;
    r = go_to_root(&walk);
    if (r == 0)
        r = walk_on(&walk, ret_rest);
    if (r < 0) {
        close_fd(&walk.fd);
        return r;
    }
    *ret_fd = walk.fd;
    return 0;
}

int runner_find(const struct walk_owner *owner, const char *path)
{
    char rest[PATH_MAX] = "";
    auto_close int fd = -EBADF;
    int r = runner_walk(owner, path, &fd, rest);

    if (r == 0 && *rest)
        r = -ENOENT;
    return r < 0 ? r : take_fd(&fd);
}
