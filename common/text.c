/*
 * Text from outside, in every process. All of it is untrusted: names, arguments, what scripts
 * print.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *text_compose(const char *format, va_list arguments)
{
    char *text;

    return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

/* The length that a leading byte announces, with the least value that this length may encode. */
static size_t announced_length(unsigned char lead, uint32_t *ret_least)
{
    if (lead < 0x80) {
        *ret_least = 0;
        return 1;
    }
    if ((lead & 0xe0) == 0xc0) {
        *ret_least = 0x80;
        return 2;
    }
    if ((lead & 0xf0) == 0xe0) {
        *ret_least = 0x800;
        return 3;
    }
    if ((lead & 0xf8) == 0xf0) {
        *ret_least = 0x10000;
        return 4;
    }
    return 0;
}

/* Decodes one character; returns its length, 0 where it is not well-formed. */
static size_t decode_character(const char *text, size_t size, uint32_t *ret_value)
{
    const unsigned char *bytes = (const unsigned char *)text;
    uint32_t least = 0, value;
    size_t length;

    if (size == 0)
        return 0;
    length = announced_length(bytes[0], &least);
    if (length == 0 || length > size)
        return 0;
    value = length == 1 ? bytes[0] : bytes[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3f);
    }
    if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *ret_value = value;
    return length;
}

size_t text_utf8_length(const char *text, size_t size)
{
    uint32_t value;

    return decode_character(text, size, &value);
}

bool text_is_utf8(const char *text, size_t size)
{
    while (size > 0) {
        size_t length = text_utf8_length(text, size);

        if (length == 0)
            return false;
        text += length;
        size -= length;
    }
    return true;
}

static bool is_safe(uint32_t value, bool keep_lines)
{
    if (value == '\n' || value == '\t')
        return keep_lines;
    if (value < 0x20 || (value >= 0x7f && value <= 0x9f))
        return false;
    if (value == 0x2028 || value == 0x2029 || value == 0x061c || value == 0xfeff)
        return false;
    if (value == 0x200e || value == 0x200f)
        return false;
    return !(value >= 0x202a && value <= 0x202e) && !(value >= 0x2066 && value <= 0x2069);
}

static char *escape_bytes(char *out, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out += sprintf(out, "\\x%02x", (unsigned char)bytes[i]);
    return out;
}

char *text_escape(const char *text, size_t size, bool keep_lines)
{
    char *result, *out;

    if (size > (SIZE_MAX - 1) / 4)
        return NULL;
    result = out = malloc(size * 4 + 1);
    if (!result)
        return NULL;
    while (size > 0) {
        uint32_t value = 0;
        size_t length = decode_character(text, size, &value);
        size_t step = length > 0 ? length : 1;

        if (length > 0 && is_safe(value, keep_lines))
            out = (char *)mempcpy(out, text, step);
        else
            out = escape_bytes(out, text, step);
        text += step;
        size -= step;
    }
    *out = '\0';
    return result;
}

/* White space, as all controls below it are here, or a character of a string. */
static char *escape_json_character(char *out, uint32_t value)
{
    if (value >= 0x20)
        return out + sprintf(out, "\\u%04x", value & 0xffffU);
    *out = ' ';
    return out + 1;
}

char *text_escape_json(const char *json, size_t size)
{
    char *result, *out;

    if (size > (SIZE_MAX - 1) / 6)
        return NULL;
    result = out = malloc(size * 6 + 1);
    if (!result)
        return NULL;
    while (size > 0) {
        uint32_t value = 0;
        size_t length = decode_character(json, size, &value);
        size_t step = length > 0 ? length : 1;

        if (length > 0 && is_safe(value, false))
            out = (char *)mempcpy(out, json, step);
        else
            out = escape_json_character(out, length > 0 ? value : 0xfffd);
        json += step;
        size -= step;
    }
    *out = '\0';
    return result;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Cuts at a character's border, so that no half character is left. */
static void cut_text(char *text, size_t most)
{
    if (strlen(text) <= most)
        return;
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    text[most] = '\0';
}

char *text_last_line(const char *text, size_t size, size_t most)
{
    size_t start;
    char *line;

    while (size > 0 && is_blank(text[size - 1]))
        size--;
    start = size;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    line = text_escape(text + start, size - start, false);
    if (line)
        cut_text(line, most);
    return line;
}

char *text_list_lines(const char *text, size_t most)
{
    const char *separator = "";
    char *list = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&list, &size);

    if (!stream)
        return NULL;
    for (size_t at = 0, length; text[at] != '\0'; at += length + (text[at + length] == '\n')) {
        length = strcspn(text + at, "\n");
        if (at > 0 && (size_t)ftello(stream) + length + 2 > most) {
            fputs(", and more", stream);
            break;
        }
        fprintf(stream, "%s%.*s", separator, (int)length, text + at);
        separator = ", ";
    }
    if (fclose(stream) != 0) {
        free(list);
        return NULL;
    }
    return list;
}
