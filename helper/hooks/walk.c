/*
 * From / to a file, one component at a time, each vetted before it is passed. Helper.
 *
 * Names, links and their targets may have been made by anybody: not trusted until vetted. Nothing
 * is opened but with O_PATH, which neither waits nor acts on a device; and since each component is
 * looked up below a directory that only trusted users can change, the result still holds when the
 * same path is used afterwards.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "walk.h"

#include "cleanup.h"
#include "problem.h"
#include "trust.h"
#include "vet.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

struct walker {
    const char *path; /* as it was asked for */
    uid_t session_uid;
    int fd;              /* what was reached so far */
    struct stat st;      /* of it */
    char here[PATH_MAX]; /* where that is; "" for / */
    char rest[PATH_MAX]; /* what is still to be walked */
    char link[PATH_MAX]; /* the last link that was followed; "" for none */
    unsigned int links;  /* how many were followed */
    char **ret_problem;
};

static const char *shown_here(const struct walker *walker)
{
    return walker->here[0] ? walker->here : "/";
}

static int refuse_here(struct walker *walker, const char *what)
{
    auto_free char *shown = problem_path(shown_here(walker));

    if (!shown)
        return -ENOMEM;
    return problem_say(walker->ret_problem, "%s %s", shown, what);
}

static int refuse_missing(struct walker *walker, const char *shown)
{
    auto_free char *link = problem_path(walker->link);

    if (!link)
        return -ENOMEM;
    if (!link[0])
        return problem_say(walker->ret_problem, "%s does not exist: put it there", shown);
    return problem_say(walker->ret_problem,
                       "%s does not exist (the way there leads over the link %s): put it there, or "
                       "mend the link",
                       shown, link);
}

/*
 * Tells that the entry `name` of what was reached, or that itself where it is "", gave an error.
 * Out of memory or descriptors is the helper's own trouble; all else is the path's.
 */
static int refuse_errno(struct walker *walker, const char *name, int error)
{
    auto_free char *full = NULL, *shown = NULL;

    if (error == ENOMEM || error == EMFILE || error == ENFILE)
        return -error;
    if (asprintf(&full, "%s%s%s", walker->here, *name || !walker->here[0] ? "/" : "", name) < 0)
        return -ENOMEM;
    shown = problem_path(full);
    if (!shown)
        return -ENOMEM;
    if (error == ENOENT)
        return refuse_missing(walker, shown);
    return problem_say(walker->ret_problem, "%s cannot be looked at (%s): see ls -ld on it", shown,
                       strerrordesc_np(error));
}

static int refuse_too_long(struct walker *walker)
{
    auto_free char *shown = problem_path(walker->path);

    if (!shown)
        return -ENOMEM;
    return problem_say(walker->ret_problem,
                       "%s is longer than %d bytes once its links are followed: use shorter names",
                       shown, PATH_MAX - 1);
}

static int refuse_links(struct walker *walker)
{
    auto_free char *shown = problem_path(walker->path);
    auto_free char *mend = problem_mend("namei -l", walker->path);

    if (!shown || !mend)
        return -ENOMEM;
    return problem_say(walker->ret_problem,
                       "%s passes more than %d symbolic links, which may be a loop: %s to see them",
                       shown, WALK_LINKS_MAX, mend);
}

/*
 * Takes the next component off `rest`. Returns its length, 0 at the end; `*ret_slash` tells of a
 * slash before it, or at the end, after which the kernel wants what was reached to be a directory.
 */
static size_t take_component(struct walker *walker, char name[static NAME_MAX + 1], bool *ret_slash)
{
    size_t slashes = strspn(walker->rest, "/");
    size_t length = strcspn(walker->rest + slashes, "/");

    *ret_slash = slashes > 0;
    if (length <= NAME_MAX) {
        memcpy(name, walker->rest + slashes, length);
        name[length] = '\0';
    }
    memmove(walker->rest, walker->rest + slashes + length,
            strlen(walker->rest + slashes + length) + 1);
    return length;
}

/* Goes on from `fd`, which is named `here` already. Takes the descriptor. */
static int arrive(struct walker *walker, int fd)
{
    close_fd(&walker->fd);
    walker->fd = fd;
    if (fstat(fd, &walker->st) < 0)
        return refuse_errno(walker, "", errno);
    return trust_check(&walker->st, shown_here(walker), walker->session_uid, walker->ret_problem);
}

static int go_to_root(struct walker *walker)
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return refuse_errno(walker, "", errno);
    walker->here[0] = '\0';
    return arrive(walker, fd);
}

static int go_up(struct walker *walker)
{
    char *slash = strrchr(walker->here, '/');
    int fd = openat(walker->fd, "..", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return refuse_errno(walker, "..", errno);
    if (slash)
        *slash = '\0';
    return arrive(walker, fd);
}

/* A link of /proc leads somewhere else for each process that looks: vetting would say nothing. */
static int check_link_is_kept(struct walker *walker, int fd)
{
    struct statfs fs;

    if (fstatfs(fd, &fs) < 0)
        return refuse_errno(walker, "", errno);
    if (fs.f_type == PROC_SUPER_MAGIC)
        return refuse_here(walker, "is a link that differs for each process: name its target");
    return 0;
}

/* Puts the target of the link that `fd` is open on before what is still to be walked. */
static int splice_target(struct walker *walker, int fd)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(fd, "", target, sizeof(target));
    size_t rest = strlen(walker->rest);

    if (length < 0)
        return refuse_errno(walker, "", errno);
    if (length == 0)
        return refuse_here(walker, "is a link to nothing: mend the link");
    if ((size_t)length + rest >= sizeof(walker->rest))
        return refuse_too_long(walker);
    memmove(walker->rest + length, walker->rest, rest + 1);
    memcpy(walker->rest, target, (size_t)length);
    return 0;
}

/* Follows the link `fd`, which stands in the directory reached; `here` names the link. */
static int follow(struct walker *walker, int fd)
{
    int r;

    if (++walker->links > WALK_LINKS_MAX)
        return refuse_links(walker);
    r = check_link_is_kept(walker, fd);
    if (r == 0)
        r = splice_target(walker, fd);
    if (r != 0)
        return r;
    memcpy(walker->link, walker->here, sizeof(walker->link));
    if (walker->rest[0] == '/')
        return go_to_root(walker);
    *strrchr(walker->here, '/') = '\0';
    return 0;
}

static int append_name(struct walker *walker, const char *name)
{
    size_t length = strlen(walker->here), more = strlen(name);

    if (length + 1 + more >= sizeof(walker->here))
        return refuse_too_long(walker);
    walker->here[length] = '/';
    memcpy(walker->here + length + 1, name, more + 1);
    return 0;
}

/*
 * A name in a directory where everybody can make names: with the sticky bit nobody can take the
 * name away from its owner, but a file of root's may have been given a second name there.
 */
static int check_names(struct walker *walker, const struct stat *st)
{
    if (!trust_is_writable(&walker->st) || S_ISDIR(st->st_mode) || st->st_nlink == 1)
        return 0;
    return refuse_here(walker, "has more than one name, in a directory that others can write to: "
                               "move it to a place that is root's");
}

/* Goes from the directory reached to the entry `name` in it. */
static int go_down(struct walker *walker, const char *name)
{
    auto_close int fd = openat(walker->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    int r;

    if (fd < 0 || fstat(fd, &st) < 0)
        return refuse_errno(walker, name, errno);
    r = append_name(walker, name);
    if (r == 0)
        r = check_names(walker, &st);
    if (r != 0)
        return r;
    if (!S_ISLNK(st.st_mode))
        return arrive(walker, take_fd(&fd));
    r = trust_check(&st, walker->here, walker->session_uid, walker->ret_problem);
    return r != 0 ? r : follow(walker, fd);
}

static int walk_rest(struct walker *walker)
{
    char name[NAME_MAX + 1];
    size_t length;
    bool slash;
    int r = 0;

    while (r == 0) {
        length = take_component(walker, name, &slash);
        if ((length > 0 || slash) && !S_ISDIR(walker->st.st_mode))
            return refuse_here(walker, "is not a directory: mend the path or link that leads on");
        if (length == 0)
            return 0;
        if (length > NAME_MAX)
            return refuse_too_long(walker);
        if (strcmp(name, "..") == 0)
            r = go_up(walker);
        else if (strcmp(name, ".") != 0)
            r = go_down(walker, name);
    }
    return r;
}

int walk_path(const char *path, uid_t session_uid, struct walked *ret_walked, char **ret_problem)
{
    struct walker walker = {
        .path = path, .session_uid = session_uid, .fd = -EBADF, .ret_problem = ret_problem};
    int r;

    if (path[0] != '/')
        return problem_say(ret_problem, "a path that does not start with / is never run");
    if (strlen(path) >= sizeof(walker.rest))
        return refuse_too_long(&walker);
    strcpy(walker.rest, path);
    r = go_to_root(&walker);
    if (r == 0)
        r = walk_rest(&walker);
    if (r != 0) {
        close_fd(&walker.fd);
        return r;
    }
    ret_walked->st = walker.st;
    ret_walked->fd = walker.fd;
    return 0;
}
