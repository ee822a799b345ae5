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

/* Of a wrong use, as in virt-hook. */
#define STATUS_USAGE 2

static const char help_text[] =
    "Usage: virteventd --print [--uri URI]...\n"
    "Show libvirt's events as JSON lines on stdout, until it is ended; run nothing.\n"
    "\n"
    "  --print     each event as one JSON object a line\n"
    "  --uri URI   a daemon to watch, several times for several (default: libvirt's own)\n"
    "  --help\n"
    "  --version\n"
    "\n"
    "Every event that this libvirt knows is asked for: of domains, networks, storage pools, node\n"
    "devices and secrets. Kind 'daemon' tells when the connection came and went; one that is lost\n"
    "is tried again.\n"
    "\n"
    "Exit status: 0 ended by SIGINT or SIGTERM, or nobody reads stdout; 2 usage.\n"
    "\n"
    "Example: virteventd --print --uri qemu:///system --uri lxc:///system\n";

enum { KEY_PRINT = 'p', KEY_URI = 'u', KEY_HELP = 'h', KEY_VERSION = 'v' };

static const struct option long_options[] = {
    {"print", no_argument, NULL, KEY_PRINT},
    {"uri", required_argument, NULL, KEY_URI},
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

static bool take_uri(struct options *options, const char *uri)
{
    if (options->uri_count == URIS_MAX)
        return refuse("more daemons are named than one virteventd watches, the first too many is ",
                      uri);
    options->uris[options->uri_count++] = uri;
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
    bool print = false;
    int key;

    *ret_status = STATUS_USAGE;
    while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (key == KEY_HELP)
            return print_text(help_text, ret_status);
        if (key == KEY_VERSION)
            return print_text("virteventd " VIRTHOOK_VERSION "\n", ret_status);
        if (key == '?' || (key == KEY_URI && !take_uri(&options, optarg)))
            return false;
        print = print || key == KEY_PRINT;
    }
    if (optind < argc)
        return refuse("nothing but options is taken: ", argv[optind]);
    if (!print)
        return refuse("nothing to do: give --print", "");
    if (options.uri_count == 0)
        options.uri_count = 1;
    *ret_options = options;
    return true;
}
