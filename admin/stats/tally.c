/*
 * What the records of a log come to, script by script. Admin's process; root and scripts that run
 * as root may have written anything there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "tally.h"

#include "cleanup.h"
#include "number.h"
#include "records.h"
#include "text.h"

#include <string.h>

/* Between a system call and how often it was refused, in a script's `denied`. */
static const char times_mark[] = " ×";

/* Longer names are of no driver and of no script. */
#define NAME_MAX_SIZE 4096

const char *const tally_verdicts[TALLY_VERDICTS] = {
    [TALLY_ALLOW] = "allow", [TALLY_DENY] = "deny", [TALLY_NONE] = "none"};

static void add(uint64_t *sum, uint64_t more)
{
    if (__builtin_add_overflow(*sum, more, sum))
        *sum = UINT64_MAX;
}

/* False where the key is missing, null or no number that can be one. */
static bool get_number(struct json_object *json, const char *key, uint64_t *ret_number)
{
    struct json_object *value;

    if (!json_object_object_get_ex(json, key, &value) || !json_object_is_type(value, json_type_int))
        return false;
    if (json_object_get_int64(value) < 0)
        return false;
    *ret_number = json_object_get_uint64(value);
    return true;
}

static bool is_null(struct json_object *json, const char *key)
{
    struct json_object *value;

    return json_object_object_get_ex(json, key, &value) && !value;
}

static bool is_true(struct json_object *json, const char *key)
{
    struct json_object *value;

    return json_object_object_get_ex(json, key, &value) &&
           json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value);
}

/* A list under a key; NULL where there is none. */
static struct json_object *get_list(struct json_object *json, const char *key)
{
    struct json_object *value;

    if (json_object_object_get_ex(json, key, &value) && json_object_is_type(value, json_type_array))
        return value;
    return NULL;
}

/* The time of a record; "" where what stands there is none. */
static const char *time_of(struct json_object *record)
{
    const char *time = records_text(record, "time");
    size_t size = strlen(time);

    return size < TALLY_TIME_SIZE && strspn(time, "0123456789-T:.Z") == size ? time : "";
}

static void keep_newest(char *slot, const char *time)
{
    if (strcmp(time, slot) > 0)
        stpcpy(slot, time);
}

static void keep_oldest(char *slot, const char *time)
{
    if (time[0] && (slot[0] == '\0' || strcmp(time, slot) < 0))
        stpcpy(slot, time);
}

static int compare(const struct script_tally *script, const char *driver, const char *path)
{
    int order = strcmp(script->driver, driver);

    return order != 0 ? order : strcmp(script->path, path);
}

/* Where the script stands, or would. */
static size_t find_place(const struct tally *tally, const char *driver, const char *path)
{
    size_t low = 0, high = tally->script_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(tally->scripts[middle], driver, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void script_free(struct script_tally *script)
{
    free(script->driver);
    free(script->path);
    free(script);
}

/* Takes the names over, in any case. */
static int insert(struct tally *tally, size_t place, char *driver, char *path)
{
    struct script_tally *script = calloc(1, sizeof(*script));

    if (!tally->scripts)
        tally->scripts = calloc(TALLY_SCRIPTS_MAX, sizeof(struct script_tally *));
    if (!script || !tally->scripts) {
        free(script);
        free(driver);
        free(path);
        return -ENOMEM;
    }
    script->driver = driver;
    script->path = path;
    memmove(&tally->scripts[place + 1], &tally->scripts[place],
            (tally->script_count - place) * sizeof(struct script_tally *));
    tally->scripts[place] = script;
    tally->script_count++;
    return 0;
}

/* 1 with the script, 0 where there is no room for one more, or -ENOMEM. */
static int find_script(struct tally *tally, const char *driver, const char *path,
                       struct script_tally **ret_script)
{
    auto_free char *safe_driver = text_escape(driver, strnlen(driver, NAME_MAX_SIZE), false);
    auto_free char *safe_path = text_escape(path, strnlen(path, NAME_MAX_SIZE), false);
    size_t place;
    int r;

    if (!safe_driver || !safe_path)
        return -ENOMEM;
    place = find_place(tally, safe_driver, safe_path);
    if (place == tally->script_count ||
        compare(tally->scripts[place], safe_driver, safe_path) != 0) {
        if (tally->script_count == TALLY_SCRIPTS_MAX)
            return 0;
        r = insert(tally, place, take_pointer(&safe_driver), take_pointer(&safe_path));
        if (r < 0)
            return r;
    }
    *ret_script = tally->scripts[place];
    return 1;
}

static uint64_t count_denied(struct json_object *script)
{
    struct json_object *list = get_list(script, "denied");
    uint64_t sum = 0;

    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        const char *line = json_object_get_string(json_object_array_get_idx(list, i));
        const char *mark = line ? strstr(line, times_mark) : NULL;
        uint64_t times = 1;

        if (mark) {
            mark += sizeof(times_mark) - 1;
            number_take(&mark, &times);
        }
        add(&sum, times);
    }
    return sum;
}

/* Whether it came to its exec: of one that did not, the duration is 0. */
static bool was_run(struct json_object *script, uint64_t duration)
{
    return !is_null(script, "profile") && (duration > 0 || !records_text(script, "problem")[0]);
}

/* Whether it gave the failure policy something to judge. */
static bool has_failed(struct json_object *script, const char *reason)
{
    uint64_t number;

    if (is_true(script, "timed_out") || records_text(script, "problem")[0] ||
        (get_number(script, "signal", &number) && number > 0))
        return true;
    if (get_number(script, "exit_status", &number) && number != 0)
        return true;
    return strcmp(reason, "output-limit") == 0 && get_number(script, "stdout_dropped", &number) &&
           number > 0;
}

static void take_run(struct script_tally *tally, struct json_object *script,
                     struct json_object *record)
{
    uint64_t duration = 0;
    bool has_duration = get_number(script, "duration_ms", &duration);

    tally->calls++;
    tally->timeouts += is_true(script, "timed_out");
    tally->denied += strcmp(records_text(record, "verdict"), "deny") == 0 &&
                     has_failed(script, records_text(record, "reason"));
    add(&tally->denied_system_calls, count_denied(script));
    keep_newest(tally->last, time_of(record));
    if (!was_run(script, duration))
        tally->not_run++;
    else if (has_duration)
        durations_add(&tally->durations, duration);
}

static int take_scripts(struct tally *tally, struct json_object *record)
{
    struct json_object *list = get_list(record, "scripts");

    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        struct json_object *script = json_object_array_get_idx(list, i);
        struct script_tally *found;
        int r = find_script(tally, records_text(record, "driver"), records_text(script, "path"),
                            &found);

        if (r < 0)
            return r;
        if (r > 0)
            take_run(found, script, record);
        else
            tally->left_out++;
    }
    return 0;
}

/* The driver's, or where there are too many the one for all others; NULL: memory is short. */
static struct driver_tally *find_driver(struct tally *tally, const char *driver)
{
    auto_free char *safe = text_escape(driver, strnlen(driver, NAME_MAX_SIZE), false);
    size_t i = 0;

    if (!safe)
        return NULL;
    while (i < tally->driver_count && strcmp(tally->drivers[i].driver, safe) != 0)
        i++;
    if (i == tally->driver_count && i < TALLY_DRIVERS_MAX)
        tally->drivers[tally->driver_count++].driver = take_pointer(&safe);
    return &tally->drivers[i];
}

static enum tally_verdict verdict_of(struct json_object *record)
{
    const char *verdict = records_text(record, "verdict");

    if (strcmp(verdict, "allow") == 0)
        return TALLY_ALLOW;
    return strcmp(verdict, "deny") == 0 ? TALLY_DENY : TALLY_NONE;
}

int tally_take_end(struct tally *tally, struct json_object *record)
{
    struct driver_tally *driver = find_driver(tally, records_text(record, "driver"));

    if (!driver)
        return -ENOMEM;
    driver->calls[verdict_of(record)]++;
    driver->timeouts += strcmp(records_text(record, "reason"), "timed-out") == 0;
    keep_oldest(tally->first, time_of(record));
    keep_newest(tally->last, time_of(record));
    return take_scripts(tally, record);
}

void tally_take_lost(struct tally *tally, struct json_object *record)
{
    uint64_t count;

    if (get_number(record, "count", &count))
        add(&tally->lost, count);
}

uint64_t tally_calls(const struct tally *tally, enum tally_verdict verdict)
{
    uint64_t sum = 0;

    for (size_t i = 0; i <= TALLY_DRIVERS_MAX; i++)
        sum += tally->drivers[i].calls[verdict];
    return sum;
}

void tally_clear(struct tally *tally)
{
    for (size_t i = 0; i < tally->script_count; i++)
        script_free(tally->scripts[i]);
    for (size_t i = 0; i < tally->driver_count; i++)
        free(tally->drivers[i].driver);
    free(tally->scripts);
    *tally = (struct tally){0};
}
