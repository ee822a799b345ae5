/*
 * What goes wrong, said on stderr in the form that all subcommands share. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/*
 * "virt-hook COMMAND: SENTENCE" on a line of its own, its controls escaped. Returns `status`, so
 * that the caller can end with it.
 */
__attribute__((format(printf, 3, 4))) int complain(int status, const char *command,
                                                   const char *format, ...);

/*
 * The same about the command line, with a second line that leads to --help. Returns STATUS_USAGE.
 */
__attribute__((format(printf, 2, 3))) int complain_usage(const char *command, const char *format,
                                                         ...);

/*
 * What is wrong with an option that getopt_long(3) gave back as '?' or ':' ("+:" or ":" stand
 * first in its short options); `given` is argv[optind - 1]. Returns STATUS_USAGE.
 */
int complain_option(const char *command, int key, const char *given);
