/*
 * All daemons that are watched. virteventd, in the thread of libvirt's event loop.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sources.h"

#include <string.h>

static struct source *find(const struct sources *sources, const char *uri)
{
    for (size_t i = 0; i < sources->count; i++) {
        if (strcmp(source_describe(sources->list[i]).uri, uri) == 0)
            return sources->list[i];
    }
    return NULL;
}

static int open_source(const char *uri, const struct event_sink *sink, sources_recall *recall,
                       struct source **ret_source)
{
    struct states known = {0};
    int r = recall ? recall(uri ? uri : SOURCE_DEFAULT, &known, sink->user) : 0;

    if (r == 0)
        r = source_open(uri, &known, sink, ret_source);
    states_clear(&known);
    return r;
}

/* Those of one that the other does not have, any more or yet. */
static void close_missing(const struct sources *sources, const struct sources *others)
{
    for (size_t i = 0; i < sources->count; i++) {
        if (!find(others, source_describe(sources->list[i]).uri))
            source_close(sources->list[i]);
    }
}

static int add(struct sources *next, const struct sources *now, const char *uri,
               const struct event_sink *sink, sources_recall *recall)
{
    struct source *source = find(now, uri ? uri : SOURCE_DEFAULT);
    int r = source ? 0 : open_source(uri, sink, recall, &source);

    if (r == 0)
        next->list[next->count++] = source;
    return r;
}

int sources_set(struct sources *sources, char *const *uris, size_t count,
                const struct event_sink *sink, sources_recall *recall)
{
    struct sources next = {0};
    int r = count == 0 ? add(&next, sources, NULL, sink, recall) : 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        r = add(&next, sources, uris[i], sink, recall);
    close_missing(r == 0 ? sources : &next, r == 0 ? &next : sources);
    if (r == 0)
        *sources = next;
    return r;
}
