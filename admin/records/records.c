/*
 * The records of a log place, those of all helpers merged by time. Admin's process; root and
 * scripts that run as root may have put any bytes there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "records.h"

#include "chain.h"
#include "cleanup.h"

#include <string.h>

struct source {
    struct chain chain;
    struct json_object *json; /* of the line at hand; NULL before the first and at the end */
    bool ended;
};

struct records {
    struct log_files files;
    struct source *sources; /* one a helper */
    size_t count;
    struct source *given; /* whose record the caller has */
    uint64_t passed_over;
    struct json_tokener *tokener;
};

static bool same_helper(const struct log_file *a, const struct log_file *b)
{
    return a->own_size == b->own_size && memcmp(a->path, b->path, a->own_size) == 0;
}

/* The files are sorted: those of one helper stand together. */
static void share_out(struct records *records)
{
    const struct log_file *list = records->files.list;

    for (size_t i = 0; i < records->files.count; i++) {
        if (i == 0 || !same_helper(&list[i - 1], &list[i]))
            records->sources[records->count++].chain.files = &list[i];
        records->sources[records->count - 1].chain.count++;
    }
}

int records_open(const char *place, struct records **ret_records)
{
    auto_records struct records *records = calloc(1, sizeof(*records));
    int r;

    if (!records)
        return -ENOMEM;
    r = files_find(place, &records->files);
    if (r < 0)
        return r;
    records->tokener = json_tokener_new();
    records->sources = calloc(records->files.count, sizeof(*records->sources));
    if (!records->tokener || !records->sources)
        return -ENOMEM;
    share_out(records);
    *ret_records = take_pointer(&records);
    return 0;
}

/* NULL where the line is no JSON object from its start to its end. */
static struct json_object *parse(struct records *records, const struct chain *chain)
{
    struct json_object *json;

    json_tokener_reset(records->tokener);
    json = json_tokener_parse_ex(records->tokener, chain->line, (int)chain->size);
    if (json && json_object_is_type(json, json_type_object) &&
        json_tokener_get_parse_end(records->tokener) == chain->size)
        return json;
    json_object_put(json);
    return NULL;
}

/* Has the next record of the source at hand, if there is one. */
static int advance(struct records *records, struct source *source)
{
    while (!source->json && !source->ended) {
        int r = chain_next(&source->chain);

        if (r < 0)
            return r;
        source->ended = r == 0;
        if (source->ended)
            break;
        source->json = source->chain.size > 0 ? parse(records, &source->chain) : NULL;
        if (!source->json)
            records->passed_over++;
    }
    return 0;
}

static bool is_older(const struct source *a, const struct source *b)
{
    return strcmp(records_text(a->json, "time"), records_text(b->json, "time")) < 0;
}

static void give_back(struct records *records)
{
    if (!records->given)
        return;
    json_object_put(records->given->json);
    records->given->json = NULL;
    records->given = NULL;
}

int records_next(struct records *records, struct record *ret_record)
{
    struct source *oldest = NULL;

    give_back(records);
    for (size_t i = 0; i < records->count; i++) {
        struct source *source = &records->sources[i];
        int r = advance(records, source);

        if (r < 0)
            return r;
        if (source->json && (!oldest || is_older(source, oldest)))
            oldest = source;
    }
    if (!oldest)
        return 0;
    records->given = oldest;
    *ret_record = (struct record){
        .json = oldest->json, .line = oldest->chain.line, .size = oldest->chain.size};
    return 1;
}

struct records_notes records_notes(const struct records *records)
{
    struct records_notes notes = {.passed_over = records->passed_over};

    for (size_t i = 0; i < records->count && !notes.damaged; i++) {
        notes.damaged = records->sources[i].chain.damaged;
        notes.error = records->sources[i].chain.error;
    }
    return notes;
}

const char *records_text(struct json_object *json, const char *key)
{
    struct json_object *value;

    if (!json_object_object_get_ex(json, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return "";
    return json_object_get_string(value);
}

void records_close(struct records **slot)
{
    struct records *records = *slot;

    if (!records)
        return;
    for (size_t i = 0; i < records->count; i++) {
        json_object_put(records->sources[i].json);
        chain_clear(&records->sources[i].chain);
    }
    free(records->sources);
    if (records->tokener)
        json_tokener_free(records->tokener);
    files_clear(&records->files);
    free(records);
    *slot = NULL;
}
