/*
 * A list of texts that it owns. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "text_list.h"

#include "cleanup.h"

#include <string.h>

int text_list_add(struct text_list *list, const char *text)
{
    auto_free char *copy = strdup(text);
    char **texts = realloc(list->texts, (list->count + 2) * sizeof(*texts));

    if (texts)
        list->texts = texts;
    if (!texts || !copy)
        return -ENOMEM;
    texts[list->count++] = take_pointer(&copy);
    texts[list->count] = NULL;
    return 0;
}

int text_list_add_all(struct text_list *list, const struct text_list *from)
{
    int r = 0;

    if (!list->texts)
        list->texts = calloc(1, sizeof(*list->texts));
    if (!list->texts)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < from->count; i++)
        r = text_list_add(list, from->texts[i]);
    return r;
}

bool text_list_has(const struct text_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->texts[i], text) == 0)
            return true;
    }
    return false;
}

void text_list_empty(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(take_pointer(&list->texts[i]));
    list->count = 0;
}

void text_list_clear(struct text_list *list)
{
    text_list_empty(list);
    free(take_pointer(&list->texts));
}
