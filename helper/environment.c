/*
 * What a script gets to know. Helper. The request's names come from a peer and were checked by the
 * decoder; the environment of the helper itself is never handed on.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "environment.h"

#include "cleanup.h"
#include "text.h"

#include <stdarg.h>
#include <string.h>

/* As systemd gives it to services on Debian and Fedora alike. */
#define SCRIPT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Failures are counted by their missing entry: environment_make() looks at the end. */
static void add(struct environment *environment, bool *ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct environment *environment, bool *ok, const char *format, ...)
{
    va_list arguments;
    char *entry;

    va_start(arguments, format);
    entry = text_compose(format, arguments);
    va_end(arguments);
    if (!entry) {
        *ok = false;
        return;
    }
    environment->owned[environment->count] = entry;
    environment->envp[environment->count++] = entry;
    environment->envp[environment->count] = NULL;
}

/* The words of a hook's call are libvirt's; those of an event are virteventd's. */
struct names {
    const char *driver, *operation, *sub_operation;
};

static const struct names hook_names = {
    .driver = "DRIVER",
    .operation = "OPERATION",
    .sub_operation = "SUB_OPERATION",
};

static const struct names event_names = {
    .driver = "KIND",
    .operation = "EVENT",
    .sub_operation = "DETAIL",
};

/* Without it, virsh in a script starts a session daemon of root's that lives on. */
static void add_uri(struct environment *environment, bool *ok, const struct environment_user *user,
                    const struct message_call *request)
{
    const char *place = user->session ? "session" : "system", *driver = request->driver;

    if (request->uri)
        add(environment, ok, "LIBVIRT_DEFAULT_URI=%s", request->uri);
    else if (strcmp(driver, "lxc") == 0 || strcmp(driver, "bhyve") == 0)
        add(environment, ok, "LIBVIRT_DEFAULT_URI=%s:///system", driver);
    else if (strcmp(driver, "libxl") == 0)
        add(environment, ok, "LIBVIRT_DEFAULT_URI=xen:///system");
    else
        add(environment, ok, "LIBVIRT_DEFAULT_URI=qemu:///%s", place);
}

static void add_names(struct environment *environment, bool *ok, const char *call_id,
                      const struct message_call *request)
{
    const struct names *names = request->class == CLASS_EVENT ? &event_names : &hook_names;

    add(environment, ok, "VIRTHOOK_CALL=%s", call_id);
    add(environment, ok, "VIRTHOOK_%s=%s", names->driver, request->driver);
    add(environment, ok, "VIRTHOOK_OBJECT=%s", request->object);
    if (request->uuid)
        add(environment, ok, "VIRTHOOK_UUID=%s", request->uuid);
    add(environment, ok, "VIRTHOOK_%s=%s", names->operation, request->operation);
    add(environment, ok, "VIRTHOOK_%s=%s", names->sub_operation, request->sub_operation);
    add(environment, ok, "VIRTHOOK_EXTRA=%s", request->extra);
    if (request->uri)
        add(environment, ok, "VIRTHOOK_URI=%s", request->uri);
    if (request->delivery)
        add(environment, ok, "VIRTHOOK_DELIVERY=%s", request->delivery);
}

/* A hook's arguments are those that libvirt gives; an event's script serves many kinds. */
static void set_arguments(const char *path, const struct message_call *request, const char **argv)
{
    *argv++ = path;
    if (request->class == CLASS_EVENT)
        *argv++ = request->driver;
    *argv++ = request->object;
    *argv++ = request->operation;
    *argv++ = request->sub_operation;
    *argv++ = request->extra;
    *argv = NULL;
}

int environment_make(const struct environment_user *user, const char *path, const char *call_id,
                     const struct message_call *request, struct environment *ret_environment)
{
    struct environment environment = {};
    bool ok = true;

    set_arguments(path, request, environment.argv);
    add(&environment, &ok, "LC_ALL=C");
    add(&environment, &ok, "PATH=%s", SCRIPT_PATH);
    add(&environment, &ok, "HOME=%s", user->home);
    add(&environment, &ok, "USER=%s", user->name);
    add(&environment, &ok, "LOGNAME=%s", user->name);
    add_uri(&environment, &ok, user, request);
    add_names(&environment, &ok, call_id, request);
    if (!ok) {
        environment_clear(&environment);
        return -ENOMEM;
    }
    *ret_environment = environment;
    return 0;
}

void environment_clear(struct environment *environment)
{
    for (size_t i = 0; i < environment->count; i++)
        free(environment->owned[i]);
    environment->count = 0;
}
