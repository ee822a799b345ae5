/*
 * The command line of `virt-hook log`. Admin's process; its user is trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "log_options.h"

#include "command.h"
#include "complain.h"
#include "number.h"
#include "virthook-config.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char help_text[] =
    "Usage: virt-hook log [OPTION]...\n"
    "Show the calls that have ended, the oldest first, from the logs of all helpers.\n"
    "\n"
    "  --guest NAME      of this object\n"
    "  --driver NAME     of this driver, or events of this kind: qemu, network, domain ...\n"
    "  --operation NAME  of this operation\n"
    "  --verdict NAME    allow or deny\n"
    "  --reason CODE     with this reason\n"
    "  --script SCRIPT   in which this script ran or was to run: its path, or its name alone\n"
    "  --since TIME      that ended then or later: \"2026-11-23 09:41:18\", \"2026-11-23\",\n"
    "                    \"09:41\", today, yesterday, now, \"-2h\", \"2 hours ago\", @1795426878\n"
    "  --until TIME      that ended then or before\n"
    "  -n NUMBER         the last of them, up to 10000\n"
    "  -f, --follow      go on with those that end from now on, until ^C; before them the last "
    "10,\n"
    "                    or what -n (0, too) or --since says\n"
    "  --timeline GUEST  instead, its last start or stop as bars over time; --driver, --since and\n"
    "                    --until choose which one\n"
    "  --json            the records as they are in the log, one JSON object a line\n"
    "  --verify          instead, whether a record was changed, removed or put in\n"
    "  --expect HEAD     with --verify: whether the log still has this head, kept elsewhere\n"
    "  --head            instead, the logs' heads, CHAIN:SEQ:HASH, to be kept elsewhere\n"
    "  --audit PLACE     log: a file or a directory (default: as configured, " VIRTHOOK_LOG_DIR
    "/)\n"
    "  --config FILE     configuration that says where (default " VIRTHOOK_CONFIG_PATH ")\n"
    "  --helper PATH     the helper's binary, which reads it (default " VIRTHOOK_HELPER_PATH ")\n"
    "  --help\n"
    "\n"
    "Rotated files, compressed ones too, are read with the others. A user other than root has the\n"
    "log $XDG_STATE_HOME/virthook/.\n"
    "\n"
    "Exit status: 0 shown, even where nothing matched, and the log is whole; 1 --verify found a\n"
    "break, or a log has no head; 2 usage, or a log that cannot be read to its end;\n"
    "3 no helper to be asked, where --config or --helper is given; 130 interrupted.\n"
    "\n"
    "For example: virt-hook log --guest guest1 --verdict deny -n 5\n";

enum option_key {
    KEY_AUDIT = 256,
    KEY_CONFIG,
    KEY_HELPER,
    KEY_GUEST,
    KEY_DRIVER,
    KEY_OPERATION,
    KEY_VERDICT,
    KEY_REASON,
    KEY_SCRIPT,
    KEY_SINCE,
    KEY_TIMELINE,
    KEY_UNTIL,
    KEY_JSON,
    KEY_VERIFY,
    KEY_EXPECT,
    KEY_HEAD,
    KEY_HELP,
};

static const struct option long_options[] = {
    {"audit", required_argument, NULL, KEY_AUDIT},
    {"config", required_argument, NULL, KEY_CONFIG},
    {"helper", required_argument, NULL, KEY_HELPER},
    {"guest", required_argument, NULL, KEY_GUEST},
    {"driver", required_argument, NULL, KEY_DRIVER},
    {"operation", required_argument, NULL, KEY_OPERATION},
    {"verdict", required_argument, NULL, KEY_VERDICT},
    {"reason", required_argument, NULL, KEY_REASON},
    {"script", required_argument, NULL, KEY_SCRIPT},
    {"since", required_argument, NULL, KEY_SINCE},
    {"until", required_argument, NULL, KEY_UNTIL},
    {"timeline", required_argument, NULL, KEY_TIMELINE},
    {"follow", no_argument, NULL, 'f'},
    {"json", no_argument, NULL, KEY_JSON},
    {"verify", no_argument, NULL, KEY_VERIFY},
    {"expect", required_argument, NULL, KEY_EXPECT},
    {"head", no_argument, NULL, KEY_HEAD},
    {"help", no_argument, NULL, KEY_HELP},
    {0},
};

static bool take_last(const char *value, size_t *ret_last)
{
    uint64_t number;

    if (!number_parse(value, &number) || number > LOG_LAST_MAX) {
        complain_usage("log", "-n takes a number up to %d, not '%s'", LOG_LAST_MAX, value);
        return false;
    }
    *ret_last = (size_t)number;
    return true;
}

/* The slot of an option that takes a text; NULL for others. */
static const char **find_slot(struct log_options *options, int key)
{
    switch (key) {
    case KEY_GUEST:
        return &options->filter.guest;
    case KEY_DRIVER:
        return &options->filter.driver;
    case KEY_OPERATION:
        return &options->filter.operation;
    case KEY_VERDICT:
        return &options->filter.verdict;
    case KEY_REASON:
        return &options->filter.reason;
    case KEY_TIMELINE:
        return &options->timeline;
    case KEY_SCRIPT:
        return &options->filter.script;
    default:
        return NULL;
    }
}

static bool take_place(struct places *places, int key)
{
    if (key == KEY_AUDIT)
        return places_take("log", "--audit", optarg, &places->audit) == 0;
    if (key == KEY_CONFIG)
        return places_take("log", "--config", optarg, &places->config) == 0;
    return places_take("log", "--helper", optarg, &places->helper) == 0;
}

static bool take_expect(struct log_options *options)
{
    if (options->expect_count == LOG_EXPECT_MAX) {
        complain_usage("log", "--expect is taken %d times at the most", LOG_EXPECT_MAX);
        return false;
    }
    options->expect[options->expect_count++] = optarg;
    return true;
}

/* The slot of an option that has no value; NULL for others. */
static bool *find_switch(struct log_options *options, int key)
{
    if (key == KEY_JSON)
        return &options->json;
    if (key == 'f')
        return &options->follow;
    if (key == KEY_VERIFY)
        return &options->verify;
    return key == KEY_HEAD ? &options->head : NULL;
}

static bool take_moment(const char *option, char slot[MOMENT_SIZE])
{
    if (moment_parse(optarg, time(NULL), slot))
        return true;
    complain_usage("log", "%s takes a time like %s, not '%s'", option, MOMENT_FORMS, optarg);
    return false;
}

static bool take_option(struct log_options *options, int key, const char *given, int *ret_status)
{
    const char **slot = find_slot(options, key);
    bool *given_switch = find_switch(options, key);

    if (slot) {
        *slot = optarg;
        return true;
    }
    if (given_switch) {
        *given_switch = true;
        return true;
    }
    if (key == KEY_EXPECT)
        return take_expect(options);
    if (key == KEY_SINCE)
        return take_moment("--since", options->filter.since);
    if (key == KEY_UNTIL)
        return take_moment("--until", options->filter.until);
    if (key >= KEY_AUDIT && key <= KEY_HELPER)
        return take_place(&options->places, key);
    if (key == 'n')
        return take_last(optarg, &options->last);
    if (key == KEY_HELP) {
        fputs(help_text, stdout);
        *ret_status = STATUS_ALLOW;
    } else {
        complain_option("log", key, given);
    }
    return false;
}

static bool agrees_with_timeline(const struct log_options *options)
{
    const struct filter *filter = &options->filter;

    return !filter->guest && !filter->operation && !filter->verdict && !filter->reason &&
           !filter->script && options->last == LOG_ALL && !options->follow && !options->verify &&
           !options->head;
}

/* A verdict that no call has would show as though nothing had been denied. */
static bool is_verdict(const char *name)
{
    return strcmp(name, "allow") == 0 || strcmp(name, "deny") == 0;
}

/* --verify and --head are of the log as a whole; times go forward. */
static bool agree(const struct log_options *options)
{
    const struct filter *filter = &options->filter;
    bool chosen = filter->guest || filter->driver || filter->operation || filter->verdict ||
                  filter->reason || filter->script || filter->since[0] || filter->until[0] ||
                  options->last != LOG_ALL || options->follow;

    if (options->expect_count > 0 && !options->verify)
        complain_usage("log", "--expect goes with --verify");
    else if (options->verify && options->head)
        complain_usage("log", "--verify and --head do not go together");
    else if (chosen && (options->verify || options->head))
        complain_usage("log", "--verify and --head are of all records: leave out what chooses");
    else if (options->follow && filter->until[0])
        complain_usage("log", "--follow has no end: leave out --until");
    else if (options->timeline && !agrees_with_timeline(options))
        complain_usage("log", "--timeline goes with --driver, --since, --until and --json alone");
    else if (filter->verdict && !is_verdict(filter->verdict))
        complain_usage("log", "--verdict takes allow or deny, not '%s'", filter->verdict);
    else if (filter->until[0] && strcmp(filter->since, filter->until) > 0)
        complain_usage("log", "--since is later than --until");
    else
        return true;
    return false;
}

/* Before what is followed stand as many as tail(1) shows. */
static bool complete(struct log_options *options)
{
    if (!agree(options))
        return false;
    if (options->follow && options->last == LOG_ALL && !options->filter.since[0])
        options->last = LOG_FOLLOW_LAST;
    return true;
}

bool log_options_parse(int argc, char **argv, struct log_options *ret_options, int *ret_status)
{
    int key;

    *ret_options = (struct log_options){.last = LOG_ALL};
    *ret_status = STATUS_USAGE;
    while ((key = getopt_long(argc, argv, ":fn:", long_options, NULL)) != -1) {
        if (!take_option(ret_options, key, argv[optind - 1], ret_status))
            return false;
    }
    if (optind == argc)
        return complete(ret_options);
    complain_usage("log", "'%s' is no option: a guest is named by --guest", argv[optind]);
    return false;
}

void log_options_clear(struct log_options *options)
{
    places_clear(&options->places);
    *options = (struct log_options){0};
}
