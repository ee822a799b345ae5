/*
 * virteventd's command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "options.h"

#include "virthook-config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a wrong use, as in virt-hook. */
#define STATUS_USAGE 2

static const char help_text[] =
    "Usage: virteventd [--config FILE] [--uri URI]...\n"
    "       virteventd --print [--uri URI]...\n"
    "       virteventd --check | --status [--json] [--config FILE]\n"
    "Run scripts on libvirt's events, or show the events.\n"
    "\n"
    "  --config FILE  configuration (default " VIRTHOOK_CONFIG_DIR "/virteventd.conf, in a\n"
    "                 session $XDG_CONFIG_HOME/virthook/virteventd.conf)\n"
    "  --uri URI      a daemon to watch, several times for several, instead of the\n"
    "                 configuration's (default: libvirt's own)\n"
    "  --print        show each event as one JSON object a line, until ended; run nothing\n"
    "  --check        read the configuration, tell what is wrong with it, and end\n"
    "  --status       tell what the virteventd that runs is at\n"
    "  --json         with --status: as one JSON object\n"
    "  --help\n"
    "  --version\n"
    "\n"
    "Every event that this libvirt knows is asked for: of domains, networks, storage pools, node\n"
    "devices and secrets. Kind 'daemon' tells when the connection came and went; one that is lost\n"
    "is tried again. Which scripts run for which events virthook.conf says; 'virt-hook list' and\n"
    "'virt-hook explain --event' tell. SIGHUP has the configuration read again.\n"
    "\n"
    "Exit status: 0 ended by SIGINT or SIGTERM, or nobody reads what --print shows; 1 it could "
    "not\n"
    "begin or go on, the configuration is refused, or none runs; 2 usage.\n"
    "\n"
    "Example: virteventd --print --uri qemu:///system --uri lxc:///system\n";

enum {
    KEY_CONFIG = 'c',
    KEY_URI = 'u',
    KEY_PRINT = 'p',
    KEY_CHECK = 'k',
    KEY_STATUS = 's',
    KEY_JSON = 'j',
    KEY_HELP = 'h',
    KEY_VERSION = 'v',
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, KEY_CONFIG},
    {"uri", required_argument, NULL, KEY_URI},
    {"print", no_argument, NULL, KEY_PRINT},
    {"check", no_argument, NULL, KEY_CHECK},
    {"status", no_argument, NULL, KEY_STATUS},
    {"json", no_argument, NULL, KEY_JSON},
    {"help", no_argument, NULL, KEY_HELP},
    {"version", no_argument, NULL, KEY_VERSION},
    {},
};

static bool refuse(const char *format, const char *what)
{
    fputs("virteventd: ", stderr);
    fprintf(stderr, "%s%s; try 'virteventd --help'\n", format, what);
    return false;
}

static bool take_uri(struct options *options, char *uri)
{
    if (options->uri_count == URIS_MAX)
        return refuse("more daemons are named than one virteventd watches, the first too many is ",
                      uri);
    for (size_t i = 0; i < options->uri_count; i++) {
        if (strcmp(options->uris[i], uri) == 0)
            return refuse("named twice: ", uri);
    }
    options->uris[options->uri_count++] = uri;
    return true;
}

static bool take_mode(struct options *options, enum options_mode mode)
{
    if (options->mode != MODE_SERVE && options->mode != mode)
        return refuse("--print, --check and --status do not go together", "");
    options->mode = mode;
    return true;
}

static bool take_option(struct options *options, int key, char *argument)
{
    switch (key) {
    case KEY_CONFIG:
        options->config = argument;
        return true;
    case KEY_URI:
        return take_uri(options, argument);
    case KEY_PRINT:
        return take_mode(options, MODE_PRINT);
    case KEY_CHECK:
        return take_mode(options, MODE_CHECK);
    case KEY_STATUS:
        return take_mode(options, MODE_STATUS);
    case KEY_JSON:
        options->json = true;
        return true;
    default:
        return false; /* getopt has said why */
    }
}

/* What has no meaning beside what else was given. */
static bool check_together(const struct options *options)
{
    bool watches = options->mode == MODE_SERVE || options->mode == MODE_PRINT;

    if (options->mode == MODE_PRINT && options->config)
        return refuse("--print reads no configuration: leave out --config", "");
    if (!watches && options->uri_count > 0)
        return refuse("nothing is watched: leave out --uri ", options->uris[0]);
    if (options->mode != MODE_STATUS && options->json)
        return refuse("--json goes with --status", "");
    return true;
}

static bool print_text(const char *text, int *ret_status)
{
    fputs(text, stdout);
    *ret_status = EXIT_SUCCESS;
    return false;
}

bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_status)
{
    struct options options = {};
    int key;

    *ret_status = STATUS_USAGE;
    while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (key == KEY_HELP)
            return print_text(help_text, ret_status);
        if (key == KEY_VERSION)
            return print_text("virteventd " VIRTHOOK_VERSION "\n", ret_status);
        if (!take_option(&options, key, optarg))
            return false;
    }
    if (optind < argc)
        return refuse("nothing but options is taken: ", argv[optind]);
    if (!check_together(&options))
        return false;
    *ret_options = options;
    return true;
}
