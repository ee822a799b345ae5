/*
 * Kinds, events and details in the configuration: are there such? Helper.
 *
 * The patterns are what an admin wrote: their form is not trusted. One that could fit nothing is
 * refused, since the admin meant something by it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_event_words.h"

#include "cleanup.h"
#include "discover_events.h"
#include "event_names.h"
#include "names.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* More than all events have words together. */
#define WORDS_MAX 256

/* Words that a pattern could have meant, each once; ended by NULL. */
struct words {
    size_t count;
    const char *list[WORDS_MAX + 1];
};

static bool fits(const char *pattern, const char *name)
{
    return !pattern || fnmatch(pattern, name, 0) == 0;
}

static void add_word(struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->list[i], word) == 0)
            return;
    }
    if (words->count < WORDS_MAX)
        words->list[words->count++] = word;
}

static void add_kinds(struct words *words)
{
    for (size_t i = 0; name_kind_at(i); i++)
        add_word(words, name_kind_at(i));
}

static void add_events(struct words *words, const char *kind)
{
    for (size_t i = 0; known_event_at(i); i++) {
        if (fits(kind, known_event_at(i)->kind))
            add_word(words, known_event_at(i)->event);
    }
}

static void add_details(struct words *words, const char *kind, const char *event)
{
    for (size_t i = 0; known_event_at(i); i++) {
        const struct known_event *known = known_event_at(i);

        for (size_t j = 0;
             fits(kind, known->kind) && fits(event, known->event) && known->details[j]; j++)
            add_word(words, known->details[j]);
    }
}

static bool fits_one(const char *pattern, const struct words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        if (fits(pattern, words->list[i]))
            return true;
    }
    return false;
}

/* The words, with commas between; NULL where memory is short. The caller frees. */
static char *join(const struct words *words)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    for (size_t i = 0; i < words->count; i++)
        fprintf(stream, "%s%s", i > 0 ? ", " : "", words->list[i]);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

/* `what`: "event of kind network", as the sentence needs it. NULL where memory is short. */
static char *say(const char *pattern, const char *what, const struct words *words)
{
    const char *near = config_nearest(pattern, words->list);
    auto_free char *all = near ? NULL : join(words);
    char *text = NULL;
    int length = 0;

    if (near)
        length = asprintf(&text, "'%s' is no %s; did you mean '%s'?", pattern, what, near);
    else if (all)
        length = asprintf(&text, "'%s' is no %s; write one of %s", pattern, what, all);
    return length < 0 ? NULL : text;
}

int config_refuse_kind(const char *word, unsigned int line, struct config_problem *problem)
{
    struct words words = {0};
    auto_free char *why = NULL;

    add_kinds(&words);
    why = say(word, "kind of object that has events", &words);
    return why ? config_refuse(problem, line, "%s", why) : config_no_memory(problem);
}

int config_check_kind(const char *pattern, unsigned int line, struct config_problem *problem)
{
    struct words words = {0};

    add_kinds(&words);
    return fits_one(pattern, &words) ? 0 : config_refuse_kind(pattern, line, problem);
}

/* "WHAT of OF NAME", or WHAT alone where there is no name. Returns as config_judge_event(). */
static int refuse(const char *pattern, const char *what, const char *of, const char *name,
                  const struct words *words, char **ret_why)
{
    auto_free char *full = NULL;

    if ((name ? asprintf(&full, "%s of %s %s", what, of, name) : asprintf(&full, "%s", what)) < 0)
        return -ENOMEM;
    *ret_why = say(pattern, full, words);
    return *ret_why ? 0 : -ENOMEM;
}

int config_judge_event(const struct event_names *patterns, bool *ret_detail, char **ret_why)
{
    const char *kind = patterns->kind, *event = patterns->event, *detail = patterns->detail;
    struct words events = {0}, details = {0};

    *ret_why = NULL;
    *ret_detail = false;
    add_events(&events, kind);
    if (!fits_one(event, &events))
        return refuse(event, "event", "kind", kind, &events, ret_why);
    *ret_detail = true;
    add_details(&details, kind, event);
    if (!fits_one(detail, &details))
        return refuse(detail, "detail", "event", event, &details, ret_why);
    return 0;
}

int config_check_event(const struct event_rule *rule, struct config_problem *problem)
{
    const struct event_names patterns = {rule->kind, rule->object, rule->event, rule->detail};
    auto_free char *why = NULL;
    bool of_detail;
    int r = config_judge_event(&patterns, &of_detail, &why);

    if (r < 0)
        return config_no_memory(problem);
    if (!why)
        return 0;
    return config_refuse(problem, of_detail ? rule->detail_line : rule->event_line, "%s", why);
}
