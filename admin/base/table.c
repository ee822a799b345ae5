/*
 * Tables for people: columns as wide as their contents, the last one cut at the terminal's edge or
 * going on in further lines.
 * Admin's process; what the cells say comes from clients, scripts and files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "table.h"

#include "cleanup.h"
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2 /* columns between cells */

/* The last column keeps so much even where the others leave less. */
#define LAST_MIN 10

/* One that is not cut stands below the others where they leave less, so far from the edge. */
#define WHOLE_MIN    40
#define WHOLE_INDENT 4

struct cell {
    char *text; /* owned */
    enum tone tone;
};

struct table {
    const struct terminal *terminal;
    const struct table_column *columns;
    size_t count;
    size_t widths[TABLE_COLUMNS_MAX];
    struct cell *cells; /* those that wait: TABLE_AHEAD rows and the one at hand */
    size_t cell_count;
    bool settled; /* the widths, and the titles are printed */
    bool short_of_memory;
};

struct table *table_new(const struct terminal *terminal, const struct table_column *columns,
                        size_t count)
{
    struct table *table = calloc(1, sizeof(*table));

    if (!table)
        return NULL;
    table->cells = calloc(count * (TABLE_AHEAD + 1), sizeof(*table->cells));
    if (!table->cells) {
        free(table);
        return NULL;
    }
    table->terminal = terminal;
    table->columns = columns;
    table->count = count;
    return table;
}

static size_t bound(const struct table *table, size_t column, size_t width)
{
    size_t most = table->columns[column].most;

    return most > 0 && width > most ? most : width;
}

static void settle_widths(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        table->widths[i] = terminal_columns(table->columns[i].title, 0, NULL);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t column = i % table->count;
        size_t width = bound(table, column, terminal_columns(table->cells[i].text, 0, NULL));

        if (width > table->widths[column])
            table->widths[column] = width;
    }
}

/* What the columns before leave to the last one; 0: no bound. */
static size_t room_of_last(const struct table *table)
{
    size_t taken = 0;

    if (table->terminal->width == 0)
        return 0;
    for (size_t i = 0; i + 1 < table->count; i++)
        taken += table->widths[i] + GAP;
    return taken + LAST_MIN > table->terminal->width ? LAST_MIN : table->terminal->width - taken;
}

static void print_blanks(const struct table *table, size_t count)
{
    fprintf(table->terminal->stream, "%*s", (int)count, "");
}

/* The longest end of the text that fits. */
static const char *end_of(const char *text, size_t most)
{
    while (terminal_columns(text, 0, NULL) > most) {
        size_t length = text_utf8_length(text, strlen(text));

        text += length > 0 ? length : 1;
    }
    return text;
}

/* The text, cut to `most` columns (0: not at all) with a mark that it was. */
static void print_cut(const struct table *table, size_t column, enum tone tone, const char *text,
                      size_t most)
{
    size_t rest = most > 3 ? most - 3 : 1, fits;
    auto_free char *part = NULL;
    int r;

    if (most == 0 || terminal_columns(text, 0, NULL) <= most) {
        terminal_print(table->terminal, tone, text);
        return;
    }
    terminal_columns(text, rest, &fits);
    if (table->columns[column].tail)
        r = asprintf(&part, "...%s", end_of(text, rest));
    else
        r = asprintf(&part, "%.*s...", (int)fits, text);
    if (r < 0)
        part = NULL;
    terminal_print(table->terminal, tone, part ? part : "");
}

/* How many bytes of the text go on a line of so many columns: whole words, one at the least. */
static size_t line_of(const char *text, size_t columns)
{
    size_t fits, end;

    terminal_columns(text, columns, &fits);
    if (text[fits] == '\0')
        return fits;
    for (end = fits; end > 0 && text[end] != ' '; end--)
        ;
    return end > 0 ? end : fits + strcspn(text + fits, " ");
}

static size_t longest_word(const char *text)
{
    size_t longest = 0;

    while (*text) {
        size_t size = strcspn(text, " ");

        longest = size > longest ? size : longest;
        text += size + strspn(text + size, " ");
    }
    return longest;
}

/* All of the text, in lines below each other; a word that is too long for one is not broken. */
static void print_whole(const struct table *table, enum tone tone, const char *text)
{
    size_t width = table->terminal->width, room = room_of_last(table);
    bool below = terminal_columns(text, 0, NULL) > room && width > 0 &&
                 (room < WHOLE_MIN || longest_word(text) > room);
    size_t indent = below ? WHOLE_INDENT : width - room;

    if (below)
        room = width > 2 * WHOLE_INDENT ? width - WHOLE_INDENT : WHOLE_INDENT;
    for (bool first = !below; *text; first = false) {
        size_t size = width > 0 ? line_of(text, room) : strlen(text);
        auto_free char *line = strndup(text, size);

        if (!first) {
            fputc('\n', table->terminal->stream);
            print_blanks(table, indent);
        }
        terminal_print(table->terminal, tone, line ? line : "");
        text += size + strspn(text + size, " ");
    }
}

static void print_cell(const struct table *table, size_t column, enum tone tone, const char *text)
{
    bool last = column + 1 == table->count;
    size_t most = last ? room_of_last(table) : table->columns[column].most;
    size_t width = terminal_columns(text, 0, NULL), room = table->widths[column];

    if (most > 0 && width > most)
        width = most;
    if (table->columns[column].right && width < room)
        print_blanks(table, room - width);
    if (last && table->columns[column].whole)
        print_whole(table, tone, text);
    else
        print_cut(table, column, tone, text, most);
    if (last)
        fputc('\n', table->terminal->stream);
    else
        print_blanks(table,
                     GAP + (table->columns[column].right || width > room ? 0 : room - width));
}

static void print_row(const struct table *table, const struct cell *row)
{
    for (size_t i = 0; i < table->count; i++)
        print_cell(table, i, row[i].tone, row[i].text ? row[i].text : "");
}

static void print_titles(const struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        print_cell(table, i, TONE_STRONG, table->columns[i].title);
}

static void clear_cells(struct table *table)
{
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i].text);
    table->cell_count = 0;
}

void table_flush(struct table *table)
{
    size_t rows = table->cell_count / table->count;

    if (rows == 0)
        return;
    if (!table->settled) {
        settle_widths(table);
        print_titles(table);
        table->settled = true;
    }
    for (size_t i = 0; i < rows; i++)
        print_row(table, &table->cells[i * table->count]);
    clear_cells(table);
    fflush(table->terminal->stream);
}

void table_put(struct table *table, enum tone tone, const char *text)
{
    struct cell *cell = &table->cells[table->cell_count];

    if (!text || text[0] == '\0')
        text = "-";
    *cell = (struct cell){.text = text_escape(text, strlen(text), false), .tone = tone};
    if (!cell->text) {
        table->short_of_memory = true;
        cell->text = calloc(1, 1);
    }
    table->cell_count++;
    if (table->cell_count % table->count != 0)
        return;
    if (table->settled || table->cell_count / table->count >= TABLE_AHEAD)
        table_flush(table);
}

void table_putf(struct table *table, enum tone tone, const char *format, ...)
{
    auto_free char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = text_compose(format, arguments);
    va_end(arguments);
    if (!text)
        table->short_of_memory = true;
    table_put(table, tone, text);
}

int table_end(struct table *table)
{
    table_flush(table);
    if (table->short_of_memory)
        return -ENOMEM;
    return fflush(table->terminal->stream) != 0 || ferror(table->terminal->stream) ? -EIO : 0;
}

void table_free(struct table **slot)
{
    struct table *table = *slot;

    if (!table)
        return;
    clear_cells(table);
    free(table->cells);
    free(table);
    *slot = NULL;
}
