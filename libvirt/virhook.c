/*
 * Synchronous hooks of a libvirt daemon, run by virthook's helper in the daemon's stead. Takes the
 * place of libvirt's src/util/virhook.c; README.md beside it says how. Runs in the daemon, in any
 * of its threads.
 *
 * The channel to the helper is one for the process. A helper is started by libvirthook at the first
 * call that has something to run, started again where it was lost, and ends with the daemon. How
 * long a call may take is bounded there too. What it answers is not trusted to be sound XML: the
 * callers parse it as they parse a script's.
 *
 * libvirt keeps in mind, from the daemon's start on, which drivers have hooks, to save the look on
 * each call. The look is two system calls here, and is not saved: the first hook that is put in
 * place is seen at the next call.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <config.h>

#include "virhook.h"

#include "configmake.h"
#include "virerror.h"
#include "virhook-fallback.h"
#include "virlog.h"
#include "virthread.h"

#include <errno.h>
#include <unistd.h>
#include <virthook.h>

#define VIR_FROM_THIS VIR_FROM_HOOK

VIR_LOG_INIT("util.hook");

#define HOOKS_DIR SYSCONFDIR "/libvirt/hooks"

/* "off" in the daemon's environment: its hooks are run by libvirt's own code, unconfined. */
#define SWITCH "LIBVIRT_VIRTHOOK"

/* Of a daemon that was started under a name which cannot be one of a log. */
#define NAME_OTHERWISE "libvirt"

#define OPERATIONS_MAX 16

/* A reason of virthook's for a verdict that stands for "there was no hook". */
#define REASON_NO_SCRIPT "no-script"
#define REASON_OK        "ok"

static const char *const drivers[VIR_HOOK_DRIVER_LAST] = {
    [VIR_HOOK_DRIVER_DAEMON] = "daemon", [VIR_HOOK_DRIVER_QEMU] = "qemu",
    [VIR_HOOK_DRIVER_LXC] = "lxc",       [VIR_HOOK_DRIVER_NETWORK] = "network",
    [VIR_HOOK_DRIVER_LIBXL] = "libxl",   [VIR_HOOK_DRIVER_BHYVE] = "bhyve",
};

static const char *const operations[VIR_HOOK_DRIVER_LAST][OPERATIONS_MAX] = {
    [VIR_HOOK_DRIVER_DAEMON] =
        {
            [VIR_HOOK_DAEMON_OP_START] = "start",
            [VIR_HOOK_DAEMON_OP_SHUTDOWN] = "shutdown",
            [VIR_HOOK_DAEMON_OP_RELOAD] = "reload",
        },
    [VIR_HOOK_DRIVER_QEMU] =
        {
            [VIR_HOOK_QEMU_OP_START] = "start",
            [VIR_HOOK_QEMU_OP_STOPPED] = "stopped",
            [VIR_HOOK_QEMU_OP_PREPARE] = "prepare",
            [VIR_HOOK_QEMU_OP_RELEASE] = "release",
            [VIR_HOOK_QEMU_OP_MIGRATE] = "migrate",
            [VIR_HOOK_QEMU_OP_STARTED] = "started",
            [VIR_HOOK_QEMU_OP_RECONNECT] = "reconnect",
            [VIR_HOOK_QEMU_OP_ATTACH] = "attach",
            [VIR_HOOK_QEMU_OP_RESTORE] = "restore",
        },
    [VIR_HOOK_DRIVER_LXC] =
        {
            [VIR_HOOK_LXC_OP_START] = "start",
            [VIR_HOOK_LXC_OP_STOPPED] = "stopped",
            [VIR_HOOK_LXC_OP_PREPARE] = "prepare",
            [VIR_HOOK_LXC_OP_RELEASE] = "release",
            [VIR_HOOK_LXC_OP_STARTED] = "started",
            [VIR_HOOK_LXC_OP_RECONNECT] = "reconnect",
        },
    [VIR_HOOK_DRIVER_NETWORK] =
        {
            [VIR_HOOK_NETWORK_OP_START] = "start",
            [VIR_HOOK_NETWORK_OP_STARTED] = "started",
            [VIR_HOOK_NETWORK_OP_STOPPED] = "stopped",
            [VIR_HOOK_NETWORK_OP_PORT_CREATED] = "port-created",
            [VIR_HOOK_NETWORK_OP_PORT_DELETED] = "port-deleted",
            [VIR_HOOK_NETWORK_OP_UPDATED] = "updated",
        },
    [VIR_HOOK_DRIVER_LIBXL] =
        {
            [VIR_HOOK_LIBXL_OP_START] = "start",
            [VIR_HOOK_LIBXL_OP_STOPPED] = "stopped",
            [VIR_HOOK_LIBXL_OP_PREPARE] = "prepare",
            [VIR_HOOK_LIBXL_OP_RELEASE] = "release",
            [VIR_HOOK_LIBXL_OP_MIGRATE] = "migrate",
            [VIR_HOOK_LIBXL_OP_STARTED] = "started",
            [VIR_HOOK_LIBXL_OP_RECONNECT] = "reconnect",
        },
    [VIR_HOOK_DRIVER_BHYVE] =
        {
            [VIR_HOOK_BHYVE_OP_START] = "start",
            [VIR_HOOK_BHYVE_OP_STOPPED] = "stopped",
            [VIR_HOOK_BHYVE_OP_PREPARE] = "prepare",
            [VIR_HOOK_BHYVE_OP_RELEASE] = "release",
            [VIR_HOOK_BHYVE_OP_STARTED] = "started",
        },
};

static const char *const sub_operations[VIR_HOOK_SUBOP_LAST] = {
    [VIR_HOOK_SUBOP_NONE] = "-",
    [VIR_HOOK_SUBOP_BEGIN] = "begin",
    [VIR_HOOK_SUBOP_END] = "end",
};

/* Made once, and never closed: the helper sees the daemon's end by the end of its socket. NULL
 * where there was no memory for it: then the failure policy decides. */
static struct virthook *channel;

static bool is_off;

/* Whether this is a daemon, which says so by virHookInitialize(). Another program may have drivers
 * in itself (qemu:///embed): their hooks are not run, by libvirt's own code either. */
static int is_daemon;

/* Whether a helper may be running. */
static int is_helper_asked;

/* By driver: whether the daemon's log has it that its hooks are passed over; as libvirt's own code
 * says it, once from a start or SIGHUP to the next. */
static int is_told[VIR_HOOK_DRIVER_LAST];

static bool is_driver(int driver)
{
    return driver >= 0 && driver < VIR_HOOK_DRIVER_LAST && drivers[driver];
}

/* NULL for a number that is none of the driver's. */
static const char *operation_name(int driver, int op)
{
    return op >= 0 && op < OPERATIONS_MAX ? operations[driver][op] : NULL;
}

static const char *sub_operation_name(int sub_op)
{
    return sub_op >= 0 && sub_op < VIR_HOOK_SUBOP_LAST ? sub_operations[sub_op] : "-";
}

static bool is_turned_off(void)
{
    const char *given = g_getenv(SWITCH);

    if (!given || STREQ(given, "on"))
        return false;
    if (STREQ(given, "off"))
        return true;
    VIR_WARN("%s is '%s', where only 'on' and 'off' mean something: hooks are run by virthook",
             SWITCH, given);
    return false;
}

static void open_channel(void)
{
    struct virthook_options options = {
        .size = sizeof(options), .name = program_invocation_short_name, .hooks = HOOKS_DIR};
    int r;

    is_off = is_turned_off();
    if (is_off) {
        VIR_WARN("%s=off: hooks are run by libvirt itself, without bound and unconfined", SWITCH);
        return;
    }
    r = virthook_open(&options, &channel);
    if (r == -EINVAL) {
        options.name = NAME_OTHERWISE;
        r = virthook_open(&options, &channel);
    }
    if (r < 0)
        VIR_ERROR("virthook cannot be had: %s; calls of hooks are decided by its failure policy",
                  g_strerror(-r));
}

static virOnceControl channel_once = VIR_ONCE_CONTROL_INITIALIZER;

/* Whether hooks are run by libvirt's own code instead. */
static bool use_fallback(void)
{
    return virOnce(&channel_once, open_channel) == 0 && is_off;
}

/* Reports a denial; what is allowed is only worth a line in the daemon's log. */
static int end_call(bool allow, const char *message)
{
    if (allow) {
        VIR_WARN("%s", message);
        return 0;
    }
    virReportError(VIR_ERR_HOOK_SCRIPT_FAILED, "%s", message);
    return -1;
}

/* No call was made. */
static int end_without_call(const struct virthook_request *request, int error, char **output)
{
    const char *fault = virthook_request_fault(request);
    bool allow = virthook_failure_allows(channel, request->driver, request->operation);
    g_autofree char *message = g_strdup_printf(
        "virthook could not be asked about '%s' of driver %s: %s; it is %s by the "
        "failure policy",
        request->operation, request->driver, fault ? fault : g_strerror(-error),
        allow ? "allowed" : "denied");

    if (allow && output)
        *output = g_strdup("");
    return end_call(allow, message);
}

/* Something is there, or the helper had not been asked; what is wrong with it the message says. */
static int end_without_script(int driver, const char *message)
{
    if (g_atomic_int_compare_and_exchange(&is_told[driver], 0, 1))
        VIR_WARN("%s", message);
    return 1;
}

static int end_with_reply(int driver, const struct virthook_reply *reply, char **output)
{
    if (STREQ(reply->reason, REASON_NO_SCRIPT))
        return end_without_script(driver, reply->message);
    if (reply->allow && output)
        *output = g_strdup(reply->output ? reply->output : "");
    return STREQ(reply->reason, REASON_OK) ? 0 : end_call(reply->allow, reply->message);
}

static int ask_helper(int driver, const struct virthook_request *request, char **output)
{
    struct virthook_reply *reply = NULL;
    int r;

    g_atomic_int_set(&is_helper_asked, 1);
    r = virthook_call(channel, request, &reply);
    if (r < 0)
        return end_without_call(request, r, output);
    r = end_with_reply(driver, reply, output);
    virthook_reply_free(reply);
    return r;
}

/* SIGHUP has the daemon read its configuration again, and so its helper; one that runs since there
 * were hooks counts, too. A host without hooks has none. */
static void reload_helper(void)
{
    char *error = NULL;

    if (virHookInitialize() <= 0 && !g_atomic_int_get(&is_helper_asked))
        return;
    if (virthook_reload(channel, &error) < 0)
        VIR_WARN("virthook's configuration could not be read again: %s",
                 error ? error : "its helper does not answer");
    free(error);
}

/* An ordinary user's daemon does without the hooks that he may not even look for: its helper, which
 * has his privileges, could only deny what they are for. */
static bool is_closed_to_user(const char *driver)
{
    g_autofree char *script = g_strdup_printf("%s/%s", HOOKS_DIR, driver);
    g_autofree char *folder = g_strdup_printf("%s.d", script);

    return geteuid() != 0 && access(script, F_OK) < 0 && access(folder, X_OK) < 0 &&
           errno == EACCES;
}

/* Returns how many drivers have hooks, or -1. */
int virHookInitialize(void)
{
    int found = 0;

    g_atomic_int_set(&is_daemon, 1);
    if (use_fallback())
        return virHookFallbackInitialize();
    for (int driver = 0; driver < VIR_HOOK_DRIVER_LAST; driver++) {
        g_atomic_int_set(&is_told[driver], 0);
        found += virHookPresent(driver);
    }
    return found;
}

int virHookPresent(int driver)
{
    if (!g_atomic_int_get(&is_daemon))
        return 0;
    if (use_fallback())
        return virHookFallbackPresent(driver);
    return is_driver(driver) && !is_closed_to_user(drivers[driver]) &&
           virthook_present(channel, drivers[driver]);
}

/*
 * Returns 0 where the operation may go on; 1 where there is no hook, or no such driver or
 * operation; -1 with an error reported where a hook denies it. After 0, `*output` is the new XML
 * or "", and the caller's to free; else it is NULL.
 */
int virHookCall(int driver, const char *id, int op, int sub_op, const char *extra,
                const char *input, char **output)
{
    struct virthook_request request = {.size = sizeof(request),
                                       .object = id,
                                       .extra = extra,
                                       .sub_operation = sub_operation_name(sub_op),
                                       .input = input,
                                       .input_size = input ? strlen(input) : 0};

    if (use_fallback())
        return virHookFallbackCall(driver, id, op, sub_op, extra, input, output);
    if (output)
        *output = NULL;
    if (driver == VIR_HOOK_DRIVER_DAEMON && op == VIR_HOOK_DAEMON_OP_RELOAD)
        reload_helper();
    if (!virHookPresent(driver))
        return 1;
    request.driver = drivers[driver];
    request.operation = operation_name(driver, op);
    if (!request.operation) {
        virReportError(VIR_ERR_INTERNAL_ERROR, "driver %s has no hook operation %d", request.driver,
                       op);
        return 1;
    }
    return ask_helper(driver, &request, output);
}
