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
#include <sysexits.h>

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

/* One line of what is said before a list, and the list. */
static int show_list(const struct virthook_script *script, const char *says, const char *lines,
                     const char *help)
{
    auto_free char *list = text_list_lines(lines, SIZE_MAX);
    auto_free char *line = NULL;
    auto_free char *safe = NULL;

    if (!*lines)
        return 0;
    if (!list || asprintf(&line, "%s ran under the %s: %s%s", script->path, says, list, help) < 0)
        return -ENOMEM;
    safe = text_escape(line, strlen(line), false);
    if (!safe)
        return -ENOMEM;
    fprintf(stderr, "%s\n", safe);
    return 0;
}

/* For the admin who wonders why a hook does less than it did elsewhere, or what it would need. */
static int show_refusals(const struct virthook_script *script)
{
    const char *profile = script->profile ? script->profile : "-";
    auto_free char *refused = NULL;
    auto_free char *would = NULL;
    int r;

    if (asprintf(&refused, "profile %s and was refused", profile) < 0 ||
        asprintf(&would, "permissive profile %s, which would have refused it", profile) < 0)
        return -ENOMEM;
    r = show_list(script, refused, script->denied,
                  "; profiles.d/50-shipped.conf beside the configuration tells how to grant it");
    return r == 0 ? show_list(script, would, script->observed, "") : r;
}

bool show_is_good(const struct virthook_reply *reply)
{
    return strcmp(reply->reason, "ok") == 0 || strcmp(reply->reason, "no-script") == 0;
}

static const char *verdict_word(const struct virthook_reply *reply, bool event)
{
    if (event)
        return show_is_good(reply) ? "done" : "failed";
    return reply->allow ? "allow" : "deny";
}

/* What virteventd would do, and this command does not. */
static void show_retries(const struct virthook_script *script)
{
    auto_free char *path = text_escape(script->path, strlen(script->path), false);

    if (script->exit_status == EX_TEMPFAIL && script->retries > 0)
        fprintf(stderr, "%s asked to be tried again (75); virteventd does so up to %u times\n",
                path ? path : "a script", script->retries);
}

int show_plain(const struct virthook_reply *reply, bool event)
{
    auto_free char *message = text_escape(reply->message, strlen(reply->message), false);
    size_t size;
    auto_free char *output = show_output(reply, &size);
    int r = 0;

    if (!message || !output)
        return -ENOMEM;
    for (size_t i = 0; i < reply->script_count; i++)
        show_said(reply->scripts[i].stderr_tail);
    for (size_t i = 0; i < reply->script_count && r == 0; i++)
        r = show_refusals(&reply->scripts[i]);
    for (size_t i = 0; event && i < reply->script_count; i++)
        show_retries(&reply->scripts[i]);
    if (r < 0)
        return r;
    fprintf(stderr, "%s (%s) after %" PRIu64 " ms: %s\n", verdict_word(reply, event), reply->reason,
            reply->duration_ms, message);
    return fd_write_all(STDOUT_FILENO, output, size);
}
