/*
 * The command line of `virt-hook show`. Admin's process; its user is trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "show_options.h"

#include "command.h"
#include "complain.h"
#include "virthook-config.h"

#include <getopt.h>
#include <stdio.h>

static const char help_text[] =
    "Usage: virt-hook show [OPTION]... CALL\n"
    "Show one call in full: what was asked and by whom, each script, what it was refused and what\n"
    "it printed, the verdict and why, and where in the log its records stand.\n"
    "\n"
    "CALL is its id, as `virt-hook log` tells it, the beginning of that where no other call's\n"
    "begins so, or `last`.\n"
    "\n"
    "  --json          its records as they are in the log, one JSON object a line\n"
    "  --audit PLACE   log: a file or a directory (default: as configured, " VIRTHOOK_LOG_DIR "/)\n"
    "  --config FILE   configuration that says where (default " VIRTHOOK_CONFIG_PATH ")\n"
    "  --helper PATH   the helper's binary, which reads it (default " VIRTHOOK_HELPER_PATH ")\n"
    "  --help\n"
    "\n"
    "Exit status: 0 shown; 2 usage, no such call, or a log that cannot be read to its end; 3 no\n"
    "helper to be asked, where --config or --helper is given.\n"
    "\n"
    "For example: virt-hook show last\n";

enum option_key { KEY_JSON = 256, KEY_HELP };

static const struct option long_options[] = {
    PLACES_OPTION_AUDIT,
    PLACES_OPTION_CONFIG,
    PLACES_OPTION_HELPER,
    {"json", no_argument, NULL, KEY_JSON},
    {"help", no_argument, NULL, KEY_HELP},
    {0},
};

static bool take_option(struct show_options *options, int key, const char *given, int *ret_status)
{
    switch (key) {
    case PLACES_AUDIT:
    case PLACES_CONFIG:
    case PLACES_HELPER:
        return places_take_option("show", key, optarg, &options->places) == 0;
    case KEY_JSON:
        options->json = true;
        return true;
    case KEY_HELP:
        fputs(help_text, stdout);
        *ret_status = STATUS_ALLOW;
        return false;
    default:
        complain_option("show", key, given);
        return false;
    }
}

bool show_options_parse(int argc, char **argv, struct show_options *ret_options, int *ret_status)
{
    int key;

    *ret_options = (struct show_options){0};
    *ret_status = STATUS_USAGE;
    while ((key = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        if (!take_option(ret_options, key, argv[optind - 1], ret_status))
            return false;
    }
    ret_options->call = argv[optind];
    if (optind == argc || ret_options->call[0] == '\0')
        complain_usage("show", "which call? `virt-hook log` has their ids, and `last` is one");
    else if (optind + 1 < argc)
        complain_usage("show", "one call at a time, '%s' is another", argv[optind + 1]);
    else
        return true;
    return false;
}

void show_options_clear(struct show_options *options)
{
    places_clear(&options->places);
    *options = (struct show_options){0};
}
