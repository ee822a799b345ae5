/*
 * Statistics as one JSON object. Admin's process; names come from the log, escaped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stats_show.h"

#include "cleanup.h"

#include <string.h>

#define FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static void object_free(struct json_object **slot)
{
    json_object_put(*slot);
}

#define auto_object __attribute__((cleanup(object_free)))

/* Takes the value over; false where it could not be made or added. */
static bool add(struct json_object *object, const char *key, struct json_object *value)
{
    if (value && json_object_object_add(object, key, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

static bool add_count(struct json_object *object, const char *key, uint64_t count)
{
    return add(object, key, json_object_new_uint64(count));
}

/* Null where there is no text. */
static bool add_text(struct json_object *object, const char *key, const char *text)
{
    if (!text || text[0] == '\0')
        return json_object_object_add(object, key, NULL) == 0;
    return add(object, key, json_object_new_string(text));
}

/* Null where no run was counted. */
static bool add_duration(struct json_object *object, const char *key,
                         const struct durations *durations, uint64_t ms)
{
    if (durations->count == 0)
        return json_object_object_add(object, key, NULL) == 0;
    return add_count(object, key, ms);
}

static struct json_object *list_of(const uint64_t *numbers, size_t count)
{
    auto_object struct json_object *list = json_object_new_array();

    for (size_t i = 0; list && i < count; i++) {
        struct json_object *number = json_object_new_uint64(numbers[i]);

        if (!number || json_object_array_add(list, number) < 0) {
            json_object_put(number);
            return NULL;
        }
    }
    return take_pointer(&list);
}

static struct json_object *describe_script(const struct script_tally *script)
{
    auto_object struct json_object *object = json_object_new_object();
    const struct durations *durations = &script->durations;
    bool ok = object && add_text(object, "driver", script->driver) &&
              add_text(object, "path", script->path) && add_count(object, "calls", script->calls) &&
              add_count(object, "denied", script->denied) &&
              add_count(object, "timeouts", script->timeouts) &&
              add_count(object, "not_run", script->not_run) &&
              add_count(object, "denied_system_calls", script->denied_system_calls) &&
              add_duration(object, "p50_ms", durations, durations_percentile(durations, 50)) &&
              add_duration(object, "p95_ms", durations, durations_percentile(durations, 95)) &&
              add_duration(object, "max_ms", durations, durations->max_ms) &&
              add_count(object, "sum_ms", durations->sum_ms) &&
              add(object, "histogram", list_of(durations->histogram, DURATIONS_BOUNDS + 1)) &&
              add_text(object, "last", script->last);

    return ok ? take_pointer(&object) : NULL;
}

static struct json_object *describe_calls(const struct tally *tally)
{
    auto_object struct json_object *object = json_object_new_object();

    for (size_t i = 0; object && i < TALLY_VERDICTS; i++) {
        if (!add_count(object, tally_verdicts[i], tally_calls(tally, i)))
            return NULL;
    }
    return take_pointer(&object);
}

/* All but the scripts. */
static struct json_object *describe_tally(const struct tally *tally)
{
    auto_object struct json_object *object = json_object_new_object();
    bool ok = object && add(object, "calls", describe_calls(tally)) &&
              add_text(object, "from", tally->first) && add_text(object, "to", tally->last) &&
              add_count(object, "lost_records", tally->lost) &&
              add_count(object, "percentile_error_percent", DURATIONS_ERROR_PERCENT) &&
              add(object, "histogram_bounds_ms", list_of(durations_bounds_ms, DURATIONS_BOUNDS)) &&
              add_count(object, "runs_of_other_scripts", tally->left_out);

    return ok ? take_pointer(&object) : NULL;
}

/* One at a time: all of them as objects would take more memory than the tally. */
static int print_scripts(const struct tally *tally, FILE *stream)
{
    for (size_t i = 0; i < tally->script_count; i++) {
        auto_object struct json_object *script = describe_script(tally->scripts[i]);
        const char *text = script ? json_object_to_json_string_ext(script, FLAGS) : NULL;

        if (!text)
            return -ENOMEM;
        fprintf(stream, "%s%s", i > 0 ? "," : "", text);
    }
    return 0;
}

int stats_show_json(const struct tally *tally, FILE *stream)
{
    auto_object struct json_object *object = describe_tally(tally);
    const char *text = object ? json_object_to_json_string_ext(object, FLAGS) : NULL;
    int r;

    if (!text)
        return -ENOMEM;
    /* Without the brace that closes it, for the scripts to come in. */
    fprintf(stream, "%.*s,\"scripts\":[", (int)strlen(text) - 1, text);
    r = print_scripts(tally, stream);
    fputs("]}\n", stream);
    return r;
}
