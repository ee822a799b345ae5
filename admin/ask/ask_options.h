/*
 * The options that all questions share. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "places.h"

#include <stdbool.h>

struct ask_options {
    struct places places;
    const char *profile; /* borrowed; or NULL */
    bool json;
    const char *const *names; /* borrowed; ends in NULL */
    int name_count;
};

/*
 * Reads the command line; argv[0] is the subcommand's name, `help` what --help prints. Returns true
 * to go on; else `*ret_status` is the exit status. The caller clears the options in any case.
 */
bool ask_options_parse(int argc, char **argv, const char *help, struct ask_options *ret_options,
                       int *ret_status);

void ask_options_clear(struct ask_options *options);

/* Prints the answer as it is. Returns an exit status. */
struct json_object;
int ask_print_json(const char *command, struct json_object *answer);
