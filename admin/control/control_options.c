/*
 * The command line of `virt-hook status` and `virt-hook reload`. Admin's process; its user is
 * trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "control_options.h"

#include "command.h"
#include "complain.h"
#include "places.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_key {
    KEY_LIBVIRT = 256,
    KEY_SHIM,
    KEY_SOCKET,
    KEY_JSON,
    KEY_HELP,
};

/* Those of status alone stand first. */
#define OF_STATUS_ALONE 2

static const struct option long_options[] = {
    {"libvirt", required_argument, NULL, KEY_LIBVIRT},
    {"shim", required_argument, NULL, KEY_SHIM},
    {"socket", required_argument, NULL, KEY_SOCKET},
    {"json", no_argument, NULL, KEY_JSON},
    {"help", no_argument, NULL, KEY_HELP},
    {0},
};

/* One option, as given; false where it ends the command. */
static bool take_option(struct control_options *options, const char *command, int key,
                        const char *given, const char *help, int *ret_status)
{
    switch (key) {
    case KEY_LIBVIRT:
        *ret_status = places_take(command, "--libvirt", optarg, &options->libvirt);
        return *ret_status == 0;
    case KEY_SHIM:
        *ret_status = places_take(command, "--shim", optarg, &options->shim);
        return *ret_status == 0;
    case KEY_SOCKET:
        *ret_status = places_take(command, "--socket", optarg, &options->socket);
        return *ret_status == 0;
    case KEY_JSON:
        options->json = true;
        return true;
    case KEY_HELP:
        fputs(help, stdout);
        *ret_status = STATUS_ALLOW;
        return false;
    default:
        *ret_status = complain_option(command, key, given);
        return false;
    }
}

bool control_options_parse(int argc, char **argv, const char *help,
                           struct control_options *ret_options, int *ret_status)
{
    const struct option *table = strcmp(argv[0], "status") == 0 ? long_options
                                                                : long_options + OF_STATUS_ALONE;
    int key;

    *ret_options = (struct control_options){0};
    while ((key = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (!take_option(ret_options, argv[0], key, argv[optind - 1], help, ret_status))
            return false;
    }
    if (optind < argc) {
        *ret_status = complain_usage(argv[0], "one word too many: '%s'", argv[optind]);
        return false;
    }
    return true;
}

void control_options_clear(struct control_options *options)
{
    free(options->socket);
    free(options->libvirt);
    free(options->shim);
    *options = (struct control_options){0};
}
