/*
 * Numbers as people write them, in every process. The texts are not trusted to be any.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "number.h"

bool number_take(const char **text, uint64_t *ret_number)
{
    const char *next = *text;
    uint64_t number = 0;

    for (; *next >= '0' && *next <= '9'; next++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*next - '0'), &number))
            return false;
    }
    if (next == *text)
        return false;
    *text = next;
    *ret_number = number;
    return true;
}

bool number_parse(const char *text, uint64_t *ret_number)
{
    uint64_t number;

    if (!number_take(&text, &number) || *text != '\0')
        return false;
    *ret_number = number;
    return true;
}

/* ".5" and the like, as milliseconds. */
static bool take_fraction(const char **text, uint64_t *ret_ms)
{
    static const uint64_t unit[] = {0, 100, 10, 1};
    const char *digits = ++*text;
    uint64_t number;

    if (!number_take(text, &number) || *text - digits > 3)
        return false;
    *ret_ms = number * unit[*text - digits];
    return true;
}

bool number_parse_seconds(const char *text, uint64_t *ret_ms)
{
    uint64_t seconds, fraction = 0, ms;

    if (!number_take(&text, &seconds))
        return false;
    if (*text == '.' && !take_fraction(&text, &fraction))
        return false;
    if (*text != '\0' || __builtin_mul_overflow(seconds, 1000, &ms) ||
        __builtin_add_overflow(ms, fraction, &ms))
        return false;
    *ret_ms = ms;
    return true;
}
