/*
 * Text, in every process: made; and, where it comes from outside, judged (is it UTF-8?) and shown
 * on one line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The text that vprintf(3) would print. NULL where memory is short; the caller frees. */
char *text_compose(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/*
 * The length, 1 to 4, of the well-formed UTF-8 sequence at the start of `text`; 0 where there is
 * none in its `size` bytes. Overlong forms, surrogates and values over U+10FFFF are not
 * well-formed.
 */
size_t text_utf8_length(const char *text, size_t size);

/* Whether all `size` bytes are well-formed UTF-8; a NUL byte is a character like others here. */
bool text_is_utf8(const char *text, size_t size);

/*
 * A copy of `text` that cannot steer a terminal or break a line: well-formed printable UTF-8 stays,
 * tab and newline stay where `keep_lines`, any other control (C0, DEL, C1, line and paragraph
 * separators, marks that turn the writing direction) and every byte that is not UTF-8 becomes \xNN.
 * Returns NULL where memory is short; the caller frees.
 */
char *text_escape(const char *text, size_t size, bool keep_lines);

/*
 * A copy of `json`, which is JSON, with the same meaning and on one line, that cannot steer a
 * terminal: what text_escape() would not let stay is \uNNNN in strings, and a blank between them.
 * Returns NULL where memory is short; the caller frees.
 */
char *text_escape_json(const char *json, size_t size);

/*
 * The last line of `text` that is not blank, escaped and cut to at most `most` bytes; an empty
 * string where there is none. Returns NULL where memory is short; the caller frees.
 */
char *text_last_line(const char *text, size_t size, size_t most);

/*
 * The lines of `text` as a list with commas. Where it would be over `most` bytes it ends sooner,
 * and "and more" stands at its end; the first line is always whole. Returns NULL where memory is
 * short; the caller frees.
 */
char *text_list_lines(const char *text, size_t most);
