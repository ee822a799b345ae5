/*
 * May this file be run? Only if its whole path could be changed by trusted users alone. Helper.
 *
 * Everything on the way to the script is untrusted until it was vetted: names, links, owners, modes
 * and the #! line. Once all of it is trusted, running the script by its path is free of races.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vet.h"

#include "cleanup.h"
#include "problem.h"
#include "shebang.h"
#include "trust.h"
#include "walk.h"

#include <string.h>

static int check_regular(const struct stat *st, const char *path, char **ret_problem)
{
    auto_free char *shown = NULL;

    if (S_ISREG(st->st_mode))
        return 0;
    shown = problem_path(path);
    if (!shown)
        return -ENOMEM;
    return problem_say(ret_problem, "%s is not a regular file: put a file there, or remove it",
                       shown);
}

/* Vets all but the #! line. On 0 the caller owns `*ret_fd`, opened with O_PATH. */
static int vet_regular(const char *path, uid_t session_uid, int *ret_fd, char **ret_problem)
{
    struct walked walked;
    int r = walk_path(path, session_uid, &walked, ret_problem);

    if (r != 0)
        return r;
    r = check_regular(&walked.st, path, ret_problem);
    if (r == 0)
        r = trust_check_setid(&walked.st, path, ret_problem);
    if (r != 0) {
        close_fd(&walked.fd);
        return r;
    }
    *ret_fd = walked.fd;
    return 0;
}

/* Vets one file of the chain from script to last interpreter; 0 where another one follows. */
static int vet_link_of_chain(const char *path, uid_t session_uid,
                             char ret_next[static SHEBANG_SIZE], char **ret_problem)
{
    auto_close int fd = -EBADF;
    int r = vet_regular(path, session_uid, &fd, ret_problem);

    return r != 0 ? r : shebang_read(fd, path, ret_next, ret_problem);
}

/* The sentence about an interpreter begins with whose it is. */
static int blame_interpreter(const char *path, char *problem, char **ret_problem)
{
    auto_free char *shown = problem_path(path);
    auto_free char *cause = problem;

    if (!shown)
        return -ENOMEM;
    return problem_say(ret_problem, "the #! interpreter of %s cannot be trusted: %s", shown, cause);
}

static int refuse_levels(const char *path, char **ret_problem)
{
    auto_free char *shown = problem_path(path);

    if (!shown)
        return -ENOMEM;
    return problem_say(ret_problem,
                       "%s leads through more than %d interpreters that are scripts themselves, "
                       "which the kernel does not run: name the last one in its #! line",
                       shown, SHEBANG_LEVELS_MAX);
}

int vet_script(const char *path, uid_t session_uid, char **ret_problem)
{
    char interpreter[SHEBANG_SIZE], next[SHEBANG_SIZE];
    const char *current = path;

    for (int level = 0; level <= SHEBANG_LEVELS_MAX; level++) {
        char *problem = NULL;
        int r = vet_link_of_chain(current, session_uid, next, &problem);

        if (r == SHEBANG_E_NONE)
            return 0;
        if (r == VET_E_REFUSED && level > 0)
            return blame_interpreter(path, problem, ret_problem);
        if (r == VET_E_REFUSED)
            *ret_problem = problem;
        if (r != 0)
            return r;
        strcpy(interpreter, next);
        current = interpreter;
    }
    return refuse_levels(path, ret_problem);
}

int vet_file(const char *path, uid_t session_uid, char **ret_problem)
{
    auto_close int fd = -EBADF;

    return vet_regular(path, session_uid, &fd, ret_problem);
}

static int check_directory(const struct stat *st, const char *path, char **ret_problem)
{
    auto_free char *shown = NULL;

    if (S_ISDIR(st->st_mode))
        return 0;
    shown = problem_path(path);
    if (!shown)
        return -ENOMEM;
    return problem_say(ret_problem, "%s is not a directory: make it one, or remove it", shown);
}

int vet_directory(const char *path, uid_t session_uid, char **ret_problem)
{
    struct walked walked;
    int r = walk_path(path, session_uid, &walked, ret_problem);

    if (r != 0)
        return r;
    close_fd(&walked.fd);
    return check_directory(&walked.st, path, ret_problem);
}
