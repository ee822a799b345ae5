/*
 * A profile for a script, with all that has to be said of it. Admin's process; paths and texts come
 * from the log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "suggestion.h"

#include "cleanup.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A profile's name has 64 bytes at the most; so many are left for the script's. */
#define NAME_KEPT 50

/* One sentence each: parentheses, lest two of them be taken for one. */
static const char *const always_unseen[] = {
    ("what it does at operations that were not seen, for other guests, or where files are "
     "otherwise"),
    ("which of the host's processes it looks for: a permissive script sees its own alone; if it "
     "needs them, pids = host"),
    ("what it finds in the host's /tmp, or leaves for others in /tmp and /dev/shm: the profile's "
     "own are empty, and its guest's alone; if it needs the host's, tmp = host, writable += { "
     "/dev/shm }"),
    "whether programs ask who they run as: runuser and mount, for example, want user = root",
    ("what goes by io_uring, by netlink beyond routes and firewall, or by descriptors that it is "
     "handed"),
};

char *suggestion_name(const char *prefix, const char *path)
{
    const char *last = strrchr(path, '/');
    char *name;

    if (asprintf(&name, "%s%.*s", prefix, NAME_KEPT, last ? last + 1 : path) < 0)
        return NULL;
    for (char *at = name; *at; at++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", *at))
            *at = '-';
    }
    return name;
}

__attribute__((format(printf, 2, 3))) static int remark(struct suggestion *suggestion,
                                                        const char *format, ...)
{
    char **remarks = reallocarray(suggestion->remarks, suggestion->remark_count + 1,
                                  sizeof(*remarks));
    va_list arguments;
    char *text;

    if (!remarks)
        return -ENOMEM;
    suggestion->remarks = remarks;
    va_start(arguments, format);
    text = text_compose(format, arguments);
    va_end(arguments);
    if (!text)
        return -ENOMEM;
    remarks[suggestion->remark_count++] = text;
    return 0;
}

static int remark_on_bounds(struct suggestion *suggestion)
{
    const struct evidence *evidence = suggestion->evidence;

    if (evidence->lost == 0 && !evidence->lost_more)
        return 0;
    return remark(suggestion,
                  "%" PRIu64 "%s things that it did, of which the log kept no more than their "
                  "number: put this profile's grants into the permissive one, and run it again",
                  evidence->lost, evidence->lost_more ? " or more" : "");
}

static int remark_on_runs(struct suggestion *suggestion)
{
    const struct evidence *evidence = suggestion->evidence;
    int r = 0;

    if (evidence->failed > 0)
        r = remark(suggestion,
                   "what it would have done in %" PRIu64 " of its runs, which failed: later steps "
                   "may be missing",
                   evidence->failed);
    if (r == 0 && evidence->other_versions)
        r = remark(suggestion, "which grants its newest version needs: the log has runs of other "
                               "versions of the script, or under other permissive profiles, too");
    if (r == 0 && evidence->runs > 0)
        r = remark(suggestion,
                   "what the permissive profile %s grants beyond isolated, if it does not inherit "
                   "from that alone",
                   evidence->profile);
    if (r == 0 && evidence->runs == 0)
        r = remark(suggestion,
                   "all but the system calls that it was refused: what comes after a refusal, and "
                   "paths, are seen under a permissive profile alone");
    return r;
}

static int make_remarks(struct suggestion *suggestion)
{
    int r = remark_on_bounds(suggestion);

    if (r == 0)
        r = remark_on_runs(suggestion);
    for (size_t i = 0; r == 0 && i < sizeof(always_unseen) / sizeof(always_unseen[0]); i++)
        r = remark(suggestion, "%s", always_unseen[i]);
    return r;
}

int suggestion_make(const struct evidence *evidence, const char *name,
                    struct suggestion *ret_suggestion)
{
    ret_suggestion->evidence = evidence;
    ret_suggestion->base = evidence->runs > 0 ? "isolated" : evidence->profile;
    ret_suggestion->name = name ? strdup(name) : suggestion_name("hook-", evidence->path);
    if (!ret_suggestion->name || grants_make(evidence, &ret_suggestion->grants) < 0)
        return -ENOMEM;
    return make_remarks(ret_suggestion);
}

int suggestion_remark_no_helper(struct suggestion *suggestion)
{
    return remark(suggestion, "which grants are near root: no helper was there to tell");
}

bool suggestion_is_short(const struct suggestion *suggestion)
{
    const struct grants *grants = &suggestion->grants;

    for (size_t i = 0; i < grants->count; i++) {
        if (grants->list[i].key == GRANT_NEVER)
            return true;
    }
    return suggestion->evidence->lost > 0 || suggestion->evidence->runs == 0;
}

void suggestion_clear(struct suggestion *suggestion)
{
    grants_clear(&suggestion->grants);
    for (size_t i = 0; i < suggestion->remark_count; i++)
        free(suggestion->remarks[i]);
    free(suggestion->remarks);
    free(suggestion->name);
    *suggestion = (struct suggestion){0};
}
