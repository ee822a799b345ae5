/*
 * What a call is at, on one line of a terminal. Admin's process, in a thread of its own, since the
 * call blocks the one that makes it. What the helper says is checked and escaped, --helper may name
 * anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "progress.h"

#include "cleanup.h"
#include "clock.h"
#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* How long the line stays as it is, and how long there is none at first. */
#define TICK_MS 500

/* Back to the line's start, and all behind it erased. */
#define ERASE "\r\033[K"

static struct {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended_early;
    struct virthook *hook;
    struct terminal terminal;
    uint64_t started_ms;
    bool runs, over, shown; /* over and shown are guarded by the lock */
} progress = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The helper's one open call, as its status has it; the caller puts it. NULL where it tells none.
 */
static struct json_object *ask_call(void)
{
    auto_free char *json = NULL;
    struct json_object *status, *list = NULL, *call = NULL;

    if (virthook_status(progress.hook, &json) < 0)
        return NULL;
    status = json_tokener_parse(json);
    if (json_object_object_get_ex(status, "running", &list) &&
        json_object_is_type(list, json_type_array) && json_object_array_length(list) > 0)
        call = json_object_get(json_object_array_get_idx(list, 0));
    json_object_put(status);
    return call;
}

static char *compose_line(struct json_object *call)
{
    struct json_object *deadline = NULL, *script = NULL;
    uint64_t elapsed_ms = clock_now_ms() - progress.started_ms;
    const char *path;
    auto_free char *safe = NULL;
    char *line;

    json_object_object_get_ex(call, "deadline_ms", &deadline);
    json_object_object_get_ex(call, "script", &script);
    path = script ? json_object_get_string(script) : "no script runs yet";
    safe = text_escape(path, strlen(path), false);
    if (!safe ||
        asprintf(&line, "%" PRIu64 ".%" PRIu64 " s of at most %" PRIu64 " s: %s", elapsed_ms / 1000,
                 elapsed_ms % 1000 / 100, json_object_get_uint64(deadline) / 1000, safe) < 0)
        return NULL;
    return line;
}

/* A line that fills the last column would go on in the next. */
static void cut(char *line, size_t width)
{
    size_t fits = strlen(line);

    if (width > 1)
        terminal_columns(line, width - 1, &fits);
    line[fits] = '\0';
}

/* With the lock. */
static void draw(char *line)
{
    cut(line, progress.terminal.width);
    fputs(ERASE, stderr);
    terminal_print(&progress.terminal, TONE_FAINT, line);
    fflush(stderr);
    progress.shown = true;
}

/* With the lock; returns whether the call is over. */
static bool wait_tick(void)
{
    uint64_t until_ms = clock_now_ms() + TICK_MS;
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};

    while (!progress.over && clock_now_ms() < until_ms)
        pthread_cond_timedwait(&progress.ended_early, &progress.lock, &until);
    return progress.over;
}

/* Asks without the lock, so that the line can be erased meanwhile. */
static void *show(void *argument)
{
    pthread_mutex_lock(&progress.lock);
    while (!wait_tick()) {
        struct json_object *call;
        auto_free char *line = NULL;

        pthread_mutex_unlock(&progress.lock);
        call = ask_call();
        line = call ? compose_line(call) : NULL;
        json_object_put(call);
        pthread_mutex_lock(&progress.lock);
        if (line && !progress.over)
            draw(line);
    }
    pthread_mutex_unlock(&progress.lock);
    return NULL;
}

static int init_condition(void)
{
    pthread_condattr_t attributes;
    int r = pthread_condattr_init(&attributes);

    if (r != 0)
        return r;
    r = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (r == 0)
        r = pthread_cond_init(&progress.ended_early, &attributes);
    pthread_condattr_destroy(&attributes);
    return r;
}

static bool can_erase(const struct terminal *terminal)
{
    const char *term = getenv("TERM");

    return terminal->is_terminal && term && strcmp(term, "dumb") != 0;
}

void progress_start(struct virthook *hook)
{
    progress.terminal = terminal_of(stderr);
    if (!can_erase(&progress.terminal) || init_condition() != 0)
        return;
    progress.hook = hook;
    progress.started_ms = clock_now_ms();
    progress.runs = pthread_create(&progress.thread, NULL, show, NULL) == 0;
}

void progress_erase(void)
{
    if (!progress.runs)
        return;
    pthread_mutex_lock(&progress.lock);
    if (progress.shown && !progress.over)
        fputs(ERASE, stderr);
    progress.over = true;
    pthread_cond_signal(&progress.ended_early);
    pthread_mutex_unlock(&progress.lock);
}

void progress_end(void)
{
    if (!progress.runs)
        return;
    progress_erase();
    pthread_join(progress.thread, NULL);
    pthread_cond_destroy(&progress.ended_early);
    progress.runs = false;
}
