/*
 * When scripts last ran, and how they ended, as the log has it. Admin's process; what the records
 * say is not trusted. However long the log is, one record a script is kept in memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "last_results.h"

#include "answer.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "place.h"
#include "records.h"
#include "text.h"

#include <string.h>

struct last {
    char *path;                  /* owned; as the log writes it */
    struct json_object *listed;  /* the script in the answer */
    struct json_object *end;     /* owned; the record of the call, or NULL */
    struct json_object *outcome; /* the script in it */
};

struct lasts {
    struct last *list;
    size_t count;
};

#define auto_lasts __attribute__((cleanup(lasts_clear)))

static void lasts_clear(struct lasts *lasts)
{
    for (size_t i = 0; i < lasts->count; i++) {
        free(lasts->list[i].path);
        json_object_put(lasts->list[i].end);
    }
    free(lasts->list);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct last *)a)->path, ((const struct last *)b)->path);
}

static int compare_path(const void *path, const void *last)
{
    return strcmp(path, ((const struct last *)last)->path);
}

static int lasts_make(struct json_object *answer, struct lasts *ret_lasts)
{
    struct json_object *scripts;
    size_t count = answer_list(answer, "scripts", &scripts);

    ret_lasts->list = calloc(count + 1, sizeof(*ret_lasts->list));
    if (!ret_lasts->list)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct last *last = &ret_lasts->list[ret_lasts->count];
        struct json_object *listed = json_object_array_get_idx(scripts, i);
        const char *path = answer_text(listed, "path");

        *last = (struct last){.path = text_escape(path, strlen(path), false), .listed = listed};
        if (!last->path)
            return -ENOMEM;
        ret_lasts->count++;
    }
    qsort(ret_lasts->list, ret_lasts->count, sizeof(*ret_lasts->list), compare);
    return 0;
}

/* The first of those in the list that have the path: an event's script may stand there for several
 * events. NULL where there is none. */
static struct last *find_first(const struct lasts *lasts, const char *path)
{
    struct last *last = bsearch(path, lasts->list, lasts->count, sizeof(*lasts->list),
                                compare_path);

    while (last && last > lasts->list && strcmp(last[-1].path, path) == 0)
        last--;
    return last;
}

static void take_outcome(const struct lasts *lasts, struct json_object *end,
                         struct json_object *outcome)
{
    const char *path = answer_text(outcome, "path");
    struct last *last = find_first(lasts, path);

    for (; last && last < lasts->list + lasts->count && strcmp(last->path, path) == 0; last++) {
        json_object_put(last->end);
        last->end = json_object_get(end);
        last->outcome = outcome;
    }
}

static void take_record(const struct lasts *lasts, struct json_object *end)
{
    struct json_object *outcomes;
    size_t count = answer_list(end, "scripts", &outcomes);

    for (size_t i = 0; i < count; i++)
        take_outcome(lasts, end, json_object_array_get_idx(outcomes, i));
}

static int take_records(const struct lasts *lasts, const char *guest, struct records *records)
{
    auto_free char *object = guest ? text_escape(guest, strlen(guest), false) : NULL;
    struct record record;
    int r;

    if (guest && !object)
        return -ENOMEM;
    records_look_for(records, object);
    while ((r = records_next(records, &record)) > 0) {
        if (strcmp(answer_text(record.json, "type"), "end") == 0 &&
            (!object || strcmp(answer_text(record.json, "object"), object) == 0))
            take_record(lasts, record.json);
    }
    return r;
}

static int add_copy(struct json_object *object, const char *key, const struct json_object *from)
{
    return json_object_object_add(object, key, json_object_get(answer_get(from, key)));
}

static int add_last(const struct last *last)
{
    static const char *const of_call[] = {"time", "call", "object", "operation", "sub_operation"};
    static const char *const of_script[] = {"profile",   "exit_status", "signal",
                                            "timed_out", "problem",     "duration_ms"};
    struct json_object *object = last->end ? json_object_new_object() : NULL;
    int r = json_object_object_add(last->listed, "last", object);

    if (!last->end)
        return r;
    for (size_t i = 0; i < sizeof(of_call) / sizeof(of_call[0]) && r == 0; i++)
        r = add_copy(object, of_call[i], last->end);
    for (size_t i = 0; i < sizeof(of_script) / sizeof(of_script[0]) && r == 0; i++)
        r = add_copy(object, of_script[i], last->outcome);
    return r;
}

static int fill(const struct lasts *lasts)
{
    int r = 0;

    for (size_t i = 0; i < lasts->count && r == 0; i++)
        r = add_last(&lasts->list[i]);
    return r;
}

static int complain_unread(const char *command, const char *place, int error)
{
    return complain(STATUS_USAGE, command,
                    "the log at %s cannot be read: %s; no last result is shown", place,
                    strerror(-error));
}

int last_results_add(const char *command, struct json_object *answer, const char *guest)
{
    auto_lasts struct lasts lasts = {0};
    auto_records struct records *records = NULL;
    const char *place = answer_text(answer, "audit");
    int r = lasts_make(answer, &lasts), read;

    if (r < 0)
        return complain(STATUS_USAGE, command, "memory is short");
    read = records_open(place, &records);
    if (read == 0)
        read = take_records(&lasts, guest, records);
    r = fill(&lasts);
    if (r < 0)
        return complain(STATUS_USAGE, command, "memory is short");
    if (read < 0 && read != -ENOENT)
        return complain_unread(command, place, read);
    return records ? place_tell(command, records) : 0;
}
