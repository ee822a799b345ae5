/*
 * A question to a helper at one socket, by way of libvirthook, which bounds the wait. Admin's
 * process; who serves the socket is not trusted to be a helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ask.h"

#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "virthook.h"

#include <string.h>

static void end_hook(struct virthook **hook)
{
    virthook_close(*hook);
}

#define auto_hook __attribute__((cleanup(end_hook)))

static int open_hook(const char *command, const char *socket, struct virthook **ret_hook)
{
    struct virthook_options options = {
        .size = sizeof(options), .name = "virt-hook", .socket = socket};
    int r = virthook_open(&options, ret_hook);

    if (r == 0)
        return 0;
    complain(STATUS_USAGE, command, "the socket %s cannot be used: %s", socket, strerror(-r));
    return ASK_E_FAILED;
}

int ask_complain_gone(const char *command, const char *socket)
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

/* One that ends takes its socket with it. */
static int judge(const char *command, const char *socket, int error)
{
    if (error == -ENOTCONN || (error == -ECONNRESET && access(socket, F_OK) < 0))
        return ASK_E_GONE;
    if (error == -ETIMEDOUT)
        complain(STATUS_NO_HELPER, command,
                 "the helper at %s does not answer within 2 s; where it stays so, restart the "
                 "service",
                 socket);
    else
        complain(STATUS_NO_HELPER, command,
                 "the helper at %s gave no answer: %s; try again, and see its log", socket,
                 strerror(-error));
    return ASK_E_FAILED;
}

int ask_status(const char *socket, struct json_object **ret_status)
{
    auto_hook struct virthook *hook = NULL;
    auto_free char *json = NULL;
    struct json_object *status;
    int r = open_hook("status", socket, &hook);

    if (r != 0)
        return r;
    r = virthook_status(hook, &json);
    if (r < 0)
        return judge("status", socket, r);
    status = json_tokener_parse(json);
    if (!json_object_is_type(status, json_type_object)) {
        json_object_put(status);
        complain(STATUS_NO_HELPER, "status",
                 "what the helper at %s answered is no JSON object; install helper and virt-hook "
                 "of one release",
                 socket);
        return ASK_E_FAILED;
    }
    *ret_status = status;
    return 0;
}

int ask_reload(const char *socket, const char *who, char **ret_refusal)
{
    auto_hook struct virthook *hook = NULL;
    char *error = NULL;
    int r = open_hook("reload", socket, &hook);

    if (r != 0)
        return r;
    r = virthook_reload(hook, &error);
    if (r == -EREMOTEIO)
        *ret_refusal = error;
    else
        free(error);
    if (r == 0)
        return 0;
    if (r != -EREMOTEIO)
        return judge("reload", socket, r);
    complain(STATUS_USAGE, "reload", "%s%s; the configuration before stays in force", who,
             error ? error : "the helper refused");
    return ASK_E_REFUSED;
}
