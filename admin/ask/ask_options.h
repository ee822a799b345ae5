/*
 * The options of questions. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "places.h"

#include <getopt.h>
#include <stdbool.h>

struct ask_options {
    struct places places;
    /* Borrowed; or NULL. */
    const char *profile, *driver, *guest;
    char *libvirt, *shim; /* absolute and owned; or NULL */
    bool json, event;
    const char *const *names; /* borrowed; ends in NULL */
    int name_count;
};

/* Of each command's table for getopt_long(3), which names those that it takes. */
enum ask_key {
    ASK_PROFILE = 256,
    ASK_DRIVER,
    ASK_GUEST,
    ASK_LIBVIRT,
    ASK_SHIM,
    ASK_EVENT,
    ASK_JSON,
    ASK_HELP,
};

/* What all of them take. */
#define ASK_COMMON                                                                    \
    PLACES_OPTION_CONFIG, PLACES_OPTION_HOOKS, PLACES_OPTION_HELPER, ASK_OPTION_JSON, \
        ASK_OPTION_HELP

#define ASK_OPTION_JSON                     \
    {                                       \
        "json", no_argument, NULL, ASK_JSON \
    }
#define ASK_OPTION_HELP                     \
    {                                       \
        "help", no_argument, NULL, ASK_HELP \
    }

/* What there is to read: the table ends in zeros, `help` is what --help prints. */
struct ask_command {
    const struct option *table;
    const char *help;
};

/*
 * Reads the command line; argv[0] is the subcommand's name. Returns true to go on; else
 * `*ret_status` is the exit status. The caller clears the options in any case.
 */
bool ask_options_parse(int argc, char **argv, const struct ask_command *command,
                       struct ask_options *ret_options, int *ret_status);

/* Of a command that takes no name. Returns 0, or an exit status where it was complained of one. */
int ask_options_take_no_name(const char *command, const struct ask_options *options);

void ask_options_clear(struct ask_options *options);

/* Prints the answer as it is. Returns an exit status. */
struct json_object;
int ask_print_json(const char *command, struct json_object *answer);
