/*
 * What is wrong with a configuration: the first thing found, with file and line. Helper and
 * virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The file was refused, and the problem says why. */
#define CONFIG_E_REFUSED 1

/* Starts as {.path = …}. */
struct config_problem {
    const char *path; /* of the file; borrowed */
    char *text;       /* "file:line: cause; mend", or NULL; the owner of the structure frees it */
    bool no_memory;
};

/*
 * Notes the problem, unless one was noted before; line 0 is that of the file as a whole. The text
 * is escaped here. Returns CONFIG_E_REFUSED, or -ENOMEM.
 */
__attribute__((format(printf, 3, 4))) int config_refuse(struct config_problem *problem,
                                                        unsigned int line, const char *format, ...);

/* Notes that memory was short. Returns -ENOMEM. */
int config_no_memory(struct config_problem *problem);

/*
 * The one of `names` (ended by NULL) that somebody who wrote `word` may have meant; NULL where none
 * is near, or where it is the word itself.
 */
const char *config_nearest(const char *word, const char *const *names);
