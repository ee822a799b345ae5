/*
 * `virt-hook run`: one call, as libvirt would make it, through the public library and a private
 * helper, with no service and no libvirt. Admin's process, as root or, in a session, as any user.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "input.h"
#include "interrupt.h"
#include "progress.h"
#include "run_options.h"
#include "show.h"
#include "virthook-config.h"
#include "virthook.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Beyond the deadline itself, a helper's promise is believed as the library does by default. */
#define HOUR_MS (60 * 60 * 1000ULL)

static int fail(int status, const char *what, int error)
{
    return complain(status, "run", "%s: %s", what, strerror(-error));
}

static void close_hook(struct virthook **slot)
{
    interrupt_forget();
    progress_end();
    virthook_close(*slot);
}

static void free_reply(struct virthook_reply **slot)
{
    virthook_reply_free(*slot);
}

#define auto_hook  __attribute__((cleanup(close_hook)))
#define auto_reply __attribute__((cleanup(free_reply)))

static int open_hook(const struct run_options *from, struct virthook **ret_hook)
{
    struct virthook_options options = {
        .size = sizeof(options),
        .name = "virt-hook",
        .helper = from->places.helper,
        .hooks = from->places.hooks,
        .config = from->places.config,
        .audit = from->places.audit,
        .profile = from->profile,
        .policy = "", /* a service's copy says nothing about this helper's configuration */
        .deadline_ms = from->timeout_ms,
        .max_wait_ms = HOUR_MS,
    };

    return virthook_open(&options, ret_hook);
}

static struct virthook_request make_request(const struct run_options *from, const void *input,
                                            size_t input_size)
{
    return (struct virthook_request){
        .size = sizeof(struct virthook_request),
        .driver = from->driver,
        .object = from->object,
        .operation = from->operation,
        .sub_operation = from->sub_operation,
        .extra = from->extra,
        .input = input,
        .input_size = input_size,
        .timeout_ms = from->timeout_ms,
        .profile = from->profile,
        .event = from->event,
        .uri = from->uri,
    };
}

static bool is_one_of(const char *reason, const char *const *reasons)
{
    while (*reasons && strcmp(*reasons, reason) != 0)
        reasons++;
    return *reasons;
}

static int status_of(const struct virthook_reply *reply, bool event)
{
    static const char *const usage[] = {"bad-configuration", "bad-request", NULL};
    static const char *const no_helper[] = {"no-helper", "no-answer", "helper-lost", NULL};

    if (interrupt_seen())
        return STATUS_INTERRUPTED;
    if (is_one_of(reply->reason, usage))
        return STATUS_USAGE;
    if (is_one_of(reply->reason, no_helper))
        return STATUS_NO_HELPER;
    if (event)
        return show_is_good(reply) ? STATUS_ALLOW : STATUS_DENY;
    return reply->allow ? STATUS_ALLOW : STATUS_DENY;
}

static int refuse_call(const struct virthook_request *request, int error)
{
    const char *fault = virthook_request_fault(request);

    if (!fault)
        return fail(STATUS_NO_HELPER, "the call could not be made", error);
    return complain(STATUS_USAGE, "run", "%s", fault);
}

static int show(const struct virthook_reply *reply, const struct run_options *options)
{
    int r = options->json ? show_json(reply, options->event) : show_plain(reply, options->event);

    return r < 0 ? fail(STATUS_USAGE, "the reply cannot be shown", r)
                 : status_of(reply, options->event);
}

static int make_call(const struct run_options *options, const void *input, size_t input_size)
{
    auto_hook struct virthook *hook = NULL;
    auto_reply struct virthook_reply *reply = NULL;
    struct virthook_request request = make_request(options, input, input_size);
    int r = open_hook(options, &hook);

    if (r == 0)
        r = interrupt_watch(hook);
    if (r < 0)
        return fail(STATUS_USAGE, "cannot begin", r);
    progress_start(hook);
    r = virthook_call(hook, &request, &reply);
    progress_erase();
    return r < 0 ? refuse_call(&request, r) : show(reply, options);
}

static int run(struct run_options *options)
{
    auto_free void *input = NULL;
    size_t input_size = 0;
    int r = input_read(&input, &input_size);

    if (r == -E2BIG)
        return complain(STATUS_USAGE, "run", "stdin has more than %d MiB", INPUT_MAX >> 20);
    if (r < 0)
        return fail(STATUS_USAGE, "stdin cannot be read", r);
    return make_call(options, input, input_size);
}

int run_command(int argc, char **argv)
{
    struct run_options options;
    int status;

    signal(SIGPIPE, SIG_IGN);
    if (run_options_parse(argc, argv, &options, &status))
        status = run(&options);
    run_options_clear(&options);
    return status;
}
