/*
 * What the records of a log come to, script by script. Admin's process; root and scripts that run
 * as root may have written anything there.
 *
 * Memory is bounded: so many scripts and drivers, whatever the length of the log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "durations.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_SCRIPTS_MAX 4096
#define TALLY_DRIVERS_MAX 64

/* Bytes of "2026-11-23T09:41:18.123456Z" with its NUL. */
#define TALLY_TIME_SIZE 28

/* Of a script, as a driver's hook. Texts are escaped and owned. */
struct script_tally {
    char *driver, *path;
    uint64_t calls;    /* in which it ran or should have */
    uint64_t denied;   /* of these: it failed, and the verdict was deny */
    uint64_t timeouts; /* of these: it was ended because its time was up */
    uint64_t not_run;  /* of these: it was not started, or its exec failed */
    uint64_t denied_system_calls;
    char last[TALLY_TIME_SIZE]; /* when the newest of these ended, as in the record */
    struct durations durations; /* of those in which it ran */
};

enum tally_verdict {
    TALLY_ALLOW,
    TALLY_DENY,
    TALLY_NONE, /* the helper was lost */
    TALLY_VERDICTS,
};

/* The word for a verdict: "allow", "deny", "none". */
extern const char *const tally_verdicts[TALLY_VERDICTS];

struct driver_tally {
    char *driver; /* escaped, owned; NULL: those beyond TALLY_DRIVERS_MAX together */
    uint64_t calls[TALLY_VERDICTS];
    uint64_t timeouts; /* whose time was up, running or before they ran */
};

/* All zero at first. */
struct tally {
    struct script_tally **scripts; /* sorted by driver and path */
    size_t script_count;
    struct driver_tally drivers[TALLY_DRIVERS_MAX + 1];
    size_t driver_count;
    uint64_t left_out; /* runs of scripts beyond TALLY_SCRIPTS_MAX */
    uint64_t lost;     /* records that a full disk has cost */
    char first[TALLY_TIME_SIZE], last[TALLY_TIME_SIZE]; /* calls' ends; "" where there is none */
};

/* Counts an end; returns 0 or -ENOMEM. */
int tally_take_end(struct tally *tally, struct json_object *record);

/* Counts what a record of lost ones says. */
void tally_take_lost(struct tally *tally, struct json_object *record);

/* Over all drivers. */
uint64_t tally_calls(const struct tally *tally, enum tally_verdict verdict);

void tally_clear(struct tally *tally);
