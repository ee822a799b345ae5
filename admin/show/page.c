/*
 * Values of a record as people read them. Admin's process; what they hold is escaped here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "page.h"

#include "cleanup.h"
#include "text.h"

#include <stdarg.h>
#include <string.h>

/* Columns of the labels. */
#define LABEL_WIDTH 12

struct json_object *field_of(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    json_object_object_get_ex(object, key, &value);
    return value;
}

uint64_t field_number(struct json_object *object, const char *key)
{
    struct json_object *value = field_of(object, key);
    int64_t number = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;

    return number > 0 ? (uint64_t)number : 0;
}

char *field_list(struct json_object *object, const char *key)
{
    struct json_object *list = field_of(object, key);
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);

        if (json_object_is_type(item, json_type_string))
            fprintf(stream, "%s%s", i > 0 ? ", " : "", json_object_get_string(item));
    }
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static void print_label(const struct page *page, const char *label)
{
    char padded[LABEL_WIDTH + 1];

    snprintf(padded, sizeof(padded), "%-*s", LABEL_WIDTH, label);
    fprintf(page->terminal.stream, "%*s", page->indent, "");
    terminal_print(&page->terminal, TONE_FAINT, padded);
}

static void print_part(const struct page *page, const char *label, enum tone tone, const char *text,
                       size_t size)
{
    auto_free char *safe = text_escape(text, size, false);

    print_label(page, label);
    terminal_print(&page->terminal, tone, safe ? safe : "memory is short");
    fputc('\n', page->terminal.stream);
}

void page_text(const struct page *page, const char *label, enum tone tone, const char *text)
{
    if (text && text[0] != '\0')
        print_part(page, label, tone, text, strlen(text));
}

void page_textf(const struct page *page, const char *label, enum tone tone, const char *format, ...)
{
    auto_free char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = text_compose(format, arguments);
    va_end(arguments);
    page_text(page, label, tone, text ? text : "memory is short");
}

void page_lines(const struct page *page, const char *label, enum tone tone, const char *text)
{
    while (text && *text != '\0') {
        size_t size = strcspn(text, "\n");

        print_part(page, label, tone, text, size);
        text += size + (text[size] == '\n');
        label = "";
    }
}
