/*
 * The records of a log place, those of all helpers merged by time. Admin's process; root and
 * scripts that run as root may have put any bytes there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "records.h"

#include "chain.h"
#include "cleanup.h"
#include "json_line.h"
#include "rotation.h"
#include "watch.h"

#include <string.h>

struct source {
    struct chain chain;
    struct log_file own;      /* of one that came later: its only file */
    struct json_object *json; /* of the line at hand; NULL before the first and at the end */
    bool ended;
};

struct records {
    char *place;
    int watch; /* of the directory, where more records are waited for; else negative */
    struct log_files files;
    struct source **sources; /* one a helper, and one for each file that came later */
    size_t count;
    struct source *given; /* whose record the caller has */
    const char *wanted;   /* borrowed; NULL: any record */
    uint64_t objects, passed_over;
    struct json_tokener *tokener;
};

static struct source *add_source(struct records *records)
{
    struct source **list = reallocarray(records->sources, records->count + 1, sizeof(void *));

    if (!list)
        return NULL;
    records->sources = list;
    list[records->count] = calloc(1, sizeof(**list));
    if (!list[records->count])
        return NULL;
    list[records->count]->own.fd = -EBADF;
    list[records->count]->chain.live = records->watch >= 0;
    return list[records->count++];
}

/* The files are sorted: those of one helper stand together. */
static int share_out(struct records *records)
{
    struct log_file *list = records->files.list;

    for (size_t i = 0; i < records->files.count;) {
        struct source *source = add_source(records);

        if (!source)
            return -ENOMEM;
        source->chain.files = &list[i];
        source->chain.count = files_of_one(&list[i], records->files.count - i);
        i += source->chain.count;
    }
    return 0;
}

/* Begins to watch before it looks: what comes in between is news. */
static int find(struct records *records, bool live)
{
    auto_free char *directory = NULL;
    int r = 0;

    if (live) {
        directory = files_directory(records->place);
        r = directory ? watch_open(directory, &records->watch) : -ENOMEM;
    }
    if (r == 0)
        r = files_find(records->place, &records->files);
    return live && records->watch >= 0 && r == -ENOENT ? 0 : r;
}

static int open_records(const char *place, bool live, struct records **ret_records)
{
    auto_records struct records *records = calloc(1, sizeof(*records));
    int r;

    if (!records)
        return -ENOMEM;
    records->watch = -EBADF;
    records->place = strdup(place);
    records->tokener = json_tokener_new();
    if (!records->place || !records->tokener)
        return -ENOMEM;
    r = find(records, live);
    if (r == 0)
        r = share_out(records);
    if (r == 0)
        *ret_records = take_pointer(&records);
    return r;
}

int records_open(const char *place, struct records **ret_records)
{
    return open_records(place, false, ret_records);
}

int records_open_live(const char *place, struct records **ret_records)
{
    return open_records(place, true, ret_records);
}

int records_watch(const struct records *records)
{
    return records->watch;
}

static bool is_same(const struct log_file *a, const struct log_file *b)
{
    return a->device == b->device && a->inode == b->inode;
}

/* The file that is read now, or last; NULL where none is left open, whose number may be another's
 * by now. */
static const struct log_file *file_of(const struct source *source)
{
    const struct chain *chain = &source->chain;

    return chain->at < chain->count ? &chain->files[chain->at] : NULL;
}

/*
 * Whether it is read already. Of a file that bears its first name only one that is still open is
 * the same; of one that was rotated, any that bears its number.
 */
static bool is_known(const struct records *records, const struct log_file *file)
{
    bool current = file->path[file->own_size] == '\0';

    for (size_t i = 0; i < records->count; i++) {
        const struct chain *chain = &records->sources[i]->chain;
        const struct log_file *open = file_of(records->sources[i]);

        if (open && is_same(open, file))
            return true;
        for (size_t j = 0; !current && chain->files && j < chain->count; j++) {
            if (is_same(&chain->files[j], file))
                return true;
        }
    }
    return false;
}

/* Helpers never come back to a file when they have made the next. */
static void end_before(struct records *records, const struct log_file *file)
{
    for (size_t i = 0; i < records->count; i++) {
        struct source *source = records->sources[i];
        const struct log_file *open = file_of(source);

        if (open && open->own_size == file->own_size &&
            memcmp(open->path, file->path, file->own_size) == 0)
            source->chain.live = false;
    }
}

static int add_later(struct records *records, struct log_file *file)
{
    struct source *source;

    end_before(records, file);
    source = add_source(records);
    if (!source)
        return -ENOMEM;
    source->own = *file;
    file->path = NULL;
    file->fd = -EBADF;
    source->chain.files = &source->own;
    source->chain.count = 1;
    return 0;
}

/* Takes the files that came; what was compressed meanwhile was read as it was before. */
static int take_new_files(struct records *records)
{
    struct log_files files = {0};
    int r = files_find(records->place, &files);

    for (size_t i = 0; r == 0 && i < files.count; i++) {
        if (files.list[i].fd >= 0 && !rotation_is_compressed(files.list[i].path) &&
            !is_known(records, &files.list[i]))
            r = add_later(records, &files.list[i]);
    }
    files_clear(&files);
    return r == -ENOENT ? 0 : r;
}

int records_refresh(struct records *records)
{
    int news = watch_take(records->watch);

    if (news < 0)
        return news;
    if (news & WATCH_GONE)
        return -ENOENT;
    return news & WATCH_NAMES ? take_new_files(records) : 0;
}

/* Whether JSON has no way to write the text but as it is, and in numbers of characters (\uXXXX). */
static bool has_one_spelling(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == '"' || *text == '\\' || *text == '/')
            return false;
    }
    return true;
}

void records_look_for(struct records *records, const char *text)
{
    records->wanted = text && has_one_spelling(text) ? text : NULL;
}

static bool may_be_wanted(const struct records *records, const struct chain *chain)
{
    return !records->wanted ||
           memmem(chain->line, chain->size, records->wanted, strlen(records->wanted)) ||
           memmem(chain->line, chain->size, "\\u", strlen("\\u"));
}

/* Has the record of the line at hand, where it is one and may be wanted. */
static void parse(struct records *records, struct source *source)
{
    const struct chain *chain = &source->chain;

    if (chain->size == 0 || !json_line_is_object(chain->line, chain->size)) {
        records->passed_over++;
        return;
    }
    records->objects++;
    if (!may_be_wanted(records, chain))
        return;
    json_tokener_reset(records->tokener);
    source->json = json_tokener_parse_ex(records->tokener, chain->line, (int)chain->size);
    if (!source->json)
        records->passed_over++;
}

/* Has the next record of the source at hand, if there is one. */
static int advance(struct records *records, struct source *source)
{
    while (!source->json && !source->ended) {
        int r = chain_next(&source->chain);

        if (r < 0)
            return r;
        source->ended = r == 0 && !source->chain.live;
        if (r == 0)
            break;
        parse(records, source);
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
        struct source *source = records->sources[i];
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
        .json = oldest->json,
        .line = oldest->chain.line,
        .size = oldest->chain.size,
        .path = chain_path(&oldest->chain),
        .number = oldest->chain.number,
    };
    return 1;
}

struct records_notes records_notes(const struct records *records)
{
    struct records_notes notes = {.objects = records->objects, .passed_over = records->passed_over};

    for (size_t i = 0; i < records->count && !notes.damaged; i++) {
        notes.damaged = records->sources[i]->chain.damaged;
        notes.error = records->sources[i]->chain.error;
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
        json_object_put(records->sources[i]->json);
        chain_clear(&records->sources[i]->chain);
        files_clear_one(&records->sources[i]->own);
        free(records->sources[i]);
    }
    free(records->sources);
    if (records->tokener)
        json_tokener_free(records->tokener);
    files_clear(&records->files);
    close_fd(&records->watch);
    free(records->place);
    free(records);
    *slot = NULL;
}
