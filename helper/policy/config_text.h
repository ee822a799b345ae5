/*
 * The configuration's text, made fit for libconfuse. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"

#include <stddef.h>

/* Bytes of a configuration file. Ours has 8 KiB; 1 MiB takes the largest number of sections. */
#define CONFIG_TEXT_MAX (1024 * 1024)

/* Sections of a file, failure and rule together: libconfuse compares each title with all others. */
#define CONFIG_SECTIONS_MAX 1024

/* Where sections open, in the order of the file. */
struct config_lines {
    size_t section_count;
    unsigned int sections[CONFIG_SECTIONS_MAX];
};

/*
 * Checks the `size` bytes at `text`, which has room for one more, and changes them in place:
 * comments become spaces, what follows the last word is cut, and a NUL ends the text. After that
 * libconfuse counts lines right and takes nothing in silence. Returns 0, or as config_refuse().
 */
int config_text_prepare(char *text, size_t size, struct config_problem *problem,
                        struct config_lines *ret_lines);
