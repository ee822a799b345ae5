/*
 * What a file's name tells of its rotation. Admin's process; names in a directory are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rotation.h"

#include "number.h"

#include <string.h>

#define COMPRESSED ".gz"

/* A date has a year, a month and a day; "service-2" is a helper's own name. */
#define DATE_DIGITS 8

static size_t digits_at_end(const char *name, size_t size)
{
    size_t count = 0;

    while (count < size && name[size - count - 1] >= '0' && name[size - count - 1] <= '9')
        count++;
    return count;
}

static size_t without_compression(const char *name, size_t size)
{
    size_t end = strlen(COMPRESSED);

    return size > end && memcmp(name + size - end, COMPRESSED, end) == 0 ? size - end : size;
}

/* Takes "-20261123", "-2026-11-23" or "-20261123-1795426878" away; what has none stays. */
static size_t without_date(const char *name, size_t size)
{
    size_t own = size, total = 0, digits;

    while ((digits = digits_at_end(name, own)) > 0 && own > digits + 1 &&
           name[own - digits - 1] == '-' && (total < DATE_DIGITS || digits >= DATE_DIGITS)) {
        own -= digits + 1;
        total += digits;
    }
    return total >= DATE_DIGITS ? own : size;
}

size_t rotation_own_size(const char *name)
{
    size_t size = without_compression(name, strlen(name));
    size_t digits = digits_at_end(name, size);

    if (digits > 0 && size > digits + 1 && name[size - digits - 1] == '.')
        return size - digits - 1;
    return without_date(name, size);
}

bool rotation_is_dated(const char *put)
{
    return put[0] == '-';
}

bool rotation_is_compressed(const char *put)
{
    return without_compression(put, strlen(put)) < strlen(put);
}

/* FILE.7 is 7, and the file itself 0. */
static uint64_t number_of(const char *put)
{
    uint64_t number;

    if (put[0] != '.')
        return 0;
    put++;
    return number_take(&put, &number) ? number : 0;
}

int rotation_compare(const char *put, const char *other)
{
    uint64_t number = number_of(put), other_number = number_of(other);

    if (rotation_is_dated(put) != rotation_is_dated(other))
        return rotation_is_dated(put) ? -1 : 1;
    if (number != other_number)
        return number > other_number ? -1 : 1;
    return strcmp(put, other);
}
