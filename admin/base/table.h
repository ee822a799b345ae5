/*
 * Tables for people: columns as wide as their contents, the last one cut at the terminal's edge, or
 * shown whole. Where a terminal is narrower than a row, the row goes on beneath. Admin's process.
 *
 * Up to TABLE_AHEAD rows are looked at before the widths are settled; what comes later is printed
 * at once, so that a table of any length costs little memory. Where stdout is no terminal and
 * COLUMNS is not set, nothing is cut.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "terminal.h"

#define TABLE_AHEAD       500
#define TABLE_COLUMNS_MAX 16

struct table_column {
    const char *title;
    bool right;  /* numbers: aligned at the right */
    size_t most; /* columns of the terminal at the most, the rest is cut; 0: no bound */
    bool tail;   /* cut at its start: the end of a path tells more */
    bool whole;  /* the last one alone: goes on in further lines rather than be cut */
};

struct table;

#define auto_table __attribute__((cleanup(table_free)))

/*
 * Makes a table; `terminal` and `columns` (up to TABLE_COLUMNS_MAX) are borrowed while it lives.
 * NULL where memory is short.
 */
struct table *table_new(const struct terminal *terminal, const struct table_column *columns,
                        size_t count);

/*
 * The next cell, from left to right; the one of the last column ends the row. The text is escaped
 * here, so that it cannot steer a terminal or break a line. NULL or "" shows as "-". Memory that is
 * short shows at table_end().
 */
void table_put(struct table *table, enum tone tone, const char *text);
__attribute__((format(printf, 3, 4))) void table_putf(struct table *table, enum tone tone,
                                                      const char *format, ...);

/* Prints what waits; a table without a row prints nothing. Rows may follow. */
void table_flush(struct table *table);

/* The same, and tells: 0, -ENOMEM where a cell was lost, or why stdout could not be written. */
int table_end(struct table *table);

void table_free(struct table **slot);
