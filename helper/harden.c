/*
 * The helper's own process, made safe before anything else. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "harden.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens get the lowest number, so that none of them becomes one of the three by accident. */
static void fill_standard_descriptors(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

void harden_process(void)
{
    fill_standard_descriptors();
    prctl(PR_SET_DUMPABLE, 0);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    (void)!chdir("/");
}
