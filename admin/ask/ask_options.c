/*
 * The options that all questions share, and an answer as JSON. Admin's process; its user is
 * trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ask_options.h"

#include "command.h"
#include "complain.h"

#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>

enum option_key {
    KEY_CONFIG = 256,
    KEY_HOOKS,
    KEY_PROFILE,
    KEY_JSON,
    KEY_HELPER,
    KEY_HELP,
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, KEY_CONFIG},
    {"hooks", required_argument, NULL, KEY_HOOKS},
    {"profile", required_argument, NULL, KEY_PROFILE},
    {"json", no_argument, NULL, KEY_JSON},
    {"helper", required_argument, NULL, KEY_HELPER},
    {"help", no_argument, NULL, KEY_HELP},
    {0},
};

/* What the options are read for. */
struct reading {
    const char *command, *help;
    struct ask_options *options;
    int *ret_status;
};

static bool take_path(const struct reading *reading, const char *option, char **slot)
{
    return places_take(reading->command, option, optarg, slot) == 0;
}

static bool take_option(const struct reading *reading, int key, const char *given)
{
    struct ask_options *options = reading->options;

    switch (key) {
    case KEY_CONFIG:
        return take_path(reading, "--config", &options->places.config);
    case KEY_HOOKS:
        return take_path(reading, "--hooks", &options->places.hooks);
    case KEY_HELPER:
        return take_path(reading, "--helper", &options->places.helper);
    case KEY_PROFILE:
        options->profile = optarg;
        return true;
    case KEY_JSON:
        options->json = true;
        return true;
    case KEY_HELP:
        fputs(reading->help, stdout);
        *reading->ret_status = STATUS_ALLOW;
        return false;
    default:
        complain_option(reading->command, key, given);
        return false;
    }
}

bool ask_options_parse(int argc, char **argv, const char *help, struct ask_options *ret_options,
                       int *ret_status)
{
    const struct reading reading = {argv[0], help, ret_options, ret_status};
    int key;

    *ret_options = (struct ask_options){0};
    *ret_status = STATUS_USAGE;
    /* "+": options end at the first name, so that an object may begin with a hyphen. */
    while ((key = getopt_long(argc, argv, "+:", long_options, NULL)) != -1) {
        if (!take_option(&reading, key, argv[optind - 1]))
            return false;
    }
    ret_options->names = (const char *const *)argv + optind;
    ret_options->name_count = argc - optind;
    *ret_status = places_complete(argv[0], &ret_options->places);
    return *ret_status == 0;
}

void ask_options_clear(struct ask_options *options)
{
    places_clear(&options->places);
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
