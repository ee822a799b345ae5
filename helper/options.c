/*
 * The helper's command line, given by the service manager, an admin, or the client library: by
 * someone who may start processes as this user, so it is trusted, but checked.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "options.h"

#include "answer.h"
#include "number.h"
#include "session.h"
#include "virthook-config.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The longest name of a helper; it becomes part of a file's name. */
#define HELPER_NAME_MAX 64

/* An hour, as the configuration's. */
#define DEADLINE_MAX_MS 3600000

static const char help_text[] =
    "Usage: virthook-helper [OPTION]...\n"
    "Run libvirt's hook scripts for a client, confined and against a deadline.\n"
    "\n"
    "  --listen PATH      make a unix socket there and serve who connects\n"
    "  --channel FD       serve the client at this inherited socket, and end with it\n"
    "  --config FILE      configuration (default " VIRTHOOK_CONFIG_PATH ", in a\n"
    "                     session $XDG_CONFIG_HOME/virthook/virthook.conf)\n"
    "  --hooks DIR        where hooks are, instead of the configuration's\n"
    "  --audit PATH       audit log: a file, or a directory ending in /\n"
    "  --name NAME        of this helper, for the audit log (default service)\n"
    "  --deadline MS      of a call, in milliseconds, instead of the configuration's\n"
    "  --profile NAME     that calls will ask for, beside those that the configuration uses\n"
    "  --answer QUESTION  answer one question as a JSON object on stdout, serving nobody:\n"
    "                     places; check; list [OBJECT]; near-root GRANTS;\n"
    "                     explain DRIVER OBJECT OPERATION [SUB-OPERATION]; or\n"
    "                     explain-event KIND OBJECT EVENT [DETAIL]\n"
    "  --help, --version\n"
    "\n"
    "Sockets of systemd's socket activation are served too.\n";

enum option_key {
    KEY_CHANNEL = 256,
    KEY_LISTEN,
    KEY_NAME,
    KEY_CONFIG,
    KEY_HOOKS,
    KEY_AUDIT,
    KEY_DEADLINE,
    KEY_PROFILE,
    KEY_ANSWER,
    KEY_HELP,
    KEY_VERSION,
};

static const struct option long_options[] = {
    {"channel", required_argument, NULL, KEY_CHANNEL},
    {"listen", required_argument, NULL, KEY_LISTEN},
    {"name", required_argument, NULL, KEY_NAME},
    {"config", required_argument, NULL, KEY_CONFIG},
    {"hooks", required_argument, NULL, KEY_HOOKS},
    {"audit", required_argument, NULL, KEY_AUDIT},
    {"deadline", required_argument, NULL, KEY_DEADLINE},
    {"profile", required_argument, NULL, KEY_PROFILE},
    {"answer", required_argument, NULL, KEY_ANSWER},
    {"help", no_argument, NULL, KEY_HELP},
    {"version", no_argument, NULL, KEY_VERSION},
    {},
};

static bool parse_number(const char *text, uint64_t most, uint64_t *ret_number)
{
    return number_parse(text, ret_number) && *ret_number <= most;
}

static bool is_channel(int fd)
{
    int type;
    socklen_t size = sizeof(type);

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

static bool is_name(const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length > HELPER_NAME_MAX || *name == '.')
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
           length;
}

static bool refuse(const char *option, const char *value, const char *wanted)
{
    fprintf(stderr, "virthook-helper: --%s takes %s, not '%s'\n", option, wanted, value);
    return false;
}

static bool take_path(const char *option, const char *value, const char **ret_path)
{
    if (*value != '/')
        return refuse(option, value, "an absolute path");
    *ret_path = value;
    return true;
}

static bool take_option(struct options *options, int key, const char *value)
{
    uint64_t number;

    switch (key) {
    case KEY_CHANNEL:
        if (!parse_number(value, INT_MAX, &number) || !is_channel((int)number))
            return refuse("channel", value,
                          "the number of an inherited socket of type SOCK_SEQPACKET");
        options->channel = (int)number;
        return true;
    case KEY_DEADLINE:
        if (!parse_number(value, DEADLINE_MAX_MS, &number) || number == 0)
            return refuse("deadline", value, "milliseconds from 1 to 3600000");
        options->deadline_ms = number;
        return true;
    case KEY_NAME:
        if (!is_name(value))
            return refuse("name", value,
                          "1 to 64 letters, digits, '.', '_' and '-', the first no '.'");
        options->name = value;
        return true;
    case KEY_ANSWER:
        options->answer = value;
        return true;
    case KEY_PROFILE:
        options->profile = value;
        return true;
    case KEY_CONFIG:
        options->config_given = true;
        return take_path("config", value, &options->config);
    case KEY_LISTEN:
        return take_path("listen", value, &options->listen);
    case KEY_HOOKS:
        return take_path("hooks", value, &options->hooks);
    case KEY_AUDIT:
        return take_path("audit", value, &options->audit);
    }
    fputs("Try 'virthook-helper --help'.\n", stderr);
    return false;
}

/* The service manager's way to say how many sockets were handed over: sd_listen_fds(3). */
static int count_activated(void)
{
    const char *pid = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");
    uint64_t number;

    if (!pid || !count || !parse_number(pid, INT_MAX, &number) || number != (uint64_t)getpid())
        return 0;
    return parse_number(count, INT_MAX, &number) ? (int)number : 0;
}

/* The configuration that nobody named. It lives as long as the process, as the arguments do. */
static bool find_config(const char **ret_path)
{
    static char *path;
    int r = session_path_or(VIRTHOOK_CONFIG_PATH, SESSION_CONFIG, "virthook.conf", &path);

    if (r < 0) {
        fprintf(stderr,
                "virthook-helper: a session's configuration cannot be found (%s); set HOME, "
                "or give --config\n",
                strerror(-r));
        return false;
    }
    *ret_path = path;
    return true;
}

/* What is asked, and with how many names. */
static bool check_question(const struct options *options)
{
    const char *wanted = answer_usage(options->answer, options->name_count);

    return !wanted || refuse("answer", options->answer, wanted);
}

bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_status)
{
    struct options options = {.channel = -1, .name = "service"};
    int key;

    *ret_status = EXIT_FAILURE;
    while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (key == KEY_HELP || key == KEY_VERSION) {
            fputs(key == KEY_HELP ? help_text : "virthook-helper " VIRTHOOK_VERSION "\n", stdout);
            *ret_status = EXIT_SUCCESS;
            return false;
        }
        if (!take_option(&options, key, optarg))
            return false;
    }
    if (!options.config && !find_config(&options.config))
        return false;
    if (options.answer) {
        options.names = (const char *const *)argv + optind;
        options.name_count = (size_t)(argc - optind);
        if (!check_question(&options))
            return false;
        *ret_options = options;
        return true;
    }
    options.activated = count_activated();
    if (optind < argc) {
        fprintf(stderr,
                "virthook-helper: '%s' is no option, and nothing else is taken; try "
                "'virthook-helper --help'\n",
                argv[optind]);
        return false;
    }
    if (options.channel < 0 && !options.listen && !options.activated) {
        fputs("virthook-helper: nobody to serve: give --listen PATH, or --channel FD, or have it "
              "started by socket activation\n",
              stderr);
        return false;
    }
    *ret_options = options;
    return true;
}
