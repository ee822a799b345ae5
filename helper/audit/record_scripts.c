/*
 * What a record tells of each script, run or passed over. Helper. Paths, output and what scripts
 * did are untrusted; object.c makes their text harmless.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "record_scripts.h"

#include "object.h"

#include <json-c/json.h>

/* Passed-over files that are listed in one record; the others are only counted. */
#define PASSED_OVER_LISTED 64

/*
 * Bytes of output in one record, of all scripts together. JSON's escapes make at most twice as many
 * of them, and virt-hook takes lines of up to 16 MiB.
 */
#define TAILS_MAX ((size_t)4 << 20)

static struct json_object *describe_user(const struct audit_script *script)
{
    struct object made = object_start();

    object_put_count(&made, "uid", script->uid);
    object_put_count(&made, "gid", script->gid);
    return object_finish(&made);
}

static void put_usage(struct object *entry, const struct audit_script *script)
{
    object_put_known(entry, "setup_ms", script->has_setup, script->setup_ms);
    object_put_known(entry, "killed", script->has_killed, script->killed);
    object_put_known(entry, "user_ms", script->has_usage, script->user_ms);
    object_put_known(entry, "system_ms", script->has_usage, script->system_ms);
    object_put_known(entry, "memory_peak_kib", script->has_usage, script->memory_peak_kib);
}

/* Which file it was; of a script that was not run nothing is told. */
static void put_file(struct object *entry, const struct audit_script *script)
{
    object_put_known(entry, "device", script->has_file, script->device);
    object_put_known(entry, "inode", script->has_file, script->inode);
    object_put_text(entry, "sha256", script->sha256);
}

/* Null where they are the helper's own, which is not the same as none. */
static void put_capabilities(struct object *entry, const char *capabilities)
{
    if (capabilities)
        object_put_list(entry, "capabilities", capabilities, ' ');
    else
        object_put_null(entry, "capabilities");
}

/* What it ran under; a script that was not run has no profile. */
static void put_confinement(struct object *entry, const struct audit_result *result, size_t index)
{
    const struct message_script *script = &result->verdict->scripts[index];

    object_put_text(entry, "profile", script->profile);
    if (script->profile)
        object_put_value(entry, "run_as", describe_user(&result->scripts[index]));
    else
        object_put_null(entry, "run_as");
    put_capabilities(entry, result->scripts[index].capabilities);
    object_put_list(entry, "denied", script->denied, '\n');
    object_put_list(entry, "observed", script->observed, '\n');
    object_put_list(entry, "enforced", script->enforced, ' ');
}

static struct json_object *describe_script(const struct audit_result *result, size_t index,
                                           bool is_filter, size_t kept)
{
    const struct message_script *script = &result->verdict->scripts[index];
    struct object entry = object_start();

    object_put_text(&entry, "path", script->path);
    put_file(&entry, &result->scripts[index]);
    if (script->exit_status >= 0)
        object_put_count(&entry, "exit_status", (uint64_t)script->exit_status);
    else
        object_put_null(&entry, "exit_status");
    if (script->signal > 0)
        object_put_count(&entry, "signal", (uint64_t)script->signal);
    else
        object_put_null(&entry, "signal");
    object_put_flag(&entry, "timed_out", script->timed_out);
    object_put_text(&entry, "problem", script->problem);
    put_confinement(&entry, result, index);
    object_put_count(&entry, "duration_ms", script->duration_ms);
    put_usage(&entry, &result->scripts[index]);
    object_put_count(&entry, "stdout_bytes", script->stdout_bytes);
    object_put_count(&entry, "stdout_dropped", result->scripts[index].stdout_dropped);
    object_put_count(&entry, "stderr_bytes", script->stderr_bytes);
    object_put_count(&entry, "stderr_dropped", result->scripts[index].stderr_dropped);
    object_put_tail(&entry, "stderr", script->stderr_tail, kept);
    /* A filter's stdout is the new XML, which can hold passwords. */
    object_put_tail(&entry, "stdout", is_filter ? NULL : script->stdout_tail, kept);
    return object_finish(&entry);
}

static struct json_object *describe_passed_over(const struct passed_over *file)
{
    struct object entry = object_start();

    object_put_text(&entry, "path", file->path);
    object_put_text(&entry, "why", file->why);
    return object_finish(&entry);
}

/* Takes over the value; false where it could not be made or added. */
static bool append_value(struct json_object *list, struct json_object *value)
{
    if (value && json_object_array_add(list, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

/* The bytes that each stream may have where there are so many scripts. */
static size_t share_of_tails(size_t kept, size_t scripts)
{
    size_t share = TAILS_MAX / 2 / (scripts > 0 ? scripts : 1);

    return kept < share ? kept : share;
}

void record_put_scripts(struct object *line, const struct audit_result *result, bool is_filter,
                        size_t kept)
{
    struct json_object *list = json_object_new_array();
    size_t count = result->verdict->script_count, share = share_of_tails(kept, count);

    for (size_t i = 0; list && i < count; i++)
        if (!append_value(list, describe_script(result, i, is_filter, share)))
            line->failed = true;
    object_put_value(line, "scripts", list);
}

void record_put_passed_over(struct object *line, const struct script_list *found)
{
    struct json_object *list = json_object_new_array();
    size_t count = found ? found->passed_count : 0;

    for (size_t i = 0; list && i < count && i < PASSED_OVER_LISTED; i++)
        if (!append_value(list, describe_passed_over(&found->passed[i])))
            line->failed = true;
    object_put_value(line, "passed_over", list);
    object_put_count(line, "passed_over_count", count);
}
