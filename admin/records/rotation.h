/*
 * What a file's name tells of its rotation. Admin's process; names in a directory are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The bytes of the name that are the file's own, without what rotation put behind it: .1, .2.gz,
 * -20261123, -2026-11-23.gz, -20261123-1795426878. */
size_t rotation_own_size(const char *name);

/* In what follows, `put` is what rotation put behind a name: "" for the file that is written. */

/* By a date, not by a number. */
bool rotation_is_dated(const char *put);

bool rotation_is_compressed(const char *put);

/*
 * Orders two of one file as qsort(3) does, the older one first; those with dates come before those
 * with numbers, as names alone do not tell which of these is older. A compressed one comes behind
 * the one that it was made of.
 */
int rotation_compare(const char *put, const char *other);
