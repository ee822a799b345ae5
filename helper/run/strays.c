/*
 * Processes of scripts whose runner died before them. Helper. They are hostile, and known by one
 * thing alone: they are children of the helper's, and it did not make them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "strays.h"

#include "cleanup.h"
#include "process_tree.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>

static int proc = -EBADF;
static struct tree tree;

int strays_take_in(bool (*is_ours)(pid_t child))
{
    int r;

    proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return -errno;
    r = tree_find(proc, getpid(), &tree);
    tree.spares = is_ours;
    return r;
}

void strays_clear(void)
{
    close_fd(&proc);
}

size_t strays_kill(void)
{
    static const int signals[] = {SIGKILL};

    return proc < 0 ? 0 : tree_signal(&tree, signals, 1);
}

int strays_proc(void)
{
    return proc;
}
