/*
 * The command line of `virt-hook status` and `virt-hook reload`. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

struct control_options {
    char *socket;         /* absolute, owned; NULL: all helpers */
    char *libvirt, *shim; /* the same, of status alone; NULL: not given */
    bool json;
};

/*
 * Reads the options of argv[0]. False where the command ends here, with `*ret_status`; in either
 * case control_options_clear() gives back what was taken.
 */
bool control_options_parse(int argc, char **argv, const char *help,
                           struct control_options *ret_options, int *ret_status);

void control_options_clear(struct control_options *options);
