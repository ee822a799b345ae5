/*
 * Typing into a terminal by ioctl(2). With a number: on /dev/null, where the kernel says that it is
 * no terminal, if it is asked at all. With "pty": into one of its own, whose other end it then
 * reads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void __attribute__((noreturn)) type_into_own_pty(void)
{
    int controller, terminal;
    char key = 'x';

    setsid();
    controller = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    if (controller < 0 || grantpt(controller) < 0 || unlockpt(controller) < 0)
        end_by("ptmx", -1);
    terminal = open(ptsname(controller), O_RDWR);
    if (terminal < 0)
        end_by("pts", -1);
    ioctl(terminal, TIOCSCTTY, 0);
    end_by("TIOCSTI", ioctl(terminal, TIOCSTI, &key));
}

int main(int argc, char **argv)
{
    char key = 'x';
    int fd;

    if (argc != 2)
        return 2;
    /* A child may become a session's leader; the script already is one. */
    if (strcmp(argv[1], "pty") == 0)
        type_into_own_pty();
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return 2;
    end_by("ioctl", syscall(SYS_ioctl, fd, strtoull(argv[1], NULL, 0), &key));
}
