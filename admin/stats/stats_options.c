/*
 * The command line of `virt-hook stats`. Admin's process; its user is trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stats_options.h"

#include "command.h"
#include "complain.h"
#include "virthook-config.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char help_text[] =
    "Usage: virt-hook stats [OPTION]...\n"
    "Show how often each script ran, how long it took and what it denied, the slowest first.\n"
    "\n"
    "  --guest NAME     count calls of this object alone\n"
    "  --driver NAME    count calls of this driver alone, or events of this kind: qemu, domain "
    "...\n"
    "  --since TIME     count calls that ended then or later: \"2026-11-23 09:41:18\",\n"
    "                   \"2026-11-23\", \"09:41\", today, yesterday, now, \"-2h\", \"2 hours "
    "ago\"\n"
    "  --until TIME     count calls that ended then or before\n"
    "  --sort KEY       p95 (the default), p50, max, calls, denied, timeouts, last or script\n"
    "  --json           one JSON object\n"
    "  --openmetrics    metrics for the node exporter's textfile collector\n"
    "  --output FILE    into this file, which is replaced at once when all is written\n"
    "  --audit PLACE    log: a file or a directory (default: as configured, " VIRTHOOK_LOG_DIR
    "/)\n"
    "  --config FILE    configuration that says where (default " VIRTHOOK_CONFIG_PATH ")\n"
    "  --helper PATH    the helper's binary, which reads it (default " VIRTHOOK_HELPER_PATH ")\n"
    "  --help\n"
    "\n"
    "p50 and p95 are what half, and 95 percent, of the runs did not exceed, within 4 percent.\n"
    "\n"
    "Exit status: 0 shown, even where there was no call; 2 usage, a log that cannot be read, or a\n"
    "file that cannot be written; 3 no helper to be asked, where --config or --helper is given.\n"
    "\n"
    "For example: virt-hook stats --driver qemu\n";

enum option_key {
    KEY_GUEST = 256,
    KEY_DRIVER,
    KEY_SINCE,
    KEY_UNTIL,
    KEY_SORT,
    KEY_JSON,
    KEY_OPENMETRICS,
    KEY_OUTPUT,
    KEY_HELP,
};

static const struct option long_options[] = {
    PLACES_OPTION_AUDIT,
    PLACES_OPTION_CONFIG,
    PLACES_OPTION_HELPER,
    {"guest", required_argument, NULL, KEY_GUEST},
    {"driver", required_argument, NULL, KEY_DRIVER},
    {"since", required_argument, NULL, KEY_SINCE},
    {"until", required_argument, NULL, KEY_UNTIL},
    {"sort", required_argument, NULL, KEY_SORT},
    {"json", no_argument, NULL, KEY_JSON},
    {"openmetrics", no_argument, NULL, KEY_OPENMETRICS},
    {"output", required_argument, NULL, KEY_OUTPUT},
    {"help", no_argument, NULL, KEY_HELP},
    {0},
};

static const char *const sort_names[] = {
    [SORT_P95] = "p95",     [SORT_P50] = "p50",       [SORT_MAX] = "max",
    [SORT_CALLS] = "calls", [SORT_DENIED] = "denied", [SORT_TIMEOUTS] = "timeouts",
    [SORT_LAST] = "last",   [SORT_SCRIPT] = "script",
};

#define SORT_NAMES (sizeof(sort_names) / sizeof(sort_names[0]))

static bool take_sort(const char *value, enum stats_sort *ret_sort)
{
    for (size_t i = 0; i < SORT_NAMES; i++) {
        if (strcmp(sort_names[i], value) == 0) {
            *ret_sort = (enum stats_sort)i;
            return true;
        }
    }
    complain_usage("stats",
                   "--sort takes p95, p50, max, calls, denied, timeouts, last or script, not '%s'",
                   value);
    return false;
}

static bool take_moment(const char *option, char slot[MOMENT_SIZE])
{
    if (moment_parse(optarg, time(NULL), slot))
        return true;
    complain_usage("stats", "%s takes a time like %s, not '%s'", option, MOMENT_FORMS, optarg);
    return false;
}

static bool take_form(enum stats_form form, enum stats_form *slot)
{
    if (*slot != STATS_TABLE && *slot != form) {
        complain_usage("stats", "--json and --openmetrics are two forms: choose one");
        return false;
    }
    *slot = form;
    return true;
}

static bool take_option(struct stats_options *options, int key, const char *given, int *ret_status)
{
    switch (key) {
    case PLACES_AUDIT:
    case PLACES_CONFIG:
    case PLACES_HELPER:
        return places_take_option("stats", key, optarg, &options->places) == 0;
    case KEY_GUEST:
        options->filter.guest = optarg;
        return true;
    case KEY_DRIVER:
        options->filter.driver = optarg;
        return true;
    case KEY_OUTPUT:
        options->output = optarg;
        return true;
    case KEY_SINCE:
        return take_moment("--since", options->filter.since);
    case KEY_UNTIL:
        return take_moment("--until", options->filter.until);
    case KEY_SORT:
        return take_sort(optarg, &options->sort);
    case KEY_JSON:
        return take_form(STATS_JSON, &options->form);
    case KEY_OPENMETRICS:
        return take_form(STATS_OPENMETRICS, &options->form);
    case KEY_HELP:
        fputs(help_text, stdout);
        *ret_status = STATUS_ALLOW;
        return false;
    default:
        complain_option("stats", key, given);
        return false;
    }
}

/* What the options say together; `rest` is the first word that is none, or NULL. */
static bool has_sense(const struct stats_options *options, const char *rest)
{
    const struct filter *filter = &options->filter;

    if (rest)
        complain_usage("stats", "'%s' is no option: a guest is named by --guest", rest);
    else if (filter->until[0] && strcmp(filter->since, filter->until) > 0)
        complain_usage("stats", "--since is later than --until");
    else
        return true;
    return false;
}

bool stats_options_parse(int argc, char **argv, struct stats_options *ret_options, int *ret_status)
{
    int key;

    *ret_options = (struct stats_options){0};
    *ret_status = STATUS_USAGE;
    while ((key = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        if (!take_option(ret_options, key, argv[optind - 1], ret_status))
            return false;
    }
    return has_sense(ret_options, argv[optind]);
}

void stats_options_clear(struct stats_options *options)
{
    places_clear(&options->places);
    *options = (struct stats_options){0};
}
