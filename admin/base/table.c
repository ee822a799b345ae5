/*
 * Tables for people: columns as wide as their contents, in lines as wide as the terminal.
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

/* With less a text that is shown whole is a ladder of words. */
#define LAST_WRAPPED_MIN 40

/* Where a row that is wider than the terminal goes on beneath. */
#define INDENT 4

struct cell {
    char *text; /* owned */
    enum tone tone;
};

struct table {
    const struct terminal *terminal;
    const struct table_column *columns;
    size_t count;
    size_t widths[TABLE_COLUMNS_MAX];
    bool ends_line[TABLE_COLUMNS_MAX];
    struct cell *cells; /* those that wait: TABLE_AHEAD rows and the one at hand */
    size_t cell_count;
    bool settled; /* the widths, and the titles are printed */
    bool short_of_memory;
    int error; /* 0, or what stdout said, as a negative errno */
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

/* What the column asks of its line. */
static size_t need_of(const struct table *table, size_t column)
{
    size_t least = table->columns[column].whole ? LAST_WRAPPED_MIN : LAST_MIN;
    size_t width = table->widths[column];

    return column + 1 == table->count && width > least ? least : width;
}

static void settle_lines(struct table *table)
{
    size_t at = 0;

    for (size_t i = 0; i < table->count; i++) {
        size_t need = need_of(table, i);

        table->ends_line[i] = i + 1 == table->count;
        if (i > 0 && table->terminal->width > 0 && at + need > table->terminal->width) {
            table->ends_line[i - 1] = true;
            at = INDENT;
        }
        at += table->widths[i] + GAP;
    }
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

/* What is left to the last column, which begins at `at`; 0: no bound. */
static size_t room_of_last(const struct table *table, size_t at)
{
    size_t width = table->terminal->width;

    if (width == 0)
        return 0;
    return at + LAST_MIN > width ? LAST_MIN : width - at;
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

static void begin_line(const struct table *table, size_t at)
{
    fputc('\n', table->terminal->stream);
    print_blanks(table, at);
}

/* All of the text, in lines that begin at `at`; a word that is too long for one is not broken. */
static void print_whole(const struct table *table, size_t at, enum tone tone, const char *text)
{
    size_t most = room_of_last(table, at);

    if (at > INDENT && longest_word(text) > most && terminal_columns(text, 0, NULL) > most) {
        begin_line(table, INDENT);
        at = INDENT;
        most = room_of_last(table, at);
    }
    while (*text) {
        size_t size = line_of(text, most);
        auto_free char *part = strndup(text, size);

        terminal_print(table->terminal, tone, part ? part : "");
        text += size + strspn(text + size, " ");
        if (*text)
            begin_line(table, at);
    }
}

static void print_last(const struct table *table, size_t at, enum tone tone, const char *text)
{
    size_t column = table->count - 1, most = room_of_last(table, at);
    size_t width = terminal_columns(text, 0, NULL), room = table->widths[column];

    if (table->columns[column].right && width < room)
        print_blanks(table, room - width);
    if (most > 0 && table->columns[column].whole)
        print_whole(table, at, tone, text);
    else
        print_cut(table, column, tone, text, most);
    fputc('\n', table->terminal->stream);
}

/* A cell that is not the last; returns where the next one begins. */
static size_t print_cell(const struct table *table, size_t column, size_t at, enum tone tone,
                         const char *text)
{
    size_t most = table->columns[column].most, width = terminal_columns(text, 0, NULL);
    size_t room = table->widths[column], blanks;

    if (most > 0 && width > most)
        width = most;
    blanks = width < room ? room - width : 0;
    if (table->columns[column].right)
        print_blanks(table, blanks);
    print_cut(table, column, tone, text, most);
    if (table->ends_line[column]) {
        begin_line(table, INDENT);
        return INDENT;
    }
    print_blanks(table, GAP + (table->columns[column].right ? 0 : blanks));
    return at + width + blanks + GAP;
}

static void print_row(const struct table *table, const struct cell *row)
{
    size_t at = 0, last = table->count - 1;

    for (size_t i = 0; i < last; i++)
        at = print_cell(table, i, at, row[i].tone, row[i].text ? row[i].text : "");
    print_last(table, at, row[last].tone, row[last].text ? row[last].text : "");
}

static void print_titles(const struct table *table)
{
    size_t at = 0, last = table->count - 1;

    for (size_t i = 0; i < last; i++)
        at = print_cell(table, i, at, TONE_STRONG, table->columns[i].title);
    print_last(table, at, TONE_STRONG, table->columns[last].title);
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
    errno = 0;
    if (!table->settled) {
        settle_widths(table);
        settle_lines(table);
        print_titles(table);
        table->settled = true;
    }
    for (size_t i = 0; i < rows; i++)
        print_row(table, &table->cells[i * table->count]);
    clear_cells(table);
    if ((fflush(table->terminal->stream) != 0 || ferror(table->terminal->stream)) && !table->error)
        table->error = errno > 0 ? -errno : -EIO;
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
    return table->error;
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
