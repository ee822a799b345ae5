/*
 * The command line of `virt-hook adopt` and `virt-hook release`. Admin's process; its user is
 * trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "adopt_options.h"

#include "command.h"
#include "complain.h"
#include "places.h"
#include "virthook-config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_HELP                                                               \
    "  --dry-run      show what would be done, and change nothing\n"               \
    "  --libvirt DIR  where libvirt looks for hooks (default " LIBVIRT_HOOKS ")\n" \
    "  --hooks DIR    where virthook does (default " VIRTHOOK_HOOKS_DIR ")\n"      \
    "  --shim PATH    the shim (default " VIRTHOOK_SHIM_PATH ")\n"                 \
    "  --json         one JSON object, also where it is refused\n"

static const char adopt_help[] =
    "Usage: virt-hook adopt [OPTION]... [DRIVER]...\n"
    "Move libvirt's hooks, DRIVER and DRIVER.d, under virthook and put the shim in their place, "
    "for\n"
    "all drivers that have any or for those that are named. Names, contents, modes, owners and "
    "times\n"
    "stay; what else lies beside the hooks stays there, and links in virthook's directory lead to "
    "it.\n"
    "Either all is done or nothing. 'virt-hook release' takes it back.\n"
    "\n"
    "Hooks that libvirt runs can do all that root can. Where the configuration would neither let\n"
    "them nor give them a profile by a rule, the lines that it needs are shown and nothing is "
    "moved.\n"
    "\n" OPTIONS_HELP "  --config FILE  configuration (default " VIRTHOOK_CONFIG_PATH ")\n"
    "  --helper PATH  the helper's binary, which reads it (default " VIRTHOOK_HELPER_PATH ")\n"
    "  --help\n"
    "\n"
    "Exit status: 0 done, or nothing to do; 1 nothing was changed, since the configuration needs\n"
    "what is shown; 2 refused, and nothing was changed; 3 the same, since no helper can be asked.\n"
    "\n"
    "For example: virt-hook adopt --dry-run\n";

static const char release_help[] =
    "Usage: virt-hook release [OPTION]... [DRIVER]...\n"
    "Take the shim away and move the hooks, DRIVER and DRIVER.d, back to where libvirt runs them\n"
    "itself, for all drivers that were adopted or for those that are named. Names, contents, "
    "modes,\n"
    "owners and times stay. Either all is done or nothing.\n"
    "\n" OPTIONS_HELP "  --help\n"
    "\n"
    "Exit status: 0 done, or nothing to do; 2 refused, and nothing was changed.\n"
    "\n"
    "For example: virt-hook release qemu\n";

enum option_key {
    KEY_DRY_RUN = 256,
    KEY_LIBVIRT,
    KEY_HOOKS,
    KEY_SHIM,
    KEY_JSON,
    KEY_HELP,
};

/* Those of adopt alone stand first. */
#define OF_ADOPT_ALONE 2

static const struct option long_options[] = {
    PLACES_OPTION_CONFIG,
    PLACES_OPTION_HELPER,
    {"dry-run", no_argument, NULL, KEY_DRY_RUN},
    {"libvirt", required_argument, NULL, KEY_LIBVIRT},
    {"hooks", required_argument, NULL, KEY_HOOKS},
    {"shim", required_argument, NULL, KEY_SHIM},
    {"json", no_argument, NULL, KEY_JSON},
    {"help", no_argument, NULL, KEY_HELP},
    {0},
};

static bool take_path(const struct adopt_request *request, const char *option, const char *value,
                      char **slot)
{
    size_t size;

    if (places_take(request->command, option, value, slot) != 0)
        return false;
    size = strlen(*slot);
    while (size > 1 && (*slot)[size - 1] == '/')
        (*slot)[--size] = '\0';
    return true;
}

/* One option, as given; false where it, or --help, ends the command. */
static bool take_option(struct adopt_request *request, int key, const char *given, int *ret_status)
{
    switch (key) {
    case PLACES_CONFIG:
    case PLACES_HELPER:
        return places_take_option(request->command, key, optarg, &request->places) == 0;
    case KEY_JSON:
        request->json = true;
        return true;
    case KEY_DRY_RUN:
        request->dry_run = true;
        return true;
    case KEY_LIBVIRT:
        return take_path(request, "--libvirt", optarg, &request->libvirt);
    case KEY_HOOKS:
        return take_path(request, "--hooks", optarg, &request->hooks);
    case KEY_SHIM:
        return take_path(request, "--shim", optarg, &request->shim);
    case KEY_HELP:
        fputs(request->release ? release_help : adopt_help, stdout);
        *ret_status = STATUS_ALLOW;
        return false;
    default:
        complain_option(request->command, key, given);
        return false;
    }
}

static bool take_driver(struct adopt_request *request, const char *name)
{
    int driver = libvirt_find_driver(name);

    if (driver >= 0) {
        request->asked[driver] = true;
        return true;
    }
    complain_usage(request->command,
                   "the driver is qemu, network, lxc, libxl, bhyve or daemon, not '%s'", name);
    return false;
}

static bool take_default(const struct adopt_request *request, const char *option, const char *value,
                         char **slot)
{
    return *slot ? true : take_path(request, option, value, slot);
}

static bool take_drivers(struct adopt_request *request, int count, char **names)
{
    request->named = count > 0;
    for (int i = 0; i < count; i++) {
        if (!take_driver(request, names[i]))
            return false;
    }
    for (size_t i = 0; i < LIBVIRT_DRIVERS && !request->named; i++)
        request->asked[i] = true;
    return true;
}

bool adopt_options_parse(int argc, char **argv, struct adopt_request *ret_request, int *ret_status)
{
    const struct option *table = long_options + (ret_request->release ? OF_ADOPT_ALONE : 0);
    int key;

    *ret_status = STATUS_USAGE;
    while ((key = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (!take_option(ret_request, key, argv[optind - 1], ret_status))
            return false;
    }
    return take_drivers(ret_request, argc - optind, argv + optind) &&
           take_default(ret_request, "--libvirt", LIBVIRT_HOOKS, &ret_request->libvirt) &&
           take_default(ret_request, "--hooks", VIRTHOOK_HOOKS_DIR, &ret_request->hooks) &&
           take_default(ret_request, "--shim", VIRTHOOK_SHIM_PATH, &ret_request->shim);
}

void adopt_options_clear(struct adopt_request *request)
{
    free(request->libvirt);
    free(request->hooks);
    free(request->shim);
    places_clear(&request->places);
    *request = (struct adopt_request){0};
}
