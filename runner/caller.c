/*
 * What the arguments of a permissive script's system call point to. Runs in PID 1 of the script's
 * namespace; nothing that is read here is trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "caller.h"

#include "cleanup.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Reads stop at these, so that a string at the end of what is mapped can be read. */
#define CHUNK 256

int caller_read(pid_t thread, uint64_t address, void *buffer, size_t size)
{
    struct iovec local = {.iov_base = buffer, .iov_len = size};
    struct iovec remote = {.iov_base = (void *)(uintptr_t)address, .iov_len = size};
    ssize_t done = process_vm_readv(thread, &local, 1, &remote, 1, 0);

    if (done < 0)
        return -errno;
    return (size_t)done == size ? 0 : -EFAULT;
}

static int read_string(pid_t thread, uint64_t address, char ret_text[PATH_MAX])
{
    size_t size = 0;

    while (size < PATH_MAX) {
        size_t most = CHUNK - (size_t)((address + size) % CHUNK);
        size_t chunk = most < PATH_MAX - size ? most : PATH_MAX - size;
        int r = caller_read(thread, address + size, ret_text + size, chunk);

        if (r < 0)
            return r;
        if (memchr(ret_text + size, '\0', chunk))
            return 0;
        size += chunk;
    }
    return -ENAMETOOLONG;
}

static int read_link(const char *link, char ret_path[PATH_MAX])
{
    ssize_t size = readlink(link, ret_path, PATH_MAX - 1);

    if (size < 0)
        return -errno;
    ret_path[size] = '\0';
    return *ret_path == '/' ? 0 : -ENOTDIR;
}

/* Where the kernel refused a new /proc, its numbers are not those that this process knows. */
static bool proc_is_own(void)
{
    static int known = -1;
    char self[PATH_MAX];
    ssize_t size;

    if (known >= 0)
        return known;
    size = readlink("/proc/self", self, sizeof(self) - 1);
    self[size > 0 ? size : 0] = '\0';
    known = strtol(self, NULL, 10) == getpid();
    return known;
}

/* Where relative paths begin. */
static int find_folder(pid_t thread, int folder, char ret_path[PATH_MAX])
{
    char link[64];

    if (!proc_is_own())
        return -EPERM;
    if (folder == AT_FDCWD)
        snprintf(link, sizeof(link), "/proc/%d/cwd", thread);
    else
        snprintf(link, sizeof(link), "/proc/%d/fd/%d", thread, folder);
    return read_link(link, ret_path);
}

/* A script that has changed its root means other files by the same names. */
static int check_root(pid_t thread)
{
    char link[64], root[PATH_MAX];
    int r;

    if (!proc_is_own())
        return 0;
    snprintf(link, sizeof(link), "/proc/%d/root", thread);
    r = read_link(link, root);
    if (r < 0)
        return r;
    return strcmp(root, "/") == 0 ? 0 : -EXDEV;
}

static int join(const char *folder, const char *name, char ret_path[PATH_MAX])
{
    const char *between = strcmp(folder, "/") == 0 ? "" : "/";
    int size = snprintf(ret_path, PATH_MAX, "%s%s%s", folder, between, name);

    return size < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* `text` is absolute, relative to the folder, or empty: the folder itself. */
static int complete(pid_t thread, int folder, const char *text, char ret_path[PATH_MAX])
{
    char from[PATH_MAX];
    int r;

    if (*text == '/')
        return join("/", text + strspn(text, "/"), ret_path);
    r = find_folder(thread, folder, from);
    if (r == 0)
        r = *text ? join(from, text, ret_path) : join("/", from + 1, ret_path);
    return r;
}

static int resolve_whole(const char *path, char ret_path[PATH_MAX])
{
    return realpath(path, ret_path) ? 0 : -errno;
}

/* The folder that the last name is in, and that name as it is. */
static int resolve_folder(char *path, char ret_path[PATH_MAX])
{
    char folder[PATH_MAX], *name;
    size_t length = strlen(path);
    int r;

    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
    name = strrchr(path, '/') + 1;
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return resolve_whole(path, ret_path);
    name[-1] = '\0';
    r = resolve_whole(*path ? path : "/", folder);
    return r == 0 ? join(folder, name, ret_path) : r;
}

/* The links below are of the process that looks: they are left as they are. */
static bool is_in_proc(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0;
}

static int resolve(char *path, bool follow, char ret_path[PATH_MAX])
{
    int r = -ENOENT;

    if (is_in_proc(path) || caller_path_is_descriptor(path)) {
        memcpy(ret_path, path, PATH_MAX);
        return 0;
    }
    if (follow)
        r = resolve_whole(path, ret_path);
    return r == -ENOENT ? resolve_folder(path, ret_path) : r;
}

static int find(pid_t thread, int folder, const char *text, bool follow, char ret_path[PATH_MAX])
{
    char path[PATH_MAX];
    int r = check_root(thread);

    if (r == 0)
        r = complete(thread, folder, text, path);
    return r == 0 ? resolve(path, follow, ret_path) : r;
}

int caller_complete_path(pid_t thread, const char *text, bool follow, char ret_path[PATH_MAX])
{
    return find(thread, AT_FDCWD, text, follow, ret_path);
}

int caller_find_path(pid_t thread, int folder, uint64_t address, bool follow,
                     char ret_path[PATH_MAX])
{
    char text[PATH_MAX] = "";
    int r = address ? read_string(thread, address, text) : 0;

    return r == 0 ? find(thread, folder, text, follow, ret_path) : r;
}

bool caller_has_changed_user(pid_t thread)
{
    struct stat st;
    char path[64];

    if (!proc_is_own())
        return false;
    /* Its folder is the effective user's: also where it may not be traced, as root's then. */
    snprintf(path, sizeof(path), "/proc/%d/task/%d", thread, thread);
    return stat(path, &st) == 0 && st.st_uid != geteuid();
}

bool caller_path_is_descriptor(const char *path)
{
    static const char *const places[] = {"/dev/fd/", "/dev/std", "/proc/self/fd/",
                                         "/proc/thread-self/fd/"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (strncmp(path, places[i], strlen(places[i])) == 0)
            return true;
    }
    return false;
}
