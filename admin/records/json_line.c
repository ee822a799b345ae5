/*
 * Whether a line is JSON. Admin's process; whatever bytes the line holds. Without recursion: what
 * is open is one bit a level.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json_line.h"

#include "text.h"

#include <stdint.h>
#include <string.h>

/* What may come next. */
enum expected {
    VALUE,
    VALUE_OR_END, /* of a list that has none yet */
    KEY,
    KEY_OR_END,
    COMMA_OR_END,
};

struct reader {
    const char *at, *end;
    enum expected expected;
    uint32_t objects; /* the lowest bit: whether the innermost is an object, and so on */
    unsigned depth;
};

static int peek(const struct reader *reader)
{
    return reader->at < reader->end ? (unsigned char)*reader->at : -1;
}

static bool take(struct reader *reader, int byte)
{
    if (peek(reader) != byte)
        return false;
    reader->at++;
    return true;
}

static bool is_one_of(int byte, const char *set)
{
    return byte > 0 && strchr(set, byte);
}

static size_t take_all(struct reader *reader, const char *set)
{
    const char *start = reader->at;

    while (is_one_of(peek(reader), set))
        reader->at++;
    return (size_t)(reader->at - start);
}

static bool take_word(struct reader *reader, const char *word)
{
    size_t size = strlen(word);

    if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, word, size) != 0)
        return false;
    reader->at += size;
    return true;
}

/* What follows a backslash. */
static bool take_escape(struct reader *reader)
{
    if (is_one_of(peek(reader), "\"\\/bfnrt")) {
        reader->at++;
        return true;
    }
    if (!take(reader, 'u'))
        return false;
    for (int i = 0; i < 4; i++) {
        if (!is_one_of(peek(reader), "0123456789abcdefABCDEF"))
            return false;
        reader->at++;
    }
    return true;
}

static bool take_character(struct reader *reader)
{
    size_t length = text_utf8_length(reader->at, (size_t)(reader->end - reader->at));

    if (length == 0 || peek(reader) < ' ')
        return false;
    reader->at += length;
    return true;
}

/* The most of a string: nothing that needs a closer look. */
static void take_plain(struct reader *reader)
{
    while (reader->at < reader->end && *reader->at >= ' ' && *reader->at < 0x7f &&
           *reader->at != '"' && *reader->at != '\\')
        reader->at++;
}

static bool take_string(struct reader *reader)
{
    if (!take(reader, '"'))
        return false;
    while (take_plain(reader), !take(reader, '"')) {
        if (!(take(reader, '\\') ? take_escape(reader) : take_character(reader)))
            return false;
    }
    return true;
}

static bool take_digits(struct reader *reader)
{
    return take_all(reader, "0123456789") > 0;
}

static bool take_number(struct reader *reader)
{
    take(reader, '-');
    if (!take(reader, '0') && !take_digits(reader))
        return false;
    if (take(reader, '.') && !take_digits(reader))
        return false;
    if (!is_one_of(peek(reader), "eE"))
        return true;
    reader->at++;
    if (!take(reader, '-'))
        take(reader, '+');
    return take_digits(reader);
}

static bool open_level(struct reader *reader, bool object)
{
    if (reader->depth == JSON_LINE_DEPTH_MAX)
        return false;
    reader->at++;
    reader->depth++;
    reader->objects = reader->objects << 1 | object;
    reader->expected = object ? KEY_OR_END : VALUE_OR_END;
    return true;
}

static bool in_object(const struct reader *reader)
{
    return reader->objects & 1;
}

/* Where the innermost ends here, it is closed. */
static bool close_level(struct reader *reader)
{
    if (!take(reader, in_object(reader) ? '}' : ']'))
        return false;
    reader->depth--;
    reader->objects >>= 1;
    reader->expected = COMMA_OR_END;
    return true;
}

static bool take_value(struct reader *reader)
{
    int byte = peek(reader);

    if (byte == '{' || byte == '[')
        return open_level(reader, byte == '{');
    reader->expected = COMMA_OR_END;
    if (byte == '"')
        return take_string(reader);
    if (byte == '-' || (byte >= '0' && byte <= '9'))
        return take_number(reader);
    return take_word(reader, "true") || take_word(reader, "false") || take_word(reader, "null");
}

static void skip_space(struct reader *reader)
{
    take_all(reader, " \t\r\n");
}

static bool take_key(struct reader *reader)
{
    if (!take_string(reader))
        return false;
    skip_space(reader);
    reader->expected = VALUE;
    return take(reader, ':');
}

static bool take_comma(struct reader *reader)
{
    reader->expected = in_object(reader) ? KEY : VALUE;
    return take(reader, ',');
}

static bool take_next(struct reader *reader)
{
    skip_space(reader);
    switch (reader->expected) {
    case KEY_OR_END:
        return close_level(reader) || take_key(reader);
    case KEY:
        return take_key(reader);
    case VALUE_OR_END:
        return close_level(reader) || take_value(reader);
    case VALUE:
        return take_value(reader);
    default:
        return close_level(reader) || take_comma(reader);
    }
}

bool json_line_is_object(const char *line, size_t size)
{
    struct reader reader = {.at = line, .end = line + size, .expected = VALUE};

    skip_space(&reader);
    if (peek(&reader) != '{')
        return false;
    do {
        if (!take_next(&reader))
            return false;
    } while (reader.depth > 0);
    skip_space(&reader);
    return reader.at == reader.end;
}
