/*
 * The helper's own process, made safe before anything else. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "harden.h"

#include "fd.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Scripts keep the former limit: more than 1024 breaks those that use select(2). */
static void raise_file_limit(struct rlimit *ret_former)
{
    struct rlimit raised;

    getrlimit(RLIMIT_NOFILE, ret_former);
    raised = *ret_former;
    raised.rlim_cur = raised.rlim_max;
    setrlimit(RLIMIT_NOFILE, &raised);
}

void harden_process(struct rlimit *ret_files)
{
    raise_file_limit(ret_files);
    fd_fill_standard();
    prctl(PR_SET_DUMPABLE, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    umask(077);
    (void)!chdir("/");
}
