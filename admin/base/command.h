/*
 * The subcommands of virt-hook. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* Exit statuses, the same for all subcommands. */
enum status {
    STATUS_ALLOW = 0, /* `run`; of others: done, and nothing is wrong */
    STATUS_DENY = 1,  /* `run`; of others: done, and what was looked at is not as it should be */
    STATUS_USAGE = 2, /* or a configuration that is refused, or a file that cannot be read */
    STATUS_NO_HELPER = 3, /* none can be started, none runs, or it gave no answer */
    STATUS_INTERRUPTED = 130,
};

/* argv[0] is the subcommand's name. Each returns an exit status. */
int check_command(int argc, char **argv);
int explain_command(int argc, char **argv);
int list_command(int argc, char **argv);
int log_command(int argc, char **argv);
int run_command(int argc, char **argv);
int show_command(int argc, char **argv);
int suggest_command(int argc, char **argv);
int adopt_command(int argc, char **argv);
int release_command(int argc, char **argv);
int status_command(int argc, char **argv);
int reload_command(int argc, char **argv);
int stats_command(int argc, char **argv);
