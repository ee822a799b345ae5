/*
 * The command line of `virt-hook suggest`. Admin's process; its user is trusted, and makes
 * mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "suggest_options.h"

#include "command.h"
#include "complain.h"
#include "virthook-config.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* The helper takes no longer ones: see virthook.conf(5). */
#define PROFILE_NAME_MAX 64

static const char help_text[] =
    "Usage: virt-hook suggest [OPTION]... SCRIPT\n"
    "Work out from the log the least profile that fits a script, as configuration to paste, with\n"
    "the reason for each grant. It is made of what the script did under a permissive profile, in\n"
    "all calls that the log has. SCRIPT is its path, or the last component of that.\n"
    "\n"
    "  --profile NAME  name of the profile (default: of the script)\n"
    "  --json          one JSON object\n"
    "  --audit PLACE   log: a file or a directory (default: the configuration's)\n"
    "  --config FILE   configuration (default " VIRTHOOK_CONFIG_PATH ")\n"
    "  --helper PATH   the helper's binary (default " VIRTHOOK_HELPER_PATH ")\n"
    "  --help\n"
    "\n"
    "Exit status: 0 suggested; 1 suggested, and it lacks what cannot be granted or was not kept,\n"
    "or there is no permissive run to suggest from; 2 usage, or a log that cannot be read; 3 no\n"
    "helper to be asked, where --config or --helper is given.\n"
    "\n"
    "For example: virt-hook suggest /etc/virthook/hooks/qemu\n";

enum option_key { KEY_PROFILE = 256, KEY_JSON, KEY_HELP };

static const struct option long_options[] = {
    PLACES_OPTION_AUDIT,
    PLACES_OPTION_CONFIG,
    PLACES_OPTION_HELPER,
    {"profile", required_argument, NULL, KEY_PROFILE},
    {"json", no_argument, NULL, KEY_JSON},
    {"help", no_argument, NULL, KEY_HELP},
    {0},
};

static bool is_profile_name(const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || length > PROFILE_NAME_MAX || !isalnum((unsigned char)text[0]))
        return false;
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
           length;
}

static bool take_profile(const char *value, const char **slot)
{
    *slot = value;
    if (is_profile_name(value))
        return true;
    complain_usage("suggest",
                   "--profile takes up to %d letters, digits and _ - . behind the first, not '%s'",
                   PROFILE_NAME_MAX, value);
    return false;
}

static bool take_option(struct suggest_options *options, int key, const char *given,
                        int *ret_status)
{
    switch (key) {
    case PLACES_AUDIT:
    case PLACES_CONFIG:
    case PLACES_HELPER:
        return places_take_option("suggest", key, optarg, &options->places) == 0;
    case KEY_PROFILE:
        return take_profile(optarg, &options->profile);
    case KEY_JSON:
        options->json = true;
        return true;
    case KEY_HELP:
        fputs(help_text, stdout);
        *ret_status = STATUS_ALLOW;
        return false;
    default:
        complain_option("suggest", key, given);
        return false;
    }
}

static bool take_script(int count, char **names, struct suggest_options *options)
{
    options->script = count > 0 ? names[0] : NULL;
    if (count == 1 && names[0][0])
        return true;
    if (count > 1)
        complain_usage("suggest", "one script at a time: '%s'", names[1]);
    else
        complain_usage("suggest", "the script is missing: its path");
    return false;
}

bool suggest_options_parse(int argc, char **argv, struct suggest_options *ret_options,
                           int *ret_status)
{
    int key;

    *ret_options = (struct suggest_options){0};
    *ret_status = STATUS_USAGE;
    while ((key = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        if (!take_option(ret_options, key, argv[optind - 1], ret_status))
            return false;
    }
    return take_script(argc - optind, argv + optind, ret_options);
}

void suggest_options_clear(struct suggest_options *options)
{
    places_clear(&options->places);
    *options = (struct suggest_options){0};
}
