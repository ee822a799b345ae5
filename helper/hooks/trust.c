/*
 * One component of a path: could anybody change it who is not trusted? Helper.
 *
 * The component's name, owner and mode are those of files that others may have made: not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "trust.h"

#include "cleanup.h"
#include "problem.h"
#include "vet.h"

static unsigned int permissions(const struct stat *st)
{
    return st->st_mode & 07777;
}

bool trust_is_writable(const struct stat *st)
{
    return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

static int refuse_owner(const struct stat *st, const char *path, uid_t session_uid,
                        char **ret_problem)
{
    auto_free char *shown = problem_path(path);
    auto_free char *rule = problem_owner_rule(session_uid);
    auto_free char *mend = problem_mend(S_ISLNK(st->st_mode) ? "chown -h root" : "chown root",
                                        path);

    if (!shown || !rule || !mend)
        return -ENOMEM;
    return problem_say(ret_problem,
                       "%s belongs to uid %u: %s: use a place that is root's, or look at what "
                       "is there and %s",
                       shown, st->st_uid, rule, mend);
}

static int refuse_writable(const struct stat *st, const char *path, char **ret_problem)
{
    bool group = st->st_mode & S_IWGRP, others = st->st_mode & S_IWOTH;
    const char *command = group && others ? "chmod go-w" : group ? "chmod g-w" : "chmod o-w";
    const char *who = group && others ? "its group and everybody"
                      : group         ? "its group"
                                      : "everybody";
    auto_free char *shown = problem_path(path);
    auto_free char *mend = problem_mend(command, path);

    if (!shown || !mend)
        return -ENOMEM;
    return problem_say(ret_problem, "%s can be written by %s (mode %04o): %s", shown, who,
                       permissions(st), mend);
}

int trust_check_setid(const struct stat *st, const char *path, char **ret_problem)
{
    bool user = st->st_mode & S_ISUID, group = st->st_mode & S_ISGID;
    const char *command = user && group ? "chmod ug-s" : user ? "chmod u-s" : "chmod g-s";
    const char *which = user && group ? "setuid and setgid bits"
                        : user        ? "setuid bit"
                                      : "setgid bit";
    auto_free char *shown = problem_path(path);
    auto_free char *mend = problem_mend(command, path);

    if (!user && !group)
        return 0;
    if (!shown || !mend)
        return -ENOMEM;
    return problem_say(ret_problem,
                       "%s has the %s (mode %04o): use a file without, or %s if it is a script of "
                       "your own",
                       shown, which, permissions(st), mend);
}

/*
 * Those of a link or device say nothing, and in a sticky directory nobody can replace what
 * belongs to somebody else.
 */
static bool write_bits_count(const struct stat *st)
{
    return S_ISREG(st->st_mode) || (S_ISDIR(st->st_mode) && !(st->st_mode & S_ISVTX));
}

int trust_check(const struct stat *st, const char *path, uid_t session_uid, char **ret_problem)
{
    if (st->st_uid != 0 && st->st_uid != session_uid)
        return refuse_owner(st, path, session_uid, ret_problem);
    if (!write_bits_count(st) || !trust_is_writable(st))
        return 0;
    return refuse_writable(st, path, ret_problem);
}
