/*
 * What is wrong with a configuration: the first thing found, with file and line. Helper and
 * virteventd.
 *
 * Texts from the file are shown, so they are escaped: an admin may read them in a terminal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_problem.h"

#include "cleanup.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Letters that may differ between a word and the name that was meant. */
#define NEAR_MAX 2

/* Longer words are not compared. */
#define WORD_MAX 32

int config_no_memory(struct config_problem *problem)
{
    problem->no_memory = true;
    return -ENOMEM;
}

static int note(struct config_problem *problem, unsigned int line, const char *what)
{
    auto_free char *where = NULL, *full = NULL;

    if (line > 0 && asprintf(&where, "%s:%u", problem->path, line) < 0)
        return -ENOMEM;
    if (asprintf(&full, "%s: %s", where ? where : problem->path, what) < 0)
        return -ENOMEM;
    problem->text = text_escape(full, strlen(full), false);
    return problem->text ? CONFIG_E_REFUSED : -ENOMEM;
}

int config_refuse(struct config_problem *problem, unsigned int line, const char *format, ...)
{
    auto_free char *what = NULL;
    va_list arguments;

    if (problem->no_memory)
        return -ENOMEM;
    if (problem->text)
        return CONFIG_E_REFUSED;
    va_start(arguments, format);
    what = text_compose(format, arguments);
    va_end(arguments);
    if (!what || note(problem, line, what) < 0)
        return config_no_memory(problem);
    return CONFIG_E_REFUSED;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;

    return smaller < c ? smaller : c;
}

/* Letters to add, drop or change to make one word the other (Levenshtein); both up to WORD_MAX. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], length = strlen(b);

    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t above = row[j];

            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[length];
}

const char *config_nearest(const char *word, const char *const *names)
{
    const char *nearest = NULL;
    size_t best = NEAR_MAX + 1, length = strlen(word);

    if (length <= NEAR_MAX || length > WORD_MAX)
        return NULL;
    for (; *names; names++) {
        size_t away = strlen(*names) <= WORD_MAX ? distance(word, *names) : best;

        if (away < best) {
            best = away;
            nearest = *names;
        }
    }
    return best > 0 ? nearest : NULL;
}
