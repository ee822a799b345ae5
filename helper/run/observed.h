/*
 * What a permissive script did that its profile, were it strict, would have refused: a list for the
 * verdict and the log. Helper.
 *
 * The runner reports it, which a script that is near root could make say anything: the list is a
 * record, and decides nothing.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lines that are kept of one script, and bytes of them with their ends: they fit, with the line
 * that counts the others, into the protocol's PROTOCOL_OBSERVED_MAX. */
#define OBSERVED_LINES_MAX 256
#define OBSERVED_SIZE_MAX  16000

/* Zero-initialise. */
struct observed {
    size_t lines;    /* kept */
    uint64_t others; /* not kept */
    bool more;       /* and more that nobody counted */
    size_t size;     /* of the text, without its NUL */
    char *text;      /* the lines, each but the last with a newline; NULL where none */
};

/* Adds what a RUNNER_OBSERVED report says. Where memory is short it is one of the others. */
void observed_add(struct observed *observed, const struct runner_report *report);

/*
 * The list as text, one thing a line, in the order in which each came first: see PROTOCOL.md, What
 * a permissive script did. The last line may be "others ×12". NULL where there is nothing, or no
 * memory; the caller frees.
 */
char *observed_text(const struct observed *observed);

void observed_clear(struct observed *observed);
