/*
 * One request of a caller, checked. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "message.h"
#include "virthook.h"

/* A pipe given as input must come to its end within this, or the daemon would wait for its writer.
 */
#define REQUEST_INPUT_MS 10000

/* The strings are the caller's; the input is ours. */
struct request {
    struct message_call message; /* has_stdin says whether there is input */
    uint64_t tag;
    int input; /* a final memfd, or negative where the input is empty */
    size_t input_size;
    char uuid[NAME_UUID_LENGTH + 1]; /* that of the input, where the caller gave none */
};

/*
 * Checks a request's names, not its input. Returns 0, or -EINVAL with a sentence, which is static,
 * in `*ret_fault`. `ret_known` is the request as this release knows it.
 */
int request_read(const struct virthook_request *from, struct virthook_request *ret_known,
                 struct request *ret_request, const char **ret_fault);

/*
 * Copies the input into a memfd, and takes the object's UUID from a hook's where the caller gave
 * none: the message then points into `request`, which must stay where it is. Returns 0; -E2BIG
 * where it has more than PROTOCOL_BULK_MAX bytes; -ETIMEDOUT where a pipe was not at its end after
 * REQUEST_INPUT_MS; or another negative errno of reading it or of making the memfd.
 */
int request_take_input(const struct virthook_request *known, struct request *request);

void request_clear(struct request *request);
