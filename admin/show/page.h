/*
 * Values of a record as people read them, each behind its label. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "terminal.h"

#include <json-c/json.h>
#include <stdint.h>

/* Prints to this terminal, so many columns to the right. */
struct page {
    struct terminal terminal;
    int indent;
};

/* The value under a key; NULL where it is null or missing. Borrowed. */
struct json_object *field_of(struct json_object *object, const char *key);

/* A whole number that is not negative; 0 where it is none. */
uint64_t field_number(struct json_object *object, const char *key);

/* The texts of a list with commas; "" where there is none. NULL where memory is short; the caller
 * frees. */
char *field_list(struct json_object *object, const char *key);

/* "deadline  text", the text escaped; nothing where it is empty or NULL. */
void page_text(const struct page *page, const char *label, enum tone tone, const char *text);
__attribute__((format(printf, 4, 5))) void page_textf(const struct page *page, const char *label,
                                                      enum tone tone, const char *format, ...);

/* A text of several lines, each escaped and behind the label's column. */
void page_lines(const struct page *page, const char *label, enum tone tone, const char *text);
