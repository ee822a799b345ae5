/*
 * Values of the configuration: texts to bytes, choices and patterns. Helper and virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a path in the configuration: a script's own name still fits into PATH_MAX. */
#define CONFIG_PATH_MAX 1024

/*
 * A deadline, in the file as a whole or in a rule: long enough for a script to start, and not
 * longer than anybody waits for a guest.
 */
#define CONFIG_DEADLINE_LEAST_MS 100
#define CONFIG_DEADLINE_MOST_MS  3600000
#define CONFIG_DEADLINE_TAKES    "seconds from 0.1 to 3600"

/* A whole number of bytes; with K, M or G at its end, of 1024, 1024^2 or 1024^3 bytes. */
bool config_value_bytes(const char *text, uint64_t *ret_bytes);

/* The place of the text among `words`, which end in NULL. */
bool config_value_choice(const char *text, const char *const *words, size_t *ret_index);

/* yes, true, on; no, false, off. */
bool config_value_yes_no(const char *text, bool *ret_yes);

/* Whether it starts with / and is at most CONFIG_PATH_MAX bytes. */
bool config_value_is_path(const char *text);

/* Whether it is the one form of a file's path: no slash at its end, no //, /./ or /../ in it. */
bool config_value_is_plain_path(const char *text);

/*
 * Whether fnmatch(3) takes the text as it is meant: not empty, no [ without its ], no backslash at
 * the end.
 */
bool config_value_is_pattern(const char *text);

/* Whether the text has characters that fnmatch(3) takes for others than themselves. */
bool config_value_has_wildcard(const char *text);
