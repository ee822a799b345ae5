/*
 * A list of texts that it owns. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Starts as zeros. `texts` ends in NULL, which `count` does not count; it is NULL in a list that
 * nothing was ever added to. */
struct text_list {
    size_t count;
    char **texts;
};

/* Adds a copy at the end. Returns 0 or -ENOMEM. */
int text_list_add(struct text_list *list, const char *text);

/* Adds copies of all texts of `from`, after which the list ends in NULL also where there are none.
 * Returns 0, or -ENOMEM with part of them added. */
int text_list_add_all(struct text_list *list, const struct text_list *from);

bool text_list_has(const struct text_list *list, const char *text);

/* Removes all texts; the list stays one that ends in NULL. */
void text_list_empty(struct text_list *list);

/* Frees all that the list owns. */
void text_list_clear(struct text_list *list);
