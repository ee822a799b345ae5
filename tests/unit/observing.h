/*
 * How the tests of observing run a deed in a child under a permissive plan's real filter, and look
 * on as a runner does. The test's own process is the runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "instrumented.h"
#include "preparing.h"

#include "child_filter.h"
#include "job.h"
#include "observe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A folder of the test's own, and the paths that the profile of all tests names in it. */
static char root[] = "/tmp/virthook-observe-XXXXXX";
static char root_writable[64], root_hidden[64];

/* What was seen, in the order of coming. */
static struct runner_report seen[RUNNER_SIGHTS_MAX + 16];
static size_t seen_count;

static inline void note(const struct runner_report *report)
{
    assert_int_equal(report->event, RUNNER_OBSERVED);
    assert_true(seen_count < sizeof(seen) / sizeof(seen[0]));
    seen[seen_count++] = *report;
}

static inline const char *in_root(const char *file)
{
    static char path[4][128];
    static int next;

    next = (next + 1) % 4;
    snprintf(path[next], sizeof(path[next]), "%s/%s", root, file);
    return path[next];
}

static inline void write_file(const char *file, mode_t mode)
{
    int fd = open(in_root(file), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* The profile under which all is tried: of the test's own user, who is root as a rule, with no
 * capability; it shows the host's /tmp. */
static inline struct profile watched(void)
{
    static char *writable_paths[] = {root_writable, NULL};
    static char *hidden_paths[] = {root_hidden, NULL};
    struct profile profile = confined();

    if (under_valgrind())
        skip_because("valgrind does not know seccomp(2)");
    profile.uid = geteuid();
    profile.gid = getegid();
    profile.permissive = true;
    profile.host_tmp = true;
    profile.capabilities = 0;
    profile.writable = (struct text_list){1, writable_paths};
    profile.hidden = (struct text_list){1, hidden_paths};
    profile.readable = profile.sockets = (struct text_list){};
    return profile;
}

static inline int take_listener(int channel)
{
    struct runner_report report;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec data = {.iov_base = &report, .iov_len = sizeof(report)};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    const struct cmsghdr *header;
    int listener = -EBADF;

    assert_int_equal(recvmsg(channel, &message, MSG_CMSG_CLOEXEC), sizeof(report));
    assert_int_equal(report.event, RUNNER_LISTENER);
    header = CMSG_FIRSTHDR(&message);
    if (header)
        memcpy(&listener, CMSG_DATA(header), sizeof(int));
    assert_true(listener >= 0);
    return listener;
}

/* Until nobody is left under the filter. */
static inline void look_on(int listener)
{
    static struct observer observer;
    struct pollfd source = {.fd = listener, .events = POLLIN};

    memset(&observer, 0, sizeof(observer));
    observer_prepare(&observer, plan);
    observer_begin(&observer, listener, note);
    observer.began = true;
    while (poll(&source, 1, 30000) == 1 && source.revents & POLLIN)
        observer_take(&observer);
    assert_true(source.revents & POLLHUP);
    for (size_t i = 0; i < observer.view.count; i++)
        free(observer.view.entries[i].path);
}

/* Does it in a child; what it returns is 0 where all went as it should for the child itself. */
static inline void observe_under(const struct profile *profile, int (*deed)(void))
{
    int ends[2], listener, status;
    pid_t pid;

    prepare(&full, profile);
    seen_count = 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    pid = fork();
    if (pid == 0)
        _exit(child_load_filter(plan, ends[1]) < 0 ? 99 : deed());
    listener = take_listener(ends[0]);
    look_on(listener);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(listener);
    close(ends[0]);
    close(ends[1]);
}

static inline void observe(int (*deed)(void))
{
    struct profile profile = watched();

    observe_under(&profile, deed);
}

static inline void assert_seen(size_t index, enum runner_sight sight, const char *path)
{
    assert_true(index < seen_count);
    assert_int_equal(seen[index].observed.sight, sight);
    assert_string_equal(seen[index].path, path);
}

static inline void assert_call(size_t index, long number)
{
    assert_seen(index, SIGHT_CALL, "");
    assert_int_equal(seen[index].observed.number, number);
}

static inline void assert_value(size_t index, enum runner_sight sight, uint32_t value)
{
    assert_seen(index, sight, "");
    assert_int_equal(seen[index].observed.value, value);
}

/* A fresh folder for one test, seen by others too. */
static inline int make_root(void **state)
{
    strcpy(root + strlen(root) - 6, "XXXXXX");
    if (!mkdtemp(root) || chmod(root, 0755) < 0)
        return -1;
    strcpy(root_writable, in_root("writable"));
    strcpy(root_hidden, in_root("hidden"));
    return mkdir(root_writable, 0755) < 0 || mkdir(root_hidden, 0755) < 0;
}

static inline int remove_root(void **state)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", root, NULL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
    return forget_last(state);
}

#define observe_test(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)
