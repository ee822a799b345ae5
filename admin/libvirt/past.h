/*
 * What libvirt runs of its own directory of hooks, past virthook. Admin's process.
 *
 * libvirt (6.5.0 and later) runs <driver> and each executable file of <driver>.d, whatever its
 * name; virthook has its shim at <driver>, and its own hooks elsewhere.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "drivers.h"

#include <stdbool.h>
#include <stddef.h>

enum past_kind {
    PAST_BESIDE, /* runs beside the shim of its driver */
    PAST_ALONE,  /* runs for a driver that has no shim */
    PAST_BROKEN, /* the shim's link leads to nothing that can be run: no hook of the driver runs */
};

struct past_file {
    char *path; /* owned */
    const char *driver;
    enum past_kind kind;
};

struct past {
    struct past_file *list;
    size_t count;
    bool adopted;                  /* the shim stands there for a driver at least */
    bool unasked[LIBVIRT_DRIVERS]; /* nothing stands at the driver's name, nor the shim */
};

#define auto_past __attribute__((cleanup(past_clear)))

/*
 * Looks at what is in the directory; there need be none. Returns 0, or a negative errno where it
 * cannot be read. Clear it in either case.
 */
int past_find(const char *directory, const char *shim, struct past *ret_past);

/* Whether it is an error: it keeps virthook from being what the admin has it for. */
bool past_is_error(const struct past_file *file);

/* What that means and what mends it, one sentence about "it"; the caller frees. NULL where memory
 * is short. */
char *past_say(const struct past_file *file);

/*
 * The same of a host where nothing was adopted: one sentence on all files, with how to begin. NULL
 * where memory is short.
 */
char *past_say_how_to_begin(const struct past *past, const char *directory);

void past_clear(struct past *past);
