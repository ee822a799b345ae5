/*
 * One request of a caller, checked. Runs in the caller's process; the caller is trusted, but the
 * names come from a guest's definition and the input may be a pipe from anybody.
 *
 * The helper checks all of this again. Here it is checked so that a caller's mistake is an error of
 * its own, and costs no round trip.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "request.h"

#include "cleanup.h"
#include "clock.h"
#include "fd.h"
#include "sized.h"
#include "uuid.h"

#include <poll.h>
#include <string.h>

/* Bytes that are copied in one go. */
#define COPY_SIZE 65536

/* Each says what the names.h's check of that name takes. */
static const char *find_fault_of_class(const struct message_call *call)
{
    if (call->class == CLASS_HOOK && (!call->driver || !name_is_driver(call->driver)))
        return "the driver must be qemu, network, lxc, libxl, bhyve or daemon";
    if (call->class == CLASS_HOOK && (call->only || call->delivery || call->uri))
        return "'only', 'delivery' and 'uri' are for calls of class event";
    if (call->class == CLASS_EVENT && (!call->driver || !name_is_kind(call->driver)))
        return "an event's kind must be domain, network, storage-pool, node-device, secret or "
               "daemon";
    if (call->only && !name_is_only(call->only))
        return "the path in 'only' must be absolute UTF-8 of at most 4096 bytes";
    if (call->delivery && !name_is_delivery(call->delivery))
        return "the delivery must be 1 to 64 letters, digits, '.', '_' and '-'";
    if (call->uri && !name_is_uri(call->uri))
        return "the URI must be UTF-8 of 1 to 4096 bytes, with no blank";
    return NULL;
}

static const char *find_fault_of_names(const struct message_call *call)
{
    if (!call->object || !name_is_object(call->object))
        return "the object's name must be UTF-8 of 1 to 1024 bytes, with no newline and no '/'";
    if (!call->operation || !name_is_operation(call->operation))
        return "the operation must be 1 to 64 lower-case letters, digits and inner hyphens, or '-'";
    if (!name_is_operation(call->sub_operation))
        return "the sub-operation must be 1 to 64 lower-case letters, digits and inner hyphens, or "
               "'-'";
    if (!name_is_extra(call->extra))
        return "the extra argument must be UTF-8 of 1 to 4096 bytes ('-' stands for none)";
    if (call->uuid && !name_is_uuid(call->uuid))
        return "the UUID must be 8-4-4-4-12 lower-case hexadecimal digits";
    if (call->profile && !name_is_profile(call->profile))
        return "the profile's name must be 1 to 64 letters, digits, '.', '_' and '-'";
    return NULL;
}

static const char *find_fault(const struct message_call *call)
{
    const char *fault = find_fault_of_class(call);

    return fault ? fault : find_fault_of_names(call);
}

int request_read(const struct virthook_request *from, struct virthook_request *ret_known,
                 struct request *ret_request, const char **ret_fault)
{
    size_t least = offsetof(struct virthook_request, input);
    struct virthook_request known;
    struct request request;
    const char *fault;
    int r;

    r = sized_copy(from, least, &known, sizeof(known));
    if (r < 0) {
        *ret_fault = "the request must be set up as virthook.h says: zeroed, and with its size";
        return r;
    }
    request = (struct request){
        .message = {.class = known.event ? CLASS_EVENT : CLASS_HOOK,
                    .driver = known.driver,
                    .object = known.object,
                    .operation = known.operation,
                    .sub_operation = known.sub_operation ? known.sub_operation : "-",
                    .extra = known.extra ? known.extra : "-",
                    .uuid = known.uuid,
                    .profile = known.profile,
                    .only = known.only,
                    .delivery = known.delivery,
                    .uri = known.uri,
                    .timeout_ms = known.timeout_ms},
        .tag = known.tag,
        .input = -EBADF,
    };
    fault = find_fault(&request.message);
    if (fault) {
        *ret_fault = fault;
        return -EINVAL;
    }
    *ret_known = known;
    *ret_request = request;
    return 0;
}

/* Reads once; 0 with `*ret_count` 0 at the end. */
static int read_some(int fd, void *buffer, uint64_t until_ms, size_t *ret_count)
{
    ssize_t count;
    int r;

    do {
        r = fd_await(fd, POLLIN, until_ms);
        if (r < 0)
            return r;
        count = read(fd, buffer, COPY_SIZE);
    } while (count < 0 && (errno == EINTR || errno == EAGAIN));
    if (count < 0)
        return -errno;
    *ret_count = (size_t)count;
    return 0;
}

static int copy_stream(int from, int to, size_t *ret_size)
{
    uint64_t until_ms = clock_now_ms() + REQUEST_INPUT_MS;
    auto_free char *buffer = malloc(COPY_SIZE);
    size_t size = 0, count = 0;
    int r;

    if (!buffer)
        return -ENOMEM;
    do {
        r = read_some(from, buffer, until_ms, &count);
        if (r < 0)
            return r;
        size += count;
        if (size > PROTOCOL_BULK_MAX)
            return -E2BIG;
        r = fd_write_all(to, buffer, count);
        if (r < 0)
            return r;
    } while (count > 0);
    *ret_size = size;
    return 0;
}

static int copy_input(const struct virthook_request *known, int to, size_t *ret_size)
{
    if (known->use_input_fd)
        return copy_stream(known->input_fd, to, ret_size);
    if (known->input_size > PROTOCOL_BULK_MAX)
        return -E2BIG;
    *ret_size = known->input_size;
    return fd_write_all(to, known->input, known->input_size);
}

int request_take_input(const struct virthook_request *known, struct request *request)
{
    auto_close int memfd = -EBADF;
    size_t size = 0;
    int r;

    if (!known->use_input_fd && (!known->input || known->input_size == 0))
        return 0;
    r = fd_new_memfd("virthook-stdin", &memfd);
    if (r == 0)
        r = copy_input(known, memfd, &size);
    if (r == 0)
        r = fd_seal(memfd);
    if (r < 0 || size == 0)
        return r;
    request->input = take_fd(&memfd);
    request->input_size = size;
    request->message.has_stdin = true;
    if (!known->event && !request->message.uuid && uuid_find(request->input, request->uuid))
        request->message.uuid = request->uuid;
    return 0;
}

void request_clear(struct request *request)
{
    close_fd(&request->input);
}
