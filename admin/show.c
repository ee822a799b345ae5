/*
 * A reply, shown to a person. Admin's process. The tails of what scripts wrote were made safe for a
 * terminal by the helper; the message is, here; new XML goes out as it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "show.h"

#include "cleanup.h"
#include "fd.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static char *join_tails(const struct virthook_reply *reply, size_t *ret_size)
{
    size_t size = 0, at = 0;
    char *joined;

    for (size_t i = 0; i < reply->script_count; i++)
        size += strlen(reply->scripts[i].stdout_tail);
    joined = malloc(size + 1);
    if (!joined)
        return NULL;
    for (size_t i = 0; i < reply->script_count; i++) {
        size_t length = strlen(reply->scripts[i].stdout_tail);

        memcpy(joined + at, reply->scripts[i].stdout_tail, length);
        at += length;
    }
    joined[size] = '\0';
    *ret_size = size;
    return joined;
}

char *show_output(const struct virthook_reply *reply, size_t *ret_size)
{
    char *copy;

    if (!reply->output)
        return join_tails(reply, ret_size);
    copy = malloc(reply->output_size + 1);
    if (!copy)
        return NULL;
    memcpy(copy, reply->output, reply->output_size + 1);
    *ret_size = reply->output_size;
    return copy;
}

/* Ends what a script said with a newline, so that the next one begins on a line of its own. */
static void show_said(const char *text)
{
    size_t length = strlen(text);

    fputs(text, stderr);
    if (length > 0 && text[length - 1] != '\n')
        fputc('\n', stderr);
}

int show_plain(const struct virthook_reply *reply)
{
    auto_free char *message = text_escape(reply->message, strlen(reply->message), false);
    size_t size;
    auto_free char *output = show_output(reply, &size);

    if (!message || !output)
        return -ENOMEM;
    for (size_t i = 0; i < reply->script_count; i++)
        show_said(reply->scripts[i].stderr_tail);
    fprintf(stderr, "%s (%s) after %" PRIu64 " ms: %s\n", reply->allow ? "allow" : "deny",
            reply->reason, reply->duration_ms, message);
    return fd_write_all(STDOUT_FILENO, output, size);
}
