/*
 * What libconfuse says of a key that it does not know, made into advice. Helper and virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_option.h"

#include "cleanup.h"
#include "config_problem.h"

#include <string.h>

/* Options of the longest section, and what ends them. */
#define OPTIONS_MAX 48

/* The first text in quotes; NULL for none. The caller frees. */
static char *quoted_word(const char *message)
{
    const char *start = strchr(message, '\'');
    const char *end = start ? strchr(start + 1, '\'') : NULL;

    return end ? strndup(start + 1, (size_t)(end - start - 1)) : NULL;
}

const char *config_nearest_option(cfg_t *section, const char *message)
{
    const char *names[OPTIONS_MAX] = {NULL};
    auto_free char *word = quoted_word(message);

    for (unsigned int i = 0; i < cfg_num(section) && i + 1 < OPTIONS_MAX; i++)
        names[i] = cfg_opt_name(cfg_getnopt(section, i));
    return word ? config_nearest(word, names) : NULL;
}
