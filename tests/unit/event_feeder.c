/*
 * Gives events to virteventd's dispatch, as lines on stdin say, and answers on stdout: for the
 * tests of tests/integration/events, which kill it. What it delivers to is a real helper.
 *
 *     event_feeder SOCKET STATE [KEY=NUMBER]…
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "clock.h"
#include "dispatch.h"
#include "number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 8

static struct virthook *hook;
static struct store *store;
static struct dispatch *dispatch;

/* In the order of the settings' keys. */
enum { EVENTS, BYTES, COALESCE, RUNNING, FIRST, MOST, KEYS };
static uint64_t numbers[KEYS] = {10000, 16 << 20, 0, 64, 10, 1000};

static struct dispatch_settings settings(void)
{
    return (struct dispatch_settings){
        .limits = {.events = numbers[EVENTS],
                   .bytes = numbers[BYTES],
                   .coalesce = numbers[COALESCE] > 0},
        .running_max = (unsigned int)numbers[RUNNING],
        .retry_first_ms = numbers[FIRST],
        .retry_most_ms = numbers[MOST],
    };
}

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "event_feeder: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void set(const char *word)
{
    static const char *const keys[KEYS] = {
        "events=", "bytes=", "coalesce=", "running=", "first=", "most="};

    for (size_t i = 0; i < KEYS; i++) {
        size_t size = strlen(keys[i]);

        if (strncmp(word, keys[i], size) == 0 && number_parse(word + size, &numbers[i]))
            return;
    }
    fail(word, "no such setting");
}

/* tell KIND OBJECT EVENT [DETAIL [UUID]] */
static void tell(char *const *words, size_t count)
{
    struct event event = {.uri = "test:///default",
                          .kind = words[1],
                          .object = words[2],
                          .uuid = count > 5 ? words[5] : "",
                          .event = words[3],
                          .detail = count > 4 ? words[4] : "-",
                          .extra = "-"};

    event.payload = json_object_new_object();
    dispatch_take(&event, dispatch);
    json_object_put(event.payload);
}

/* burst OBJECTS EVENTS */
static void burst(char *const *words)
{
    uint64_t objects = 0, events = 0;

    if (!number_parse(words[1], &objects) || !number_parse(words[2], &events) || objects == 0)
        fail(words[1], "no number");
    for (uint64_t i = 0; i < events; i++) {
        char name[32], detail[32], kind[] = "domain", event[] = "started", verb[] = "tell";

        (void)snprintf(name, sizeof(name), "d%" PRIu64, i % objects);
        (void)snprintf(detail, sizeof(detail), "%" PRIu64, i / objects);
        tell((char *[]){verb, kind, name, event, detail}, 5);
    }
}

static void count(void)
{
    struct dispatch_counts counts;

    dispatch_count(dispatch, &counts);
    (void)printf("{\"waiting\": %zu, \"running\": %zu, \"lanes\": %zu, \"dropped\": %" PRIu64
                 ", \"coalesced\": %" PRIu64 ", \"delivered\": %" PRIu64 ", \"retried\": %" PRIu64
                 ", \"given_up\": %" PRIu64 ", \"refused\": %" PRIu64 ", \"away\": %s}\n",
                 counts.queue.waiting, counts.queue.running, counts.queue.lanes,
                 counts.queue.dropped, counts.queue.coalesced, counts.delivered, counts.retried,
                 counts.given_up, counts.refused, counts.helper_away ? "true" : "false");
}

/* stop MILLISECONDS: ends the process where all scripts have ended by then, and else, too. */
static void stop(const char *word)
{
    uint64_t ms = 0;
    bool all_ended;

    if (!number_parse(word, &ms))
        fail(word, "no number");
    dispatch_stop(dispatch);
    all_ended = dispatch_await(dispatch, clock_now_ms() + ms);
    (void)printf("%s\n", all_ended ? "ended" : "running");
    (void)fflush(NULL);
    if (!all_ended)
        _exit(EXIT_SUCCESS);
    dispatch_close(dispatch);
    virthook_close(hook);
    store_close(store);
    exit(EXIT_SUCCESS);
}

static void configure(const char *word)
{
    struct dispatch_settings now;

    set(word);
    now = settings();
    if (dispatch_configure(dispatch, &now) < 0)
        fail(word, "not in force");
}

static void obey(char *const *words, size_t word_count)
{
    if (strcmp(words[0], "tell") == 0 && word_count >= 4)
        tell(words, word_count);
    else if (strcmp(words[0], "burst") == 0 && word_count == 3)
        burst(words);
    else if (strcmp(words[0], "set") == 0 && word_count == 2)
        configure(words[1]);
    else if (strcmp(words[0], "attend") == 0)
        dispatch_attend(dispatch);
    else if (strcmp(words[0], "count") == 0)
        count();
    else if (strcmp(words[0], "stop") == 0 && word_count == 2)
        stop(words[1]);
    else
        fail(words[0], "no such command");
    (void)fflush(stdout);
}

static size_t split(char *line, char *words[WORDS_MAX])
{
    char *rest = NULL;
    size_t found = 0;

    for (char *word = strtok_r(line, " \n", &rest); word && found < WORDS_MAX;
         word = strtok_r(NULL, " \n", &rest))
        words[found++] = word;
    return found;
}

static void open_all(const char *socket, const char *state)
{
    struct virthook_options options = {
        .size = sizeof(options), .name = "virteventd", .socket = socket, .policy = ""};
    struct dispatch_settings now = settings();
    int r = virthook_open(&options, &hook);

    if (r == 0)
        r = store_open(state, &store);
    if (r == 0)
        r = dispatch_open(hook, store, &now, &dispatch);
    if (r < 0)
        fail(state, strerror(-r));
}

int main(int argc, char **argv)
{
    char *line = NULL, *words[WORDS_MAX];
    size_t capacity = 0;

    if (argc < 3)
        fail("usage", "SOCKET STATE [KEY=NUMBER]…");
    for (int i = 3; i < argc; i++)
        set(argv[i]);
    open_all(argv[1], argv[2]);
    while (getline(&line, &capacity, stdin) > 0) {
        size_t found = split(line, words);

        if (found > 0)
            obey(words, found);
    }
    free(line);
    stop("0");
}
