/*
 * The command line of `virt-hook run`. Admin's process; its user is trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "run_options.h"

#include "command.h"
#include "complain.h"
#include "number.h"
#include "virthook-config.h"
#include "virthook.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* A deadline as the configuration may have it. */
#define TIMEOUT_MIN_MS 100
#define TIMEOUT_MAX_MS 3600000

#define NAMES_MIN       4
#define EVENT_NAMES_MIN 3
#define NAMES_MAX       5

static const char help_text[] =
    "Usage: virt-hook run [OPTION]... DRIVER OBJECT OPERATION SUB-OPERATION [EXTRA]\n"
    "       virt-hook run --event [OPTION]... KIND OBJECT EVENT [DETAIL [EXTRA]]\n"
    "Make one hook call as libvirt would, through a helper of its own, and show what comes of it.\n"
    "What is on stdin goes to the hooks' stdin; a terminal counts as empty. The hooks' output "
    "comes\n"
    "on stdout, what they say and a one-line verdict on stderr.\n"
    "\n"
    "  --event            run the scripts of an event, as virteventd would have them run; stdin is "
    "the\n"
    "                     event as JSON\n"
    "  --uri URI          the daemon that told of the event: a script's virsh asks it by default\n"
    "  --config FILE      configuration (default " VIRTHOOK_CONFIG_PATH ")\n"
    "  --hooks DIR        where hooks are, instead of the configuration's\n"
    "  --audit FILE       audit log, or a directory ending in /, instead of the configuration's\n"
    "  --profile NAME     profile of all the hooks, instead of what the configuration's rules say\n"
    "  --timeout SECONDS  deadline of the call, 0.1 to 3600, instead of the configuration's\n"
    "  --json             one JSON object on stdout, in place of the output and the verdict\n"
    "  --helper PATH      the helper's binary (default " VIRTHOOK_HELPER_PATH ")\n"
    "  --help\n"
    "\n"
    "A user other than root has the configuration $XDG_CONFIG_HOME/virthook/virthook.conf. "
    "Without\n"
    "it, hooks are in $XDG_CONFIG_HOME/virthook/hooks and the log in $XDG_STATE_HOME/virthook/.\n"
    "\n"
    "Exit status: 0 allow, of an event: all scripts did well; 1 deny, a script failed; 2 usage or\n"
    "configuration; 3 no helper; 130 interrupted.\n"
    "\n"
    "For example: virt-hook run qemu guest1 prepare begin < guest1.xml\n"
    "             virt-hook run --event domain guest1 stopped crashed < event.json\n";

enum option_key {
    KEY_PROFILE = 256,
    KEY_TIMEOUT,
    KEY_JSON,
    KEY_EVENT,
    KEY_URI,
    KEY_HELP,
};

static const struct option long_options[] = {
    PLACES_OPTION_CONFIG,
    PLACES_OPTION_HOOKS,
    PLACES_OPTION_AUDIT,
    {"profile", required_argument, NULL, KEY_PROFILE},
    {"timeout", required_argument, NULL, KEY_TIMEOUT},
    {"json", no_argument, NULL, KEY_JSON},
    {"event", no_argument, NULL, KEY_EVENT},
    {"uri", required_argument, NULL, KEY_URI},
    PLACES_OPTION_HELPER,
    {"help", no_argument, NULL, KEY_HELP},
    {0},
};

/* Always false: the command ends here. */
#define refuse(...) (complain_usage("run", __VA_ARGS__), false)

static bool take_timeout(const char *value, uint64_t *ret_ms)
{
    uint64_t ms;

    if (!number_parse_seconds(value, &ms) || ms < TIMEOUT_MIN_MS || ms > TIMEOUT_MAX_MS)
        return refuse("--timeout takes seconds from 0.1 to 3600, not '%s'", value);
    *ret_ms = ms;
    return true;
}

/* One option, as given; false where it, or --help, ends the command. */
static bool take_option(struct run_options *options, int key, const char *given, int *ret_status)
{
    switch (key) {
    case PLACES_CONFIG:
    case PLACES_HOOKS:
    case PLACES_AUDIT:
    case PLACES_HELPER:
        return places_take_option("run", key, optarg, &options->places) == 0;
    case KEY_PROFILE:
        options->profile = optarg;
        return true;
    case KEY_TIMEOUT:
        return take_timeout(optarg, &options->timeout_ms);
    case KEY_JSON:
        options->json = true;
        return true;
    case KEY_EVENT:
        options->event = true;
        return true;
    case KEY_URI:
        options->uri = optarg;
        return true;
    case KEY_HELP:
        fputs(help_text, stdout);
        *ret_status = STATUS_ALLOW;
        return false;
    default:
        complain_option("run", key, given);
        return false;
    }
}

/* An option that stands behind the names would be taken for the last of them without a word. */
static const char *find_late_option(const struct run_options *options, bool literal)
{
    const char *last = options->extra ? options->extra : options->sub_operation;

    return last && !literal && strncmp(last, "--", 2) == 0 ? last : NULL;
}

static bool check_class(const struct run_options *options, const char *name)
{
    if (!options->event && virthook_is_kind(name) && !virthook_is_driver(name))
        return refuse("'%s' is the kind of an event's object: put --event before it", name);
    if (!options->event && !virthook_is_driver(name))
        return refuse("the driver is qemu, network, lxc, libxl, bhyve or daemon, not '%s'", name);
    if (options->event && !virthook_is_kind(name))
        return refuse("an event's kind is domain, network, storage-pool, node-device, secret or "
                      "daemon, not '%s'",
                      name);
    if (!options->event && options->uri)
        return refuse("--uri is for events: put --event before it, or leave it out");
    if (options->event && options->places.hooks)
        return refuse("--hooks is not for events: their scripts are where 'events' of the "
                      "configuration says");
    return true;
}

static bool count_names(const struct run_options *options, int count, char **names)
{
    if (options->event && count < EVENT_NAMES_MIN)
        return refuse("a name is missing: KIND OBJECT EVENT [DETAIL [EXTRA]]");
    if (!options->event && count < NAMES_MIN)
        return refuse("a name is missing: DRIVER OBJECT OPERATION SUB-OPERATION [EXTRA]");
    if (count > NAMES_MAX)
        return refuse("one name too many: '%s'", names[NAMES_MAX]);
    return true;
}

static bool take_names(struct run_options *options, int count, char **names, bool literal)
{
    const char *late;

    if (!count_names(options, count, names) || !check_class(options, names[0]))
        return false;
    options->driver = names[0];
    options->object = names[1];
    options->operation = names[2];
    options->sub_operation = count >= NAMES_MIN ? names[3] : NULL;
    options->extra = count == NAMES_MAX ? names[4] : NULL;
    late = find_late_option(options, literal);
    if (late)
        return refuse("'%s' stands behind the names, where no option is taken: put it before them; "
                      "if it is meant as EXTRA, put -- before them",
                      late);
    return true;
}

bool run_options_parse(int argc, char **argv, struct run_options *ret_options, int *ret_status)
{
    int key;

    *ret_options = (struct run_options){0};
    *ret_status = STATUS_USAGE;
    /* "+": options end at the first name, so that an object may begin with a hyphen. */
    while ((key = getopt_long(argc, argv, "+:", long_options, NULL)) != -1) {
        if (!take_option(ret_options, key, argv[optind - 1], ret_status))
            return false;
    }
    return take_names(ret_options, argc - optind, argv + optind,
                      strcmp(argv[optind - 1], "--") == 0);
}

void run_options_clear(struct run_options *options)
{
    places_clear(&options->places);
    *options = (struct run_options){0};
}
