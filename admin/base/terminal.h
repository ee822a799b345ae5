/*
 * What a person's terminal can show: colours, and how wide. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a text says of itself; shown in colour where there is any. */
enum tone {
    TONE_PLAIN,
    TONE_GOOD,
    TONE_BAD,
    TONE_WARNING,
    TONE_FAINT,
    TONE_STRONG,
};

struct terminal {
    FILE *stream;
    bool is_terminal;
    bool colour;  /* a terminal, TERM is not "dumb", NO_COLOR is unset or empty */
    size_t width; /* columns: the terminal's, else $COLUMNS, 0 where neither tells: no bound */
};

/* Also has characters of the user's locale counted as wide as they are (setlocale(3)). */
struct terminal terminal_of(FILE *stream);

/* Prints the text, which holds no control characters, in this tone. */
void terminal_print(const struct terminal *terminal, enum tone tone, const char *text);

/*
 * Columns that the text takes. Where `most` is not 0, `*ret_fits` is how many of its bytes fit into
 * so many columns; NULL is allowed.
 */
size_t terminal_columns(const char *text, size_t most, size_t *ret_fits);
