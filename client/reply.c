/*
 * Replies, as the caller gets them. Runs in the caller's process. The strings are a helper's,
 * checked by the decoder; the output is what scripts printed, and its only promise is the NUL at
 * its end.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reply.h"

#include "cleanup.h"
#include "fd.h"
#include "reason.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A reply with what its pointers point to. */
struct owned_reply {
    struct virthook_reply reply; /* the caller has this member's address */
    struct message verdict;
    char *message;
    char *output;
    struct virthook_script scripts[];
};

static void free_owned(struct owned_reply *owned)
{
    if (!owned)
        return;
    message_clear(&owned->verdict);
    free(owned->message);
    free(owned->output);
    free(owned);
}

static void cleanup_owned(struct owned_reply **slot)
{
    free_owned(*slot);
}

#define auto_owned __attribute__((cleanup(cleanup_owned)))

static struct owned_reply *new_owned(size_t script_count)
{
    struct owned_reply *owned;

    owned = calloc(1, sizeof(*owned) + script_count * sizeof(owned->scripts[0]));
    if (owned)
        owned->reply.scripts = owned->scripts;
    return owned;
}

static int take_output(struct owned_reply *owned, int fd)
{
    size_t size;
    int r;

    if (fd < 0)
        return 0;
    if (!fd_is_final(fd, &size) || size > PROTOCOL_BULK_MAX)
        return -EBADMSG;
    owned->output = malloc(size + 1);
    if (!owned->output)
        return -ENOMEM;
    r = fd_read_final(fd, owned->output, size);
    if (r < 0)
        return r;
    owned->output[size] = '\0';
    owned->reply.output = owned->output;
    owned->reply.output_size = size;
    return 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void fill_script(struct virthook_script *script, const struct message_script *from)
{
    *script = (struct virthook_script){
        .path = from->path,
        .exit_status = from->exit_status,
        .signal = from->signal,
        .timed_out = from->timed_out,
        .retries = from->retries,
        .problem = from->problem,
        .duration_ms = from->duration_ms,
        .stdout_bytes = from->stdout_bytes,
        .stderr_bytes = from->stderr_bytes,
        .stdout_tail = or_empty(from->stdout_tail),
        .stderr_tail = or_empty(from->stderr_tail),
        .profile = from->profile,
        .denied = or_empty(from->denied),
        .enforced = or_empty(from->enforced),
        .observed = or_empty(from->observed),
    };
}

int reply_from_verdict(struct message *verdict, int output, uint64_t duration_ms,
                       struct virthook_reply **ret_reply)
{
    const struct message_verdict *from = &verdict->verdict;
    auto_owned struct owned_reply *owned = new_owned(from->script_count);
    int r;

    if (!owned)
        return -ENOMEM;
    r = take_output(owned, output);
    if (r < 0)
        return r;
    owned->reply.allow = from->allow;
    owned->reply.reason = from->reason;
    owned->reply.message = from->message;
    owned->reply.duration_ms = duration_ms;
    owned->reply.script_count = from->script_count;
    for (size_t i = 0; i < from->script_count; i++)
        fill_script(&owned->scripts[i], &from->scripts[i]);
    owned->verdict = *verdict;
    memset(verdict, 0, sizeof(*verdict));
    *ret_reply = &take_pointer(&owned)->reply;
    return 0;
}

static int finish_reply(struct owned_reply **slot, bool allow, const char *reason,
                        uint64_t duration_ms, struct virthook_reply **ret_reply)
{
    struct owned_reply *owned = take_pointer(slot);

    owned->reply.allow = allow;
    owned->reply.reason = reason;
    owned->reply.message = owned->message;
    owned->reply.duration_ms = duration_ms;
    *ret_reply = &owned->reply;
    return 0;
}

int reply_from_failure(const struct failure *failure, bool allow, const struct message_call *call,
                       uint64_t duration_ms, struct virthook_reply **ret_reply)
{
    auto_owned struct owned_reply *owned = new_owned(0);
    int length;

    if (!owned)
        return -ENOMEM;
    if (call->class == CLASS_EVENT)
        length = asprintf(&owned->message, "%s; the event '%s' of %s was not delivered",
                          failure_cause(failure), call->operation, call->object);
    else
        length = asprintf(&owned->message, "%s; '%s' of driver %s is %s by the failure policy",
                          failure_cause(failure), call->operation, call->driver,
                          allow ? "allowed" : "denied");
    if (length < 0) {
        owned->message = NULL;
        return -ENOMEM;
    }
    return finish_reply(&owned, allow, failure->reason, duration_ms, ret_reply);
}

int reply_no_script(const char *driver, const char *hooks, uint64_t duration_ms,
                    struct virthook_reply **ret_reply)
{
    auto_owned struct owned_reply *owned = new_owned(0);
    bool exists = access(hooks, F_OK) == 0 || errno != ENOENT;

    if (!owned)
        return -ENOMEM;
    if (asprintf(&owned->message, "there is no script for driver %s in %s%s", driver, hooks,
                 exists ? "" : ", which does not exist") < 0) {
        owned->message = NULL;
        return -ENOMEM;
    }
    return finish_reply(&owned, true, REASON_NO_SCRIPT, duration_ms, ret_reply);
}

void virthook_reply_free(struct virthook_reply *reply)
{
    if (reply)
        free_owned(
            (struct owned_reply *)(void *)((char *)reply - offsetof(struct owned_reply, reply)));
}
