/*
 * The records of a log place, those of all helpers merged by time. Admin's process; root and
 * scripts that run as root may have put any bytes there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

struct records;

struct record {
    struct json_object *json; /* an object; borrowed until the next is read, like the rest */
    const char *line;
    size_t size;
    const char *path; /* of the file that it is in */
    uint64_t number;  /* of its line there, from 1 */
};

/* What could not be read as records. */
struct records_notes {
    uint64_t objects;     /* lines that are JSON objects */
    uint64_t passed_over; /* lines that are none, or are too long */
    const char *damaged;  /* the first file that could not be read to its end; NULL: none */
    int error;            /* why: a positive errno */
};

#define auto_records __attribute__((cleanup(records_close)))

/* `place` as files_find() takes it; errors as there. */
int records_open(const char *place, struct records **ret_records);

/*
 * The same, to be gone on with at the end: 0 of records_next() then means that there is none for
 * now. A directory without a log will do. When records_watch() is readable, records_refresh() takes
 * what is new, and records_next() may have more.
 */
int records_open_live(const char *place, struct records **ret_records);

/* A descriptor for poll(2), borrowed; readable when the log may have more. */
int records_watch(const struct records *records);

/* To be called where records_next() told 0. Returns 0, -ENOENT where the log's directory is gone,
 * or another negative errno. */
int records_refresh(struct records *records);

/*
 * Leaves out records that have this text (borrowed while the records are read) nowhere: they are
 * looked through, but not taken apart. Others may be given that do not have it.
 */
void records_look_for(struct records *records, const char *text);

/* The next record: 1, 0 at the end, or -ENOMEM. */
int records_next(struct records *records, struct record *ret_record);

struct records_notes records_notes(const struct records *records);

/* The text of a key; "" where the record has none. */
const char *records_text(struct json_object *json, const char *key);

void records_close(struct records **slot);
