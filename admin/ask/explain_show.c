/*
 * The answer to `explain` for a person: what holds for the call in a few lines, then a table of
 * scripts and one of what is passed over. Admin's process; names of files may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "explain_show.h"

#include "answer.h"
#include "ask_show.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "table.h"
#include "text.h"

#include <inttypes.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "TITLE   text", its controls escaped. */
static void print_line(const char *title, const char *text)
{
    auto_free char *safe = text_escape(text, strlen(text), false);

    printf("%-10s %s\n", title, safe ? safe : "");
}

static void print_call(const struct json_object *answer)
{
    auto_free char *text = NULL;

    if (asprintf(&text, "%s %s %s %s", answer_text(answer, "driver"), answer_text(answer, "object"),
                 answer_text(answer, "operation"), answer_text(answer, "sub_operation")) < 0)
        text = NULL;
    print_line(ask_is_event(answer) ? "event" : "call", text ? text : "");
}

static void print_deadline(const struct json_object *answer)
{
    auto_free char *rule = ask_say_rule(answer_get(answer, "deadline_rule"), ask_is_event(answer),
                                        "");
    auto_free char *text = NULL;
    double seconds = (double)json_object_get_int64(answer_get(answer, "deadline_ms")) / 1000;

    if (!rule || asprintf(&text, "%g s%s%s", seconds, rule[0] ? ", by " : "", rule) < 0)
        text = NULL;
    print_line("deadline", text ? text : "");
}

static void print_failure(const struct json_object *answer)
{
    const struct json_object *failure = answer_get(answer, "failure");
    auto_free char *text = NULL;

    if (asprintf(&text,
                 "%s where a script exits with another status than 0; %s where it fails "
                 "otherwise",
                 answer_text(failure, "exit"), answer_text(failure, "other")) < 0)
        text = NULL;
    print_line("failure", text ? text : "");
}

static void print_head(const struct json_object *answer)
{
    auto_free char *config = NULL;
    bool read = json_object_get_boolean(answer_get(answer, "config_read"));

    if (asprintf(&config, "%s%s", answer_text(answer, "config"),
                 read ? "" : " (not there: the defaults hold)") < 0)
        config = NULL;
    print_call(answer);
    print_line("config", config ? config : "");
    if (ask_is_event(answer)) {
        print_line("events", answer_text(answer, "events"));
        print_deadline(answer);
        return;
    }
    print_line("hooks", answer_text(answer, "hooks"));
    print_deadline(answer);
    print_failure(answer);
}

/* A script's own time. */
static void put_seconds(struct table *table, const struct json_object *script)
{
    double seconds = (double)json_object_get_int64(answer_get(script, "timeout_ms")) / 1000;

    if (seconds > 0)
        table_putf(table, TONE_PLAIN, "%g s", seconds);
    else
        table_put(table, TONE_FAINT, "-");
}

static void put_script(struct table *table, const struct json_object *answer,
                       const struct json_object *script, size_t number)
{
    const char *problem = answer_text(script, "problem");
    auto_free char *rule = ask_say_rule(
        answer_get(script, "rule"), ask_is_event(answer),
        answer_text(answer, "profile_asked_for")[0] ? "asked for by --profile" : "default_profile");

    table_putf(table, TONE_PLAIN, "%zu", number);
    table_put(table, TONE_STRONG, answer_text(script, "path"));
    table_put(table, TONE_PLAIN, answer_text(script, "profile"));
    table_put(table, TONE_FAINT, rule);
    if (ask_is_event(answer)) {
        put_seconds(table, script);
        table_putf(table, TONE_PLAIN, "%" PRIi64,
                   json_object_get_int64(answer_get(script, "retries")));
    }
    if (problem[0])
        table_putf(table, TONE_BAD, "refused: %s", problem);
    else
        table_put(table, TONE_GOOD, "runs");
}

static int show_scripts(const struct terminal *terminal, const struct json_object *answer)
{
    static const struct table_column of_call[] = {
        {.title = "#", .right = true},
        {.title = "SCRIPT"},
        {.title = "PROFILE"},
        {.title = "CHOSEN BY"},
        {.title = "VETTING", .whole = true},
    };
    static const struct table_column of_event[] = {
        {.title = "#", .right = true},
        {.title = "SCRIPT"},
        {.title = "PROFILE"},
        {.title = "CHOSEN BY"},
        {.title = "TIMEOUT"},
        {.title = "RETRIES", .right = true},
        {.title = "VETTING", .whole = true},
    };
    auto_table struct table *table = ask_is_event(answer)
                                         ? table_new(terminal, of_event, COUNT(of_event))
                                         : table_new(terminal, of_call, COUNT(of_call));
    struct json_object *list;
    size_t count = answer_list(answer, "scripts", &list);

    if (!table)
        return -ENOMEM;
    if (count > 0)
        puts("");
    else
        puts(ask_is_event(answer) ? "\nNo script would run."
                                  : "\nNo script would run: the call is allowed.");
    for (size_t i = 0; i < count; i++)
        put_script(table, answer, json_object_array_get_idx(list, i), i + 1);
    return table_end(table);
}

int explain_show(const struct json_object *answer)
{
    struct terminal terminal = terminal_of(stdout);
    int r;

    print_head(answer);
    r = show_scripts(&terminal, answer);
    if (r == 0)
        r = ask_show_pairs(&terminal, answer, "passed_over", "PASSED OVER", "why");
    return r == 0 ? STATUS_ALLOW
                  : complain(STATUS_USAGE, "explain", "it cannot be shown: %s", strerror(-r));
}
