/*
 * Starts the private helper from inside somebody else's daemon. Runs in the caller's process, which
 * may be large, threaded, and careless with its descriptors and signals.
 *
 * - posix_spawn() shares the daemon's memory until the exec, so it costs the same in a small and in
 *   a large daemon, takes no lock that another thread may hold, and reports a failed exec at once.
 * - Of the daemon's descriptors the helper gets stderr alone: 0 and 1 are /dev/null, 3 is the
 *   channel, and all others are closed, those too that the daemon forgot to mark close-on-exec.
 * - Signals are set to their defaults and unblocked; the daemon's ignored SIGPIPE or blocked
 *   SIGTERM would otherwise go on to the helper. A session of its own keeps a terminal's ^C away.
 * - Of the environment it gets the few names that settings.c keeps; what else the daemon has
 *   (LD_PRELOAD, credentials, sockets of systemd) is none of its business.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process.h"

#include "cleanup.h"
#include "clock.h"
#include "fd.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* The helper's end of the channel, as its command line says. */
#define CHANNEL_FD      3
#define CHANNEL_FD_TEXT "3"

/* Program, channel, six options with their values, NULL. */
#define ARGUMENTS_MAX 16
#define NUMBER_MAX    sizeof("18446744073709551615")

static size_t add_option(char **arguments, size_t count, const char *option, const char *value)
{
    if (!value)
        return count;
    arguments[count++] = (char *)(uintptr_t)option;
    arguments[count++] = (char *)(uintptr_t)value;
    return count;
}

/* The strings stay those of the settings; posix_spawn() only lacks the const. */
static void fill_arguments(const struct settings *settings, const char *deadline, char **arguments)
{
    size_t count = 0;

    arguments[count++] = settings->helper;
    count = add_option(arguments, count, "--channel", CHANNEL_FD_TEXT);
    count = add_option(arguments, count, "--name", settings->name);
    count = add_option(arguments, count, "--hooks", settings->hooks);
    count = add_option(arguments, count, "--config", settings->config);
    count = add_option(arguments, count, "--audit", settings->audit);
    count = add_option(arguments, count, "--profile", settings->profile);
    count = add_option(arguments, count, "--deadline", settings->deadline_ms ? deadline : NULL);
    arguments[count] = NULL;
}

/* Whether the daemon has a stderr that it means its children to have. */
static bool has_stderr(void)
{
    int flags = fcntl(STDERR_FILENO, F_GETFD);

    return flags >= 0 && !(flags & FD_CLOEXEC);
}

/* The channel first: its number of now may be one that is opened anew below. */
static int add_actions(posix_spawn_file_actions_t *actions, int channel)
{
    int r;

    r = posix_spawn_file_actions_adddup2(actions, channel, CHANNEL_FD);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (r == 0 && !has_stderr())
        r = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_addclosefrom_np(actions, CHANNEL_FD + 1);
    if (r == 0)
        r = posix_spawn_file_actions_addchdir_np(actions, "/");
    return -r;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    int r;

    /* sigfillset() leaves out the C library's own two signals, which would then be ignored. */
    memset(&all, 0xff, sizeof(all));
    sigemptyset(&none);
    r = posix_spawnattr_setsigdefault(attributes, &all);
    if (r == 0)
        r = posix_spawnattr_setsigmask(attributes, &none);
    if (r == 0)
        r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                     POSIX_SPAWN_SETSID);
    return -r;
}

static int start(char *const *arguments, char *const *environment, int channel, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int r;

    r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawnattr_init(&attributes);
    if (r != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -r;
    }
    r = add_actions(&actions, channel);
    if (r == 0)
        r = set_attributes(&attributes);
    if (r == 0)
        r = -posix_spawn(ret_pid, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return r;
}

/* A process that has no pidfd cannot be ended safely later, so it is ended now. */
static int hold_process(pid_t pid, struct process *ret_process)
{
    int pidfd = pidfd_open(pid, 0);
    int error = errno;

    if (pidfd < 0) {
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        return -error;
    }
    *ret_process = (struct process){.pid = pid, .pidfd = pidfd};
    return 0;
}

int process_spawn(const struct settings *settings, struct process *ret_process, int *ret_socket)
{
    char *arguments[ARGUMENTS_MAX], deadline[NUMBER_MAX];
    int pair[2], r;
    pid_t pid = 0;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    auto_close int ours = pair[0];
    auto_close int theirs = pair[1];

    snprintf(deadline, sizeof(deadline), "%" PRIu64, settings->deadline_ms);
    fill_arguments(settings, deadline, arguments);
    r = start(arguments, settings->environment, theirs, &pid);
    if (r == 0)
        r = hold_process(pid, ret_process);
    if (r == 0)
        *ret_socket = take_fd(&ours);
    return r;
}

void process_kill(const struct process *process)
{
    if (process->pidfd >= 0)
        pidfd_send_signal(process->pidfd, SIGKILL, NULL, 0);
}

/* Waits for the process's end; a pidfd becomes readable then. */
static void await_end(const struct process *process, int wait_ms)
{
    uint64_t until = clock_add_ms(clock_now_ms(), (uint64_t)wait_ms);

    (void)fd_await(process->pidfd, POLLIN, until);
}

bool process_reap(struct process *process, int wait_ms)
{
    siginfo_t info = {0};
    int r;

    if (process->pidfd < 0)
        return true;
    if (wait_ms > 0)
        await_end(process, wait_ms);
    r = waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED | WNOHANG);
    /* ECHILD: the daemon ignores SIGCHLD, or waits for any child and took ours. */
    if (r < 0 ? errno != ECHILD : info.si_pid == 0)
        return false;
    process->code = info.si_code;
    process->status = info.si_status;
    close_fd(&process->pidfd);
    return true;
}

void process_describe_end(const struct process *process, char *ret_text, size_t size)
{
    if (process->code == CLD_EXITED)
        snprintf(ret_text, size, "exited with status %d", process->status);
    else if (process->code == CLD_KILLED || process->code == CLD_DUMPED)
        snprintf(ret_text, size, "was ended by signal %d", process->status);
    else
        snprintf(ret_text, size, "closed its channel");
}
