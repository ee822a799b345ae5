/*
 * Values of the configuration: texts to bytes, choices and patterns. Helper and virteventd.
 *
 * The texts are what an admin wrote: their form is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_value.h"

#include "number.h"

#include <string.h>

bool config_value_bytes(const char *text, uint64_t *ret_bytes)
{
    uint64_t number, unit = 1;

    if (!number_take(&text, &number))
        return false;
    if (*text == 'K')
        unit = 1024;
    if (*text == 'M')
        unit = 1024 * 1024;
    if (*text == 'G')
        unit = 1024 * 1024 * 1024;
    if (unit > 1)
        text++;
    if (*text != '\0' || __builtin_mul_overflow(number, unit, &number))
        return false;
    *ret_bytes = number;
    return true;
}

bool config_value_choice(const char *text, const char *const *words, size_t *ret_index)
{
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

bool config_value_yes_no(const char *text, bool *ret_yes)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", NULL};
    size_t choice;

    if (!config_value_choice(text, words, &choice))
        return false;
    *ret_yes = choice % 2 == 1;
    return true;
}

bool config_value_is_path(const char *text)
{
    return text[0] == '/' && strlen(text) <= CONFIG_PATH_MAX;
}

bool config_value_is_plain_path(const char *text)
{
    if (!config_value_is_path(text))
        return false;
    while (*text) {
        size_t length = strcspn(++text, "/");

        if (length == 0 || (length == 1 && text[0] == '.') ||
            (length == 2 && text[0] == '.' && text[1] == '.'))
            return false;
        text += length;
    }
    return true;
}

/* The end of the bracket expression that starts at `text`; NULL where it has none. */
static const char *bracket_end(const char *text)
{
    text++;
    if (*text == '!' || *text == '^')
        text++;
    return *text ? strchr(text + 1, ']') : NULL;
}

bool config_value_is_pattern(const char *text)
{
    if (*text == '\0')
        return false;
    for (; *text; text++) {
        if (*text == '\\' && *++text == '\0')
            return false;
        if (*text == '[') {
            text = bracket_end(text);
            if (!text)
                return false;
        }
    }
    return true;
}

bool config_value_has_wildcard(const char *text)
{
    return strpbrk(text, "*?[\\") != NULL;
}
