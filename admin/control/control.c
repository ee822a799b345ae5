/*
 * `virt-hook status` and `virt-hook reload`: a question to the helper that listens at a socket.
 * Admin's process. None is ever started for it; what the helper says is not trusted to be safe for
 * a terminal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "control_options.h"
#include "overview.h"
#include "virthook-config.h"
#include "virthook.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OPTIONS_HELP                                                                 \
    "  --socket PATH  where the helper listens (default " VIRTHOOK_SOCKET_PATH ")\n" \
    "  --json         one JSON object on stdout\n"                                   \
    "  --help\n"

static const char status_help[] =
    "Usage: virt-hook status [OPTION]...\n"
    "Show what the helper is doing, what it enforces on this host and what that lacks, and which\n"
    "privileges it holds and why. A helper is never started for it.\n"
    "\n" OPTIONS_HELP "\n"
    "Exit status: 0 shown; 2 usage; 3 no helper answers.\n"
    "\n"
    "For example: virt-hook status\n";

static const char reload_help[] =
    "Usage: virt-hook reload [OPTION]...\n"
    "Have the helper read its configuration again and put it in force, all of it or nothing.\n"
    "\n" OPTIONS_HELP "\n"
    "Exit status: 0 in force; 2 usage, or refused: the one before stays in force; 3 no helper\n"
    "answers.\n"
    "\n"
    "For example: virt-hook reload\n";

static void end_hook(struct virthook **hook)
{
    virthook_close(*hook);
}

static int open_hook(const char *command, const char *socket, struct virthook **ret_hook)
{
    struct virthook_options options = {
        .size = sizeof(options), .name = "virt-hook", .socket = socket};
    int r = virthook_open(&options, ret_hook);

    if (r < 0)
        return complain(STATUS_USAGE, command, "the socket %s cannot be used: %s", socket,
                        strerror(-r));
    return 0;
}

/* No helper was reached: what to do depends on what is at the socket's path. */
static int complain_unreached(const char *command, const char *socket)
{
    if (access(socket, F_OK) < 0 && errno == ENOENT)
        return complain(STATUS_NO_HELPER, command,
                        "no helper listens at %s; start the service, or name its socket by "
                        "--socket",
                        socket);
    if (access(socket, W_OK) < 0)
        return complain(STATUS_NO_HELPER, command, "the helper at %s cannot be asked: %s; %s",
                        socket, strerror(errno), "do so as root");
    return complain(
        STATUS_NO_HELPER, command,
        "no helper serves at %s; start the service, and see its log where it ends again", socket);
}

static int complain_unanswered(const char *command, const char *socket, int error)
{
    if (error == -ENOTCONN)
        return complain_unreached(command, socket);
    if (error == -ETIMEDOUT)
        return complain(STATUS_NO_HELPER, command,
                        "the helper at %s does not answer within 2 s; where it stays so, restart "
                        "the service",
                        socket);
    return complain(STATUS_NO_HELPER, command,
                    "the helper at %s gave no answer: %s; try again, and see its log", socket,
                    strerror(-error));
}

static int show_status(const char *json, bool as_json)
{
    struct json_object *status = json_tokener_parse(json);

    if (!json_object_is_type(status, json_type_object)) {
        json_object_put(status);
        return complain(STATUS_NO_HELPER, "status",
                        "the helper's answer is no JSON object; install helper and virt-hook of "
                        "one release");
    }
    if (as_json)
        puts(json_object_to_json_string_ext(status, JSON_C_TO_STRING_PLAIN));
    else
        overview_print(status);
    json_object_put(status);
    if (fflush(stdout) != 0)
        return complain(STATUS_USAGE, "status", "stdout cannot be written: %s", strerror(errno));
    return STATUS_ALLOW;
}

static int ask_status(const struct control_options *options)
{
    __attribute__((cleanup(end_hook))) struct virthook *hook = NULL;
    auto_free char *json = NULL;
    int r = open_hook("status", options->socket, &hook);

    if (r != 0)
        return r;
    r = virthook_status(hook, &json);
    if (r < 0)
        return complain_unanswered("status", options->socket, r);
    return show_status(json, options->json);
}

static int ask_reload(const struct control_options *options)
{
    __attribute__((cleanup(end_hook))) struct virthook *hook = NULL;
    auto_free char *error = NULL;
    int r = open_hook("reload", options->socket, &hook);

    if (r != 0)
        return r;
    r = virthook_reload(hook, &error);
    if (r == -EREMOTEIO)
        return complain(STATUS_USAGE, "reload", "%s; the configuration before stays in force",
                        error ? error : "the helper refused");
    if (r < 0)
        return complain_unanswered("reload", options->socket, r);
    puts(options->json ? "{\"reloaded\":true}" : "the configuration is in force");
    return STATUS_ALLOW;
}

int status_command(int argc, char **argv)
{
    struct control_options options;
    int status;

    if (control_options_parse(argc, argv, status_help, &options, &status))
        status = ask_status(&options);
    control_options_clear(&options);
    return status;
}

int reload_command(int argc, char **argv)
{
    struct control_options options;
    int status;

    if (control_options_parse(argc, argv, reload_help, &options, &status))
        status = ask_reload(&options);
    control_options_clear(&options);
    return status;
}
