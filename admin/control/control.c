/*
 * `virt-hook status` and `virt-hook reload`: a question to all helpers that run, or to the one at a
 * socket. Admin's process; what a helper says is not trusted to be safe for a terminal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ask.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "control_options.h"
#include "drivers.h"
#include "helpers.h"
#include "overview.h"
#include "past_show.h"
#include "virthook-config.h"

#include <stdio.h>
#include <string.h>

#define STATUS_OPTIONS                                                         \
    "  --socket PATH  ask the one helper at this socket, a service's or any\n" \
    "                 in " VIRTHOOK_ADMIN_DIR "\n"

static const char status_help[] =
    "Usage: virt-hook status [OPTION]...\n"
    "Show what all helpers that run are doing, for whom, what they enforce on this host and what\n"
    "that lacks, and which privileges they hold and why. A helper is never started for it. Files\n"
    "that libvirt would run itself, past virthook, are told as well.\n"
    "\n" STATUS_OPTIONS
    "  --libvirt DIR  where libvirt looks for hooks (default, for root: " LIBVIRT_HOOKS ")\n"
    "  --shim PATH    the shim (default " VIRTHOOK_SHIM_PATH ")\n"
    "  --json         a JSON array on stdout; with --socket, the one helper's object\n"
    "  --help\n"
    "\n"
    "Exit status: 0 shown; 1 shown, but a helper did not answer, or libvirt would run a file past\n"
    "virthook; 2 usage; 3 no helper runs, or none answers.\n"
    "\n"
    "For example: virt-hook status\n";

static const char reload_help[] =
    "Usage: virt-hook reload [OPTION]...\n"
    "Have all helpers that run read their configuration again and put it in force, each all of it\n"
    "or nothing.\n"
    "\n" STATUS_OPTIONS "  --json         a JSON array on stdout; with --socket, one object\n"
    "  --help\n"
    "\n"
    "Exit status: 0 in force; 2 usage, or refused by one: there the one before stays in force; 3 "
    "no\n"
    "helper runs, or one does not answer.\n"
    "\n"
    "For example: virt-hook reload\n";

/* What came of the questions to all that were found. */
struct outcome {
    size_t answered, failed, refused;
};

static void count(struct outcome *outcome, int r)
{
    outcome->answered += r == 0;
    outcome->failed += r == ASK_E_FAILED;
    outcome->refused += r == ASK_E_REFUSED;
}

static bool is_empty(const struct outcome *outcome)
{
    return outcome->answered + outcome->failed + outcome->refused == 0;
}

/* A service may have no admin socket. */
static bool has_service(void)
{
    return geteuid() == 0 && access(VIRTHOOK_SOCKET_PATH, F_OK) == 0;
}

static int complain_none(const char *command)
{
    auto_free char *folder = helpers_folder();

    return complain(STATUS_NO_HELPER, command,
                    "no helper runs: none listens in %s. Where daemons call by the shim, and no "
                    "service serves it, a helper runs only as long as a call does; 'virt-hook log' "
                    "shows the calls that were",
                    folder ? folder : "-");
}

static int finish_output(const char *command)
{
    if (fflush(stdout) != 0)
        return complain(STATUS_USAGE, command, "stdout cannot be written: %s", strerror(errno));
    return STATUS_ALLOW;
}

static void print_json(struct json_object *json)
{
    puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
}

/* --- status --- */

static int ask_into(const char *socket, struct json_object *list)
{
    struct json_object *status = NULL;
    int r = ask_status(socket, &status);

    if (r == 0 && json_object_array_add(list, status) < 0)
        json_object_put(status);
    return r;
}

static int ask_all_status(struct json_object *list, struct outcome *ret_outcome)
{
    auto_helpers struct helpers helpers = {0};
    int r = helpers_find("status", &helpers);

    if (r != 0)
        return r;
    for (size_t i = 0; i < helpers.count; i++)
        count(ret_outcome, ask_into(helpers.sockets[i], list));
    if (is_empty(ret_outcome) && has_service())
        count(ret_outcome, ask_into(VIRTHOOK_SOCKET_PATH, list));
    return 0;
}

static int end_status(const struct outcome *outcome)
{
    int r = finish_output("status");

    if (r != STATUS_ALLOW)
        return r;
    if (is_empty(outcome))
        return complain_none("status");
    if (outcome->answered == 0)
        return STATUS_NO_HELPER;
    return outcome->failed > 0 ? STATUS_DENY : STATUS_ALLOW;
}

static int show_all(struct json_object *list, bool json)
{
    struct outcome outcome = {0};
    int r = ask_all_status(list, &outcome);

    if (r != 0)
        return r;
    if (json)
        print_json(list);
    else
        overview_print(list);
    return end_status(&outcome);
}

static int show_one(struct json_object *list, const struct control_options *options)
{
    int r = ask_into(options->socket, list);

    if (r == ASK_E_GONE)
        return ask_complain_gone("status", options->socket);
    if (r != 0)
        return STATUS_NO_HELPER;
    if (options->json)
        print_json(json_object_array_get_idx(list, 0));
    else
        overview_print(list);
    return finish_output("status");
}

/* Of the host, not of one helper; a session's daemons have no directory of hooks of their own. */
static int show_past(const struct control_options *options)
{
    if (!options->libvirt && (options->socket || geteuid() != 0))
        return 0;
    return past_show(options->libvirt ? options->libvirt : LIBVIRT_HOOKS,
                     options->shim ? options->shim : VIRTHOOK_SHIM_PATH, options->json);
}

static int show_status(const struct control_options *options)
{
    struct json_object *list = json_object_new_array();
    int r = options->socket ? show_one(list, options) : show_all(list, options->json);
    int past = show_past(options);

    json_object_put(list);
    return r == STATUS_ALLOW ? past : r;
}

/* --- reload --- */

/* The helper's name and process, "service-912", as its socket has it. */
static char *name_of(const char *socket)
{
    const char *name = strrchr(socket, '/') + 1;
    const char *dot = strrchr(name, '.');

    return strndup(name, dot ? (size_t)(dot - name) : strlen(name));
}

/* `refusal`: what is wrong with the configuration; NULL where it is in force or nobody answered. */
static struct json_object *describe_reload(bool done, const char *refusal)
{
    struct json_object *entry = json_object_new_object();

    json_object_object_add(entry, "reloaded", json_object_new_boolean(done));
    if (refusal)
        json_object_object_add(entry, "error", json_object_new_string(refusal));
    return entry;
}

static void put_reload(struct json_object *list, const char *who, bool done, const char *refusal)
{
    struct json_object *entry = describe_reload(done, refusal);

    json_object_object_add(entry, "helper", json_object_new_string(who));
    json_object_array_add(list, entry);
}

/* NULL: the list is for people. */
static int reload_one_of(const char *socket, struct json_object *list)
{
    auto_free char *who = name_of(socket);
    auto_free char *prefix = NULL, *refusal = NULL;
    int r;

    if (!who || asprintf(&prefix, "%s: ", who) < 0) {
        prefix = NULL;
        return complain(ASK_E_FAILED, "reload", "memory is short");
    }
    r = ask_reload(socket, prefix, &refusal);
    if (r == 0 && !list)
        printf("%s: the configuration is in force\n", who);
    else if (list && r != ASK_E_GONE)
        put_reload(list, who, r == 0, refusal);
    return r;
}

static int end_reload(const struct outcome *outcome)
{
    if (is_empty(outcome))
        return complain_none("reload");
    if (outcome->refused > 0)
        return STATUS_USAGE;
    return outcome->failed > 0 ? STATUS_NO_HELPER : finish_output("reload");
}

static int reload_all(struct json_object *list)
{
    auto_helpers struct helpers helpers = {0};
    struct outcome outcome = {0};
    int r = helpers_find("reload", &helpers);

    if (r != 0)
        return r;
    for (size_t i = 0; i < helpers.count; i++)
        count(&outcome, reload_one_of(helpers.sockets[i], list));
    if (is_empty(&outcome) && has_service())
        count(&outcome, reload_one_of(VIRTHOOK_SOCKET_PATH, list));
    if (list)
        print_json(list);
    return end_reload(&outcome);
}

static void print_one_reload(bool done, const char *refusal)
{
    struct json_object *entry = describe_reload(done, refusal);

    print_json(entry);
    json_object_put(entry);
}

static int reload_one(const struct control_options *options)
{
    auto_free char *refusal = NULL;
    int r = ask_reload(options->socket, "", &refusal);

    if (r == ASK_E_GONE)
        return ask_complain_gone("reload", options->socket);
    if (options->json)
        print_one_reload(r == 0, refusal);
    else if (r == 0)
        puts("the configuration is in force");
    if (r != 0)
        return r == ASK_E_REFUSED ? STATUS_USAGE : STATUS_NO_HELPER;
    return finish_output("reload");
}

static int reload(const struct control_options *options)
{
    struct json_object *list = options->json ? json_object_new_array() : NULL;
    int r = options->socket ? reload_one(options) : reload_all(list);

    json_object_put(list);
    return r;
}

int status_command(int argc, char **argv)
{
    struct control_options options;
    int status;

    if (control_options_parse(argc, argv, status_help, &options, &status))
        status = show_status(&options);
    control_options_clear(&options);
    return status;
}

int reload_command(int argc, char **argv)
{
    struct control_options options;
    int status;

    if (control_options_parse(argc, argv, reload_help, &options, &status))
        status = reload(&options);
    control_options_clear(&options);
    return status;
}
