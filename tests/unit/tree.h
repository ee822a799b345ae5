/*
 * What the tests of hooks and configuration share: a tree of files in a private folder below /tmp,
 * named by paths relative to it. The test's own process and its children.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "cleanup.h"
#include "fd.h"
#include "instrumented.h"

#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

/* A user that is neither root nor the one who runs the tests: "nobody" on every system. */
#define TREE_STRANGER 65534

#define TREE_SCRIPT "#!/bin/sh\necho kept\n"

static char tree_base[64];

/* The absolute path of a file of the tree; good for the next 16 calls. */
static inline const char *tree_path(const char *name)
{
    static char paths[16][PATH_MAX + 256];
    static unsigned int next;
    char *path = paths[next++ % 16];

    snprintf(path, sizeof(paths[0]), "%s/%s", tree_base, name);
    return path;
}

static inline int tree_set_up(void **state)
{
    snprintf(tree_base, sizeof(tree_base), "/tmp/virthook-tree-XXXXXX");
    umask(022);
    if (!mkdtemp(tree_base) || chmod(tree_base, 0755) < 0)
        return -1;
    return chdir(tree_base);
}

static inline int tree_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

static inline int tree_tear_down(void **state)
{
    if (chdir("/") < 0)
        return -1;
    return nftw(tree_base, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static inline void tree_folder(const char *name, mode_t mode)
{
    assert_int_equal(mkdir(name, 0700), 0);
    assert_int_equal(chmod(name, mode), 0);
}

static inline void tree_file(const char *name, const char *content, mode_t mode)
{
    auto_close int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(fd_write_all(fd, content, strlen(content)), 0);
    assert_int_equal(fchmod(fd, mode), 0);
}

static inline void tree_script(const char *name)
{
    tree_file(name, TREE_SCRIPT, 0755);
}

/* A script whose #! line names `interpreter`. */
static inline void tree_interpreted(const char *name, const char *interpreter)
{
    char line[PATH_MAX + 4];

    snprintf(line, sizeof(line), "#!%s\n", interpreter);
    tree_file(name, line, 0755);
}

static inline void tree_link(const char *name, const char *target)
{
    assert_int_equal(symlink(target, name), 0);
}

/* Gives a file, or the link itself, to the stranger. */
static inline void tree_give_away(const char *name)
{
    assert_int_equal(lchown(name, TREE_STRANGER, TREE_STRANGER), 0);
}

/* Runs a shell command as the stranger, and answers with its exit status. */
static inline int tree_as_stranger(const char *command)
{
    gid_t group = TREE_STRANGER;
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (setgroups(1, &group) < 0 || setresgid(group, group, group) < 0 ||
            setresuid(TREE_STRANGER, TREE_STRANGER, TREE_STRANGER) < 0)
            _exit(126);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* For tests in which files of other users are made. */
#define tree_needs_root()                                             \
    do {                                                              \
        if (geteuid() != 0)                                           \
            skip_because("only root can make files of another user"); \
    } while (0)

/* How many descriptors the process has open. */
static inline size_t tree_open_descriptors(void)
{
    size_t count = 0;

    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* Whether the sentence holds each of the words; the list ends in NULL. */
static inline void tree_assert_says(const char *sentence, va_list words)
{
    const char *word;

    assert_non_null(sentence);
    while ((word = va_arg(words, const char *))) {
        if (!strstr(sentence, word))
            fail_msg("\"%s\" does not say \"%s\"", sentence, word);
    }
}
