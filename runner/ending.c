/*
 * The end of all that descends from a script. Runner. The script's processes are hostile.
 *
 * PID 1 of a namespace has it easy: the kernel kills the rest with it. Where the script lives among
 * the host's processes, the runner is the one that orphans come to (PR_SET_CHILD_SUBREAPER). Each
 * process of the script's then is a descendant of the runner's until it is reaped, whatever it
 * does, so that a wait(2) that finds no child says that nobody is left. A cgroup kills at one go
 * who has not left it; whoever has is killed by way of the tree.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ending.h"

#include "job.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between two rounds of killing, in milliseconds: the first, and what it doubles to. Sooner where a
 * child ends. */
#define ROUND_FIRST_MS 1
#define ROUND_MOST_MS  128

void runner_prepare_ending(struct ending *ret_ending)
{
    int proc, r;

    *ret_ending = (struct ending){.is_init = getpid() == 1, .cgroup_kill = -EBADF};
    if (ret_ending->is_init)
        return;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        runner_fail(RUNNER_STEP_TREE, errno);
    proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        runner_fail(RUNNER_STEP_TREE, errno);
    r = tree_find(proc, getpid(), &ret_ending->tree);
    if (r < 0)
        runner_fail(RUNNER_STEP_TREE, -r);
    ret_ending->tree.reaps = true;
}

void runner_terminate(const struct ending *ending)
{
    static const int signals[] = {SIGTERM, SIGCONT};

    if (!ending->is_init) {
        tree_tell(&ending->tree, signals, 2);
        return;
    }
    kill(-1, SIGTERM);
    kill(-1, SIGCONT);
}

static void kill_once(const struct ending *ending)
{
    static const int signals[] = {SIGKILL};

    if (ending->cgroup_kill >= 0)
        (void)!write(ending->cgroup_kill, "1", 1);
    tree_signal(&ending->tree, signals, 1);
}

/* Whether nobody is left. */
static bool reap_all(void)
{
    pid_t pid;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        ;
    return pid < 0 && errno == ECHILD;
}

/* What the kernel does not let die is waited for: the helper does not wait for that. */
void runner_end(const struct ending *ending, int signal_fd)
{
    struct pollfd source = {.fd = signal_fd, .events = POLLIN};
    int pause_ms = ROUND_FIRST_MS;

    if (ending->is_init)
        _exit(0);
    for (;;) {
        struct signalfd_siginfo signals[8];

        kill_once(ending);
        if (reap_all())
            _exit(0);
        if (poll(&source, 1, pause_ms) > 0)
            (void)!read(signal_fd, signals, sizeof(signals));
        else if (pause_ms < ROUND_MOST_MS)
            pause_ms *= 2;
    }
}
