/*
 * The socket at which the admin asks this helper. Helper, at its start with all its privileges, and
 * at its end. Root's folder may be written to by the helpers' own user too, so that each helper can
 * remove its socket: what else lies there is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "listen_admin.h"

#include "cleanup.h"
#include "listen.h"
#include "number.h"
#include "session.h"
#include "virthook-config.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define LISTEN_BACKLOG 16

/* What a helper's socket ends in, and what it has in place of that until it listens. */
#define SUFFIX     ".sock"
#define SUFFIX_NEW ".new"

/* Bytes of NAME-PID.sock: a name has at most 64. */
#define NAME_SIZE 96

/* NULL where there is none, or memory is short. */
static char *find_folder(const struct helper *helper)
{
    char *folder = NULL;

    if (!helper->host.session)
        return strdup(VIRTHOOK_ADMIN_DIR);
    (void)session_path(SESSION_RUNTIME, "admin", &folder);
    return folder;
}

/* Its owner may let a group of his write to it, who can remove nobody else's there. */
static int check_folder(int folder)
{
    struct stat st;

    if (fstat(folder, &st) < 0)
        return -errno;
    if (st.st_uid != geteuid() || (st.st_mode & S_IWOTH))
        return -EPERM;
    if ((st.st_mode & S_IWGRP) && !(st.st_mode & S_ISVTX))
        return -EPERM;
    return 0;
}

/* In a sticky folder a helper that gave root up can remove its own socket, and not one of root's.
 */
static int share_folder(int folder, const struct user_ids *own)
{
    if (fchown(folder, 0, own->gid) < 0 || fchmod(folder, S_ISVTX | 0770) < 0)
        return -errno;
    return 0;
}

static int make_above(const struct helper *helper, const char *path)
{
    mode_t mode = helper->host.session ? 0700 : 0755;
    auto_free char *copy = strdup(path);

    if (!copy)
        return -ENOMEM;
    if (mkdir(dirname(copy), mode) == 0)
        return chmod(copy, mode) < 0 ? -errno : 0;
    return errno == EEXIST ? 0 : -errno;
}

/* `own` is the user that the helper will be, or NULL. */
static int open_folder(const struct helper *helper, const char *path, const struct user_ids *own,
                       int *ret_folder)
{
    auto_close int folder = -EBADF;
    int r = make_above(helper, path);

    if (r < 0)
        return r;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -errno;
    folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return -errno;
    if (own)
        r = share_folder(folder, own);
    if (r == 0)
        r = check_folder(folder);
    if (r == 0)
        *ret_folder = take_fd(&folder);
    return r;
}

static int compose_address(const char *folder, const char *name, struct sockaddr_un *ret_address)
{
    int length = snprintf(ret_address->sun_path, sizeof(ret_address->sun_path), "%s/%s", folder,
                          name);

    ret_address->sun_family = AF_UNIX;
    return length < 0 || (size_t)length >= sizeof(ret_address->sun_path) ? -ENAMETOOLONG : 0;
}

/* --- what others have left --- */

/* The process in "NAME-PID.sock"; 0 where this is no such name. */
static pid_t parse_name(const char *name)
{
    const char *dash = strrchr(name, '-');
    const char *end = dash ? strstr(dash, SUFFIX) : NULL;
    char digits[16];
    uint64_t pid;

    if (!end || strcmp(end, SUFFIX) != 0 || (size_t)(end - dash) > sizeof(digits))
        return 0;
    memcpy(digits, dash + 1, (size_t)(end - dash - 1));
    digits[end - dash - 1] = '\0';
    return number_parse(digits, &pid) && pid <= INT_MAX ? (pid_t)pid : 0;
}

static bool is_refused(const struct sockaddr_un *address)
{
    auto_close int probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return probe >= 0 && connect(probe, (const struct sockaddr *)address, sizeof(*address)) < 0 &&
           errno == ECONNREFUSED;
}

/* Where no such process is seen here there may be one in another PID namespace, which listens. */
static bool is_left(const char *folder, const char *name)
{
    struct sockaddr_un address;
    pid_t pid = parse_name(name);

    return pid > 0 && kill(pid, 0) < 0 && errno == ESRCH &&
           compose_address(folder, name, &address) == 0 && is_refused(&address);
}

static void remove_left(const char *path, int folder)
{
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    struct dirent *entry;

    if (!entries) {
        close_fd(&copy);
        return;
    }
    while ((entry = readdir(entries))) {
        if (is_left(path, entry->d_name))
            unlinkat(folder, entry->d_name, 0);
    }
    closedir(entries);
}

/* --- the helper's own --- */

/* The name is given to it when it listens: one that refuses to be connected to is a dead helper's.
 */
static int make_socket(const char *path, int folder, const char *name, const struct user_ids *own,
                       int *ret_socket)
{
    auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    char new_name[NAME_SIZE + sizeof(SUFFIX_NEW)];
    struct sockaddr_un address;
    int r;

    if (fd < 0)
        return -errno;
    snprintf(new_name, sizeof(new_name), "%s" SUFFIX_NEW, name);
    r = compose_address(path, new_name, &address);
    if (r < 0)
        return r;
    unlinkat(folder, new_name, 0);
    r = listen_bind(fd, &address);
    if (r < 0)
        return r;
    if ((own && fchownat(folder, new_name, own->uid, own->gid, AT_SYMLINK_NOFOLLOW) < 0) ||
        listen(fd, LISTEN_BACKLOG) < 0 || renameat(folder, new_name, folder, name) < 0) {
        r = -errno;
        unlinkat(folder, new_name, 0);
        return r;
    }
    *ret_socket = take_fd(&fd);
    return 0;
}

static void compose_name(const struct helper *helper, char *ret_name, size_t size)
{
    snprintf(ret_name, size, "%s-%d" SUFFIX, helper->options.name, (int)getpid());
}

static int start(struct helper *helper, const char *path)
{
    const struct user_ids *own = helper->privilege.user && !helper->host.session
                                     ? &helper->privilege.map.helper
                                     : NULL;
    auto_close int folder = -EBADF;
    char name[NAME_SIZE];
    int socket = -EBADF;
    int r = open_folder(helper, path, own, &folder);

    if (r < 0)
        return r;
    remove_left(path, folder);
    compose_name(helper, name, sizeof(name));
    r = make_socket(path, folder, name, own, &socket);
    if (r == 0)
        r = listen_serve(helper, socket, PEER_ADMIN, &helper->admin);
    if (r < 0)
        unlinkat(folder, name, 0);
    return r;
}

void listen_admin_start(struct helper *helper)
{
    auto_free char *path = find_folder(helper);
    int r = path ? start(helper, path) : -ENOENT;

    if (r < 0 && helper->options.channel < 0 && path)
        fprintf(stderr,
                "virthook-helper: there is no admin socket in %s: %s; virt-hook finds this helper "
                "by --socket alone\n",
                path, strerror(-r));
}

void listen_admin_stop(struct helper *helper)
{
    auto_free char *folder = find_folder(helper);
    auto_free char *path = NULL;
    char name[NAME_SIZE];

    if (!helper->admin || !folder)
        return;
    listen_end(&helper->admin);
    compose_name(helper, name, sizeof(name));
    if (asprintf(&path, "%s/%s", folder, name) >= 0)
        unlink(path);
}
