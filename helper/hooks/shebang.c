/*
 * The #! line of a script, as the kernel reads it (fs/binfmt_script.c). Helper.
 *
 * The file's owner is trusted by now, its content still is not understood: a line that the kernel
 * would cut, or take from the working directory, is refused here with words.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shebang.h"

#include "cleanup.h"
#include "fd.h"
#include "problem.h"
#include "vet.h"

#include <string.h>

/* Makes the sentence from a format in which the one %s is the script's path. */
static int refuse(const char *path, const char *what, char **ret_problem)
{
    auto_free char *shown = problem_path(path);

    if (!shown)
        return -ENOMEM;
    return problem_say(ret_problem, "%s %s", shown, what);
}

static int refuse_relative(const char *path, const char *interpreter, char **ret_problem)
{
    auto_free char *shown = problem_path(path), *other = problem_path(interpreter);

    if (!shown || !other)
        return -ENOMEM;
    return problem_say(ret_problem,
                       "%s names the interpreter %s in its #! line, which does not start with /: "
                       "write its whole path",
                       shown, other);
}

/* The first bytes of the file, padded with NUL. */
static int read_head(int fd, const char *path, char head[static SHEBANG_SIZE], char **ret_problem)
{
    auto_close int readable = -EBADF;
    size_t size = 0;
    int r = fd_reopen_readonly(fd, &readable);

    memset(head, 0, SHEBANG_SIZE);
    if (r == 0)
        r = fd_read_all(readable, head, SHEBANG_SIZE, &size);
    if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
        return r;
    if (r == -EACCES || r == -EPERM)
        return refuse(path, "cannot be read: run chmod a+r on it", ret_problem);
    if (r < 0)
        return refuse(path, "cannot be read: see the kernel's log (dmesg)", ret_problem);
    return 0;
}

int shebang_read(int fd, const char *path, char ret_interpreter[static SHEBANG_SIZE],
                 char **ret_problem)
{
    char head[SHEBANG_SIZE + 1] = "";
    const char *name;
    size_t length;
    int r;

    r = read_head(fd, path, head, ret_problem);
    if (r != 0)
        return r;
    if (strncmp(head, "#!", 2) != 0)
        return SHEBANG_E_NONE;
    name = head + 2 + strspn(head + 2, " \t");
    length = strcspn(name, " \t\n");
    if (name + length == head + SHEBANG_SIZE)
        return refuse(path, "has a #! line of which the kernel sees the start only: shorten it",
                      ret_problem);
    if (length == 0)
        return refuse(path, "has a #! line that names no interpreter: write #!/bin/sh or the like",
                      ret_problem);
    if (name[length - 1] == '\r')
        return refuse(path, "has lines that end in carriage returns: run sed -i 's/\\r$//' on it",
                      ret_problem);
    memcpy(ret_interpreter, name, length);
    ret_interpreter[length] = '\0';
    return name[0] == '/' ? 0 : refuse_relative(path, ret_interpreter, ret_problem);
}
