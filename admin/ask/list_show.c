/*
 * The answer to `list` for a person: a table of scripts, one of those that would be refused, and
 * one of what never runs. Admin's process; names of files and of the log may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "list_show.h"

#include "answer.h"
#include "ask_show.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "local_time.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A cell that stays empty: the same as above. */
#define SAME " "

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct table_column of_hooks[] = {
    {.title = "SCRIPT"},  {.title = "DRIVER"},
    {.title = "GUEST"},   {.title = "OPERATION"},
    {.title = "PROFILE"}, {.title = "CHOSEN BY"},
    {.title = "VETTING"}, {.title = "LAST RESULT", .whole = true},
};

static const struct table_column of_events[] = {
    {.title = "SCRIPT"},  {.title = "KIND"},
    {.title = "OBJECT"},  {.title = "EVENT"},
    {.title = "PROFILE"}, {.title = "CHOSEN BY"},
    {.title = "VETTING"}, {.title = "LAST RESULT", .whole = true},
};

_Static_assert(COUNT(of_hooks) == COUNT(of_events), "both have the cells of put_script()");

static const char *text_or(const struct json_object *object, const char *key, const char *otherwise)
{
    const char *text = answer_text(object, key);

    return text[0] ? text : otherwise;
}

static void put_calls(struct table *table, const struct json_object *script)
{
    bool others = json_object_get_boolean(answer_get(script, "others"));
    const char *sub_operation = answer_text(script, "sub_operation");

    table_put(table, TONE_PLAIN, text_or(script, "driver", "all"));
    table_put(table, TONE_PLAIN, others ? "others" : text_or(script, "object", "all"));
    table_putf(table, TONE_PLAIN, "%s%s%s", text_or(script, "operation", "all"),
               sub_operation[0] ? "/" : "", sub_operation);
}

/* "rule 'games', line 7: object win*, operation start"; for events also kind and detail. */
static char *say_choice(const struct json_object *profile, bool event)
{
    static const char *const keys[] = {"kind", "object", "operation", "sub_operation"};
    const char *const words[] = {"kind", "object", event ? "event" : "operation", "detail"};
    auto_free char *rule = ask_say_rule(answer_get(profile, "rule"), event, "default_profile");
    const char *before = ": ";
    char *text = NULL;
    size_t size;
    FILE *stream = rule ? open_memstream(&text, &size) : NULL;

    if (!stream)
        return NULL;
    fputs(rule, stream);
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (!answer_text(profile, keys[i])[0])
            continue;
        fprintf(stream, "%s%s %s", before, words[i], answer_text(profile, keys[i]));
        before = ", ";
    }
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static void put_profile(struct table *table, const struct json_object *profile, bool event)
{
    auto_free char *choice = say_choice(profile, event);

    table_put(table, TONE_PLAIN, answer_text(profile, "profile"));
    table_put(table, TONE_FAINT, choice);
}

static void put_last(struct table *table, const struct json_object *last)
{
    const struct json_object *status = answer_get(last, "exit_status");
    char time[LOCAL_TIME_SIZE];

    if (!last) {
        table_put(table, TONE_FAINT, "none in the log");
        return;
    }
    local_time_format(answer_text(last, "time"), time);
    if (answer_text(last, "problem")[0])
        table_putf(table, TONE_BAD, "%s  not run: %s", time, answer_text(last, "problem"));
    else if (json_object_get_boolean(answer_get(last, "timed_out")))
        table_putf(table, TONE_BAD, "%s  timed out", time);
    else if (answer_get(last, "signal"))
        table_putf(table, TONE_BAD, "%s  signal %" PRIi64, time,
                   json_object_get_int64(answer_get(last, "signal")));
    else if (status)
        table_putf(table, json_object_get_int64(status) == 0 ? TONE_GOOD : TONE_BAD,
                   "%s  exit %" PRIi64, time, json_object_get_int64(status));
    else
        table_putf(table, TONE_WARNING, "%s  its end is not known", time);
}

static void put_script(struct table *table, const struct json_object *script)
{
    bool refused = answer_text(script, "problem")[0], event = ask_is_event(script);
    struct json_object *profiles;
    size_t count = answer_list(script, "profiles", &profiles);

    table_put(table, TONE_STRONG, answer_text(script, "path"));
    put_calls(table, script);
    put_profile(table, count > 0 ? json_object_array_get_idx(profiles, 0) : NULL, event);
    table_put(table, refused ? TONE_BAD : TONE_GOOD, refused ? "refused" : "runs");
    put_last(table, answer_get(script, "last"));
    for (size_t i = 1; i < count; i++) {
        for (size_t cell = 0; cell < 4; cell++)
            table_put(table, TONE_PLAIN, SAME);
        put_profile(table, json_object_array_get_idx(profiles, i), event);
        table_put(table, TONE_PLAIN, SAME);
        table_put(table, TONE_PLAIN, SAME);
    }
}

/* Those of one class; how many are in `*ret_count`. */
static int show_class(const struct terminal *terminal, const struct json_object *answer, bool event,
                      size_t *ret_count)
{
    auto_table struct table *table = table_new(terminal, event ? of_events : of_hooks,
                                               COUNT(of_hooks));
    struct json_object *scripts;
    size_t count = answer_list(answer, "scripts", &scripts);

    if (!table)
        return -ENOMEM;
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct json_object *script = json_object_array_get_idx(scripts, i);

        if (ask_is_event(script) != event)
            continue;
        put_script(table, script);
        ++*ret_count;
    }
    return *ret_count > 0 ? table_end(table) : 0;
}

static bool has_events(const struct json_object *answer)
{
    struct json_object *scripts;
    size_t count = answer_list(answer, "scripts", &scripts);

    while (count > 0 && !ask_is_event(json_object_array_get_idx(scripts, count - 1)))
        count--;
    return count > 0;
}

static int show_scripts(const struct terminal *terminal, const struct json_object *answer)
{
    size_t hooks, events = 0;
    int r = show_class(terminal, answer, false, &hooks);

    if (r == 0 && hooks > 0 && has_events(answer))
        puts("");
    if (r == 0)
        r = show_class(terminal, answer, true, &events);
    if (r == 0 && hooks + events == 0)
        puts("There is no script that could run.");
    return r;
}

int list_show(const struct json_object *answer)
{
    struct terminal terminal = terminal_of(stdout);
    int r = show_scripts(&terminal, answer);

    if (r == 0)
        r = ask_show_pairs(&terminal, answer, "scripts", "REFUSED", "problem");
    if (r == 0)
        r = ask_show_pairs(&terminal, answer, "passed_over", "PASSED OVER", "why");
    return r == 0 ? STATUS_ALLOW
                  : complain(STATUS_USAGE, "list", "it cannot be shown: %s", strerror(-r));
}
