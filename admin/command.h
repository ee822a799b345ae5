/*
 * The subcommands of virt-hook. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* Exit statuses, the same for all subcommands. */
enum status {
    STATUS_ALLOW = 0,
    STATUS_DENY = 1,
    STATUS_USAGE = 2,     /* or a configuration that is refused */
    STATUS_NO_HELPER = 3, /* none can be started, or it gave no answer */
    STATUS_INTERRUPTED = 130,
};

/* argv[0] is the subcommand's name. Each returns an exit status. */
int run_command(int argc, char **argv);
