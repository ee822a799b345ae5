/*
 * Points in time as people name them. Admin's process; the texts come from the command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "moment.h"

#include "cleanup.h"
#include "number.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define US_PER_SECOND 1000000

/* 9999-12-31 and the last second of it. */
#define SECONDS_MAX 253402300799

struct unit {
    const char *names[5];
    uint64_t seconds;
};

static const struct unit units[] = {
    {{"s", "sec", "secs", "second", "seconds"}, 1},
    {{"m", "min", "mins", "minute", "minutes"}, 60},
    {{"h", "hr", "hrs", "hour", "hours"}, 3600},
    {{"d", "day", "days"}, 86400},
    {{"w", "week", "weeks"}, 7 * 86400},
};

/* What strptime(3) takes; what a form leaves open is that of today, 00:00. */
static const char *const forms[] = {
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d",
    "%H:%M:%S",          "%H:%M",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool format(int64_t us, char ret_moment[MOMENT_SIZE])
{
    time_t seconds = us / US_PER_SECOND;
    struct tm utc;
    char text[sizeof("2026-11-23T09:41:18")];

    if (us < 0 || seconds > SECONDS_MAX || !gmtime_r(&seconds, &utc) ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc) == 0)
        return false;
    snprintf(ret_moment, MOMENT_SIZE, "%s.%06dZ", text, (int)(us % US_PER_SECOND));
    return true;
}

static uint64_t seconds_of_unit(const char *name, size_t size)
{
    for (size_t i = 0; i < COUNT(units); i++) {
        for (size_t j = 0; j < COUNT(units[i].names) && units[i].names[j]; j++) {
            if (strlen(units[i].names[j]) == size && memcmp(units[i].names[j], name, size) == 0)
                return units[i].seconds;
        }
    }
    return 0;
}

/* "1h 30min", "2 hours". */
static bool parse_span(const char *text, uint64_t *ret_seconds)
{
    uint64_t total = 0, number;

    do {
        size_t size;

        text += strspn(text, " ");
        if (!number_take(&text, &number))
            return false;
        text += strspn(text, " ");
        size = strspn(text, "abcdefghijklmnopqrstuvwxyz");
        if (size == 0 || __builtin_mul_overflow(number, seconds_of_unit(text, size), &number) ||
            seconds_of_unit(text, size) == 0 || __builtin_add_overflow(total, number, &total))
            return false;
        text += size;
        text += strspn(text, " ");
    } while (*text != '\0');
    *ret_seconds = total;
    return total <= SECONDS_MAX;
}

/* "-2h" or "2 hours ago". */
static bool parse_relative(const char *text, time_t now, int64_t *ret_us)
{
    static const char ago[] = " ago";
    size_t size = strlen(text), end = strlen(ago);
    auto_free char *span = NULL;
    uint64_t seconds;

    if (text[0] == '-')
        span = strdup(text + 1);
    else if (size > end && strcmp(text + size - end, ago) == 0)
        span = strndup(text, size - end);
    if (!span || !parse_span(span, &seconds))
        return false;
    *ret_us = ((int64_t)now - (int64_t)seconds) * US_PER_SECOND;
    return true;
}

static bool parse_epoch(const char *text, int64_t *ret_us)
{
    uint64_t ms;

    if (text[0] != '@' || !number_parse_seconds(text + 1, &ms) || ms / 1000 > SECONDS_MAX)
        return false;
    *ret_us = (int64_t)ms * 1000;
    return true;
}

/* ".123456" behind the seconds. */
static bool take_fraction(const char **text, int64_t *ret_us)
{
    static const int64_t unit[] = {0, 100000, 10000, 1000, 100, 10, 1};
    const char *digits = ++*text;
    uint64_t number;

    if (!number_take(text, &number) || *text - digits > 6)
        return false;
    *ret_us = (int64_t)number * unit[*text - digits];
    return true;
}

/* What is left behind a form; seconds of day and date are in `tm`. */
static bool finish_form(const char *form, const char *rest, struct tm *tm, int64_t *ret_us)
{
    const struct tm asked = *tm;
    int64_t us = 0;
    time_t seconds;
    bool utc;

    if (*rest == '.' && (form[strlen(form) - 1] != 'S' || !take_fraction(&rest, &us)))
        return false;
    utc = *rest == 'Z' && strchr(form, 'T');
    if (rest[utc ? 1 : 0] != '\0')
        return false;
    tm->tm_isdst = -1;
    seconds = utc ? timegm(tm) : mktime(tm);
    /* The 30th of February became another day. */
    if (tm->tm_mday != asked.tm_mday || tm->tm_mon != asked.tm_mon)
        return false;
    *ret_us = (int64_t)seconds * US_PER_SECOND + us;
    return true;
}

static struct tm midnight(time_t now, int days)
{
    struct tm tm = {0};

    localtime_r(&now, &tm);
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_mday += days;
    tm.tm_isdst = -1;
    return tm;
}

static bool parse_form(const char *text, time_t now, int64_t *ret_us)
{
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct tm tm = midnight(now, 0);
        const char *rest = strptime(text, forms[i], &tm);

        if (rest && finish_form(forms[i], rest, &tm, ret_us))
            return true;
    }
    return false;
}

static bool parse_word(const char *text, time_t now, int64_t *ret_us)
{
    bool yesterday = strcmp(text, "yesterday") == 0;
    struct tm tm = midnight(now, yesterday ? -1 : 0);

    if (strcmp(text, "now") == 0)
        *ret_us = (int64_t)now * US_PER_SECOND;
    else if (yesterday || strcmp(text, "today") == 0)
        *ret_us = (int64_t)mktime(&tm) * US_PER_SECOND;
    else
        return false;
    return true;
}

bool moment_parse(const char *text, time_t now, char ret_moment[MOMENT_SIZE])
{
    int64_t us;

    tzset();
    if (!parse_word(text, now, &us) && !parse_epoch(text, &us) && !parse_relative(text, now, &us) &&
        !parse_form(text, now, &us))
        return false;
    return format(us, ret_moment);
}
