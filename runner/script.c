/*
 * From the runner to the script. Runs in the runner, and between fork and exec in its child, which
 * makes only async-signal-safe calls.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "script.h"

#include "child_filter.h"
#include "cleanup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* A script sees signals as an ordinary process does: all default, none blocked. */
static void child_reset_signals(void)
{
    struct sigaction default_action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        sigaction(number, &default_action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* 0, 1 and 2 are the script's; all others are close-on-exec. */
static int child_set_stdio(const int fds[JOB_FDS])
{
    for (int fd = 0; fd < JOB_STDIO; fd++) {
        if (dup2(fds[fd], fd) < 0)
            return -errno;
    }
    return 0;
}

static void __attribute__((noreturn)) child_fail(int exec_fd, enum runner_step step, int error)
{
    struct runner_report report = {.event = RUNNER_FAILED, .step = step, .error = error};
    ssize_t written = write(exec_fd, &report, sizeof(report));

    /* Where even this fails the runner sees an exec that worked and an exit with 127. */
    _exit(written == sizeof(report) ? 0 : 127);
}

/* By "0" the kernel understands the writer. */
static int child_enter_cgroup(const struct runner_job *job)
{
    if (!job->strings.has_cgroup)
        return 0;
    return write(job->fds[JOB_CGROUP_PROCS], "0", 1) < 0 ? -errno : 0;
}

/* See shield.h. */
static int child_raise_shield(const struct runner_job *job)
{
    if (job->shield_fd < 0)
        return 0;
    return syscall(SYS_landlock_restrict_self, job->shield_fd, 0) < 0 ? -errno : 0;
}

static void __attribute__((noreturn))
child_main(const struct runner_job *job, const struct plan *plan, int exec_fd)
{
    int r;

    setsid();
    r = child_enter_cgroup(job);
    if (r < 0)
        child_fail(exec_fd, RUNNER_STEP_CGROUP, -r);
    r = child_set_stdio(job->fds);
    if (r < 0)
        child_fail(exec_fd, RUNNER_STEP_STDIO, -r);
    r = child_raise_shield(job);
    if (r < 0)
        child_fail(exec_fd, RUNNER_STEP_LANDLOCK, -r);
    child_reset_signals();
    if (plan->flags & PLAN_PERMISSIVE) {
        r = child_load_filter(plan, exec_fd);
        if (r < 0)
            child_fail(exec_fd, RUNNER_STEP_FILTER, -r);
    }
    execve(job->strings.path, job->strings.argv, job->strings.envp);
    child_fail(exec_fd, RUNNER_STEP_EXEC, errno);
}

/*
 * What the child tells comes over these. A permissive script's child sends its filter's listener;
 * of any other the filter holds the runner too by now, and may refuse sockets.
 */
static int open_ends(const struct plan *plan, int ends[2])
{
    int r = plan->flags & PLAN_PERMISSIVE
                ? socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)
                : pipe2(ends, O_CLOEXEC);

    return r < 0 ? -errno : 0;
}

pid_t runner_fork_script(const struct runner_job *job, const struct plan *plan, int *ret_exec_fd)
{
    int ends[2];
    pid_t pid = open_ends(plan, ends);

    if (pid < 0)
        return pid;
    pid = fork();
    if (pid == 0)
        child_main(job, plan, ends[1]);
    if (pid < 0)
        pid = -errno;
    close(ends[1]);
    if (pid < 0)
        close(ends[0]);
    else
        *ret_exec_fd = ends[0];
    return pid;
}
