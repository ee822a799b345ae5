/*
 * From the records of a log to what they tell of one script. Admin's process; records may say
 * anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gather.h"

#include "cleanup.h"
#include "number.h"

#include <stdio.h>
#include <string.h>

/* Between a thing's name and how often it was: "mount ×3". */
#define TIMES " \u00d7"

/* The list under the key; NULL and 0 where there is none. */
static struct json_object *list_of(struct json_object *object, const char *key, size_t *ret_count)
{
    struct json_object *list = NULL;

    *ret_count = 0;
    if (!json_object_object_get_ex(object, key, &list) ||
        !json_object_is_type(list, json_type_array))
        return NULL;
    *ret_count = json_object_array_length(list);
    return list;
}

static const char *text_at(struct json_object *list, size_t index)
{
    struct json_object *item = json_object_array_get_idx(list, index);

    return json_object_is_type(item, json_type_string) ? json_object_get_string(item) : "";
}

static bool has_text(struct json_object *object, const char *key, const char *text)
{
    size_t count;
    struct json_object *list = list_of(object, key, &count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(text_at(list, i), text) == 0)
            return true;
    }
    return false;
}

static int replace(char **slot, const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        return -ENOMEM;
    free(*slot);
    *slot = copy;
    return 0;
}

/* "others ×12 and more": what the helper did not keep. */
static void note_lost(struct evidence *evidence, const char *text)
{
    const char *times = strstr(text, TIMES);
    uint64_t count = 0;

    if (times) {
        times += strlen(TIMES);
        (void)number_take(&times, &count);
        evidence->lost_more |= *times != '\0';
    }
    evidence->lost += count;
}

static int take_observed(struct evidence *evidence, const struct occasion *occasion,
                         struct json_object *script)
{
    size_t count;
    struct json_object *list = list_of(script, "observed", &count);
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        const char *text = text_at(list, i);

        if (strncmp(text, "others", strlen("others")) == 0)
            note_lost(evidence, text);
        else
            r = evidence_add(evidence, occasion, text);
    }
    return r;
}

/* "socket(AF_NETLINK) ×3" is "socket AF_NETLINK", and "mount" is "call mount". */
static int take_refusal(struct evidence *evidence, const struct occasion *occasion,
                        const char *text)
{
    const char *times = strstr(text, TIMES), *family = strstr(text, "(AF_");
    size_t length = times ? (size_t)(times - text) : strlen(text);
    auto_free char *made = NULL;
    int r;

    if (strncmp(text, "libvirt ", strlen("libvirt ")) == 0)
        return 0;
    if (length > 0 && family && family < text + length && text[length - 1] == ')')
        r = asprintf(&made, "socket %.*s", (int)(text + length - family) - 2, family + 1);
    else
        r = asprintf(&made, "call %.*s", (int)length, text);
    if (r < 0) {
        made = NULL;
        return -ENOMEM;
    }
    return evidence_add(evidence, occasion, made);
}

static int take_denied(struct evidence *evidence, const struct occasion *occasion,
                       struct json_object *script)
{
    size_t count;
    struct json_object *list = list_of(script, "denied", &count);
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        const char *text = text_at(list, i);

        if (strncmp(text, "others", strlen("others")) == 0)
            note_lost(evidence, text);
        else
            r = take_refusal(evidence, occasion, text);
    }
    if (r == 0 && count > 0 && evidence->runs == 0)
        r = replace(&evidence->profile, records_text(script, "profile"));
    return r;
}

/* Whether what is known was of another file, or under another profile. */
static int note_version(struct evidence *evidence, struct json_object *script)
{
    const char *sha256 = records_text(script, "sha256"), *profile = records_text(script, "profile");
    int r;

    if (evidence->sha256)
        evidence->other_versions |= strcmp(evidence->sha256, sha256) != 0;
    if (evidence->runs > 0)
        evidence->other_versions |= strcmp(evidence->profile, profile) != 0;
    r = replace(&evidence->sha256, sha256);
    return r == 0 ? replace(&evidence->profile, profile) : r;
}

static int take_permissive(struct evidence *evidence, const struct occasion *occasion,
                           struct json_object *script)
{
    struct json_object *status = NULL;
    uint64_t bit = 0;
    int r = note_version(evidence, script);

    if (r == 0)
        r = evidence_note_operation(evidence, occasion->operation, &bit);
    if (r < 0)
        return r;
    evidence->observed_at |= bit;
    evidence->runs++;
    json_object_object_get_ex(script, "exit_status", &status);
    evidence->failed += !status || json_object_get_int(status) != 0;
    return take_observed(evidence, occasion, script);
}

static int take_script(struct evidence *evidence, struct json_object *record,
                       struct json_object *script)
{
    struct occasion occasion = {
        .call = records_text(record, "call"),
        .guest = records_text(record, "object"),
    };
    auto_free char *operation = NULL;

    evidence->of_event = strcmp(records_text(record, "class"), "event") == 0;
    if (asprintf(&operation, "%s %s/%s", records_text(record, "driver"),
                 records_text(record, "operation"), records_text(record, "sub_operation")) < 0) {
        operation = NULL;
        return -ENOMEM;
    }
    occasion.operation = operation;
    if (has_text(script, "enforced", "permissive"))
        return take_permissive(evidence, &occasion, script);
    evidence->strict_runs += records_text(script, "profile")[0] != '\0';
    occasion.refused = true;
    return take_denied(evidence, &occasion, script);
}

static bool is_wanted(const char *wanted, const char *path)
{
    const char *last = strrchr(path, '/');

    if (!strchr(wanted, '/'))
        return last && strcmp(last + 1, wanted) == 0;
    return strcmp(path, wanted) == 0;
}

/* Returns 0, -ENOMEM, or GATHER_E_AMBIGUOUS. */
static int take_path(struct evidence *evidence, const char *path, char **ret_other)
{
    if (!evidence->path)
        return replace(&evidence->path, path);
    if (strcmp(evidence->path, path) == 0)
        return 0;
    *ret_other = strdup(path);
    return *ret_other ? GATHER_E_AMBIGUOUS : -ENOMEM;
}

static int take_record(struct json_object *record, const char *wanted, struct evidence *evidence,
                       char **ret_other)
{
    size_t count;
    struct json_object *list = list_of(record, "scripts", &count);
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        struct json_object *script = json_object_array_get_idx(list, i);
        const char *path = records_text(script, "path");

        if (!is_wanted(wanted, path))
            continue;
        r = take_path(evidence, path, ret_other);
        if (r == 0)
            r = take_script(evidence, record, script);
    }
    return r;
}

int gather(struct records *records, const char *script, struct evidence *evidence, char **ret_other)
{
    struct record record;
    int r;

    while ((r = records_next(records, &record)) > 0) {
        if (strcmp(records_text(record.json, "type"), "end") != 0)
            continue;
        r = take_record(record.json, script, evidence, ret_other);
        if (r != 0)
            return r;
    }
    return r;
}
