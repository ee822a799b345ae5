/*
 * Records as people see them, a row of a table each, or as they are in the log. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "records.h"

#include <stdbool.h>

struct view;

#define auto_view __attribute__((cleanup(view_free)))

/* On stdout; `json`: the records as they are. NULL where memory is short. */
struct view *view_new(bool json);

/* The next record. Returns 0, why stdout cannot be written, or -ENOMEM. */
int view_put(struct view *view, const struct record *record);

/* Prints what waits. Errors as there; more may follow. */
int view_flush(struct view *view);

/* Whether a table has had no record; never true of JSON. */
bool view_is_empty(const struct view *view);

void view_free(struct view **slot);
