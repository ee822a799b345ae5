/*
 * Whether a line is JSON, judged more strictly than json-c does: what is taken for a record can be
 * handed on to any reader of JSON. Admin's process; whatever bytes the line holds.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Objects and lists within each other, over all that a record has. */
#define JSON_LINE_DEPTH_MAX 16

/*
 * Whether the bytes are one object as RFC 8259 has it, in well-formed UTF-8, with nothing but white
 * space around it, and nested no deeper than the bound.
 */
bool json_line_is_object(const char *line, size_t size);
