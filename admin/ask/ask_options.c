/*
 * The options of questions, and an answer as JSON. Admin's process; its user is trusted, and makes
 * mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ask_options.h"

#include "command.h"
#include "complain.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

/* What the options are read for. */
struct reading {
    const char *name, *help;
    struct ask_options *options;
    int *ret_status;
};

static bool take_path(const struct reading *reading, const char *option, char **slot)
{
    return places_take(reading->name, option, optarg, slot) == 0;
}

static bool take_option(const struct reading *reading, int key, const char *given)
{
    struct ask_options *options = reading->options;

    switch (key) {
    case PLACES_CONFIG:
    case PLACES_HOOKS:
    case PLACES_AUDIT:
    case PLACES_HELPER:
        return places_take_option(reading->name, key, optarg, &options->places) == 0;
    case ASK_LIBVIRT:
        return take_path(reading, "--libvirt", &options->libvirt);
    case ASK_SHIM:
        return take_path(reading, "--shim", &options->shim);
    case ASK_PROFILE:
        options->profile = optarg;
        return true;
    case ASK_DRIVER:
        options->driver = optarg;
        return true;
    case ASK_GUEST:
        options->guest = optarg;
        return true;
    case ASK_EVENT:
        options->event = true;
        return true;
    case ASK_JSON:
        options->json = true;
        return true;
    case ASK_HELP:
        fputs(reading->help, stdout);
        *reading->ret_status = STATUS_ALLOW;
        return false;
    default:
        complain_option(reading->name, key, given);
        return false;
    }
}

bool ask_options_parse(int argc, char **argv, const struct ask_command *command,
                       struct ask_options *ret_options, int *ret_status)
{
    const struct reading reading = {argv[0], command->help, ret_options, ret_status};
    int key;

    *ret_options = (struct ask_options){0};
    *ret_status = STATUS_USAGE;
    /* "+": options end at the first name, so that an object may begin with a hyphen. */
    while ((key = getopt_long(argc, argv, "+:", command->table, NULL)) != -1) {
        if (!take_option(&reading, key, argv[optind - 1]))
            return false;
    }
    ret_options->names = (const char *const *)argv + optind;
    ret_options->name_count = argc - optind;
    return true;
}

int ask_options_take_no_name(const char *command, const struct ask_options *options)
{
    if (options->name_count == 0)
        return 0;
    return complain_usage(command, "no name is taken: '%s'", options->names[0]);
}

void ask_options_clear(struct ask_options *options)
{
    places_clear(&options->places);
    free(options->libvirt);
    free(options->shim);
    *options = (struct ask_options){0};
}

int ask_print_json(const char *command, struct json_object *answer)
{
    const char *text = json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PRETTY |
                                                                  JSON_C_TO_STRING_NOSLASHESCAPE);

    if (!text || puts(text) < 0 || fflush(stdout) != 0)
        return complain(STATUS_USAGE, command, "the answer cannot be printed");
    return STATUS_ALLOW;
}
