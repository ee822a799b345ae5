/*
 * The configuration's text, made fit for libconfuse. Helper and virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"

#include <stddef.h>

/* Bytes of a configuration file. Ours have 8 KiB; 1 MiB takes the largest number of sections. */
#define CONFIG_TEXT_MAX (1024 * 1024)

/* Sections of a file, of all kinds: libconfuse compares each title with all others. */
#define CONFIG_SECTIONS_MAX 1024

/* Values of a file: 64 for each section. */
#define CONFIG_VALUES_MAX (64 * CONFIG_SECTIONS_MAX)

/* What libconfuse does not tell of a value. */
enum config_value_bit {
    CONFIG_VALUE_FIRST = 1 << 0, /* the first, or only one, after its = or += */
    CONFIG_VALUE_ADDED = 1 << 1, /* after += */
};

/* Where sections open, and of each value the bits above, in the order of the file. */
struct config_lines {
    size_t section_count, value_count;
    unsigned int sections[CONFIG_SECTIONS_MAX];
    unsigned char values[CONFIG_VALUES_MAX];
};

/*
 * Checks the `size` bytes at `text`, which has room for one more, and changes them in place:
 * comments become spaces, what follows the last word is cut, and a NUL ends the text. After that
 * libconfuse counts lines right and takes nothing in silence. Returns 0, or as config_refuse().
 */
int config_text_prepare(char *text, size_t size, struct config_problem *problem,
                        struct config_lines *ret_lines);
