/*
 * A permissive script's filter. Runs between fork and exec: raw system calls alone.
 *
 * A privileged process keeps the right to gain more by exec, so that the script may use sudo as it
 * would without any profile; another must give it up, or it may load no filter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "child_filter.h"

#include "job.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Since Linux 5.19: only a deadly signal ends the wait for an answer, so that no call is asked
 * about twice. */
#define WAIT_KILLABLE (1UL << 5)

static int load(const struct plan *plan, unsigned long flags)
{
    struct sock_fprog program = {
        .len = (unsigned short)plan->filter_count,
        .filter = (struct sock_filter *)(uintptr_t)plan->filter,
    };
    long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                      SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program);

    return fd < 0 ? -errno : (int)fd;
}

static int load_as_may_be(const struct plan *plan, unsigned long flags)
{
    int fd = load(plan, flags);

    if (fd != -EACCES)
        return fd;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    return load(plan, flags);
}

static int send_listener(int channel, int listener)
{
    static const struct runner_report report = {.event = RUNNER_LISTENER};
    static union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec data = {.iov_base = (void *)(uintptr_t)&report, .iov_len = sizeof(report)};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof(control.bytes),
    };

    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    *(int *)(void *)CMSG_DATA(&control.header) = listener;
    return sendmsg(channel, &message, PLAN_LISTENER_FLAGS) < 0 ? -errno : 0;
}

int child_load_filter(const struct plan *plan, int channel)
{
    int listener = load_as_may_be(plan, WAIT_KILLABLE);
    int r;

    if (listener == -EINVAL)
        listener = load_as_may_be(plan, 0);
    if (listener < 0)
        return listener;
    r = send_listener(channel, listener);
    close(listener);
    return r;
}
