/*
 * libvirt's event loop, which is virteventd's own as well. In the main thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "loop.h"

#include <errno.h>
#include <libvirt/libvirt.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static bool is_over;
static loop_signal *take_signal;

static void on_signal(int watch, int fd, int events, void *user)
{
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof(info)) == sizeof(info))
        take_signal((int)info.ssi_signo, user);
}

static int watch_signals(void *user)
{
    sigset_t signals;
    int fd;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    return virEventAddHandle(fd, VIR_EVENT_HANDLE_READABLE, on_signal, user, NULL) < 0 ? -ENOMEM
                                                                                       : 0;
}

int loop_open(loop_signal *take, void *user)
{
    take_signal = take;
    return virEventRegisterDefaultImpl() < 0 ? -ENOMEM : watch_signals(user);
}

int loop_run(void)
{
    while (!is_over) {
        if (virEventRunDefaultImpl() < 0)
            return -EIO;
    }
    return 0;
}

void loop_end(void)
{
    is_over = true;
}
