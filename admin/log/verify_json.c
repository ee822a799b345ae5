/*
 * What verifying found, as one JSON document. Admin's process; names and records are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "text.h"

#include "verify_show.h"
#include <inttypes.h>
#include <stdio.h>

#include <json-c/json.h>
#include <string.h>

static void free_object(struct json_object **slot)
{
    json_object_put(*slot);
}

#define auto_object __attribute__((cleanup(free_object)))

/* Adds a value, which the object owns in any case; false where memory is short. */
static bool add(struct json_object *object, const char *key, struct json_object *value)
{
    if (!value)
        return false;
    if (json_object_object_add(object, key, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

/* JSON is UTF-8, and the names of files need not be: escaped then. Null where there is none. */
static bool add_text(struct json_object *object, const char *key, const char *text)
{
    auto_free char *safe = text ? text_escape(text, strlen(text), false) : NULL;

    if (!text || !text[0])
        return json_object_object_add(object, key, NULL) == 0;
    return safe && add(object, key, json_object_new_string(safe));
}

static bool add_number(struct json_object *object, const char *key, uint64_t number)
{
    return add(object, key, json_object_new_uint64(number));
}

/* Null where the record that it belongs to is not known. */
static bool add_seq(struct json_object *object, const char *key, const char *chain, uint64_t seq)
{
    return chain[0] ? add_number(object, key, seq) : json_object_object_add(object, key, NULL) == 0;
}

static bool add_bool(struct json_object *object, const char *key, bool value)
{
    return add(object, key, json_object_new_boolean(value));
}

static int print(struct json_object *object, const char *before)
{
    const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
                                                                  JSON_C_TO_STRING_NOSLASHESCAPE);

    if (!text)
        return -ENOMEM;
    return printf("%s%s", before, text) < 0 ? -errno : 0;
}

static bool fill_finding(struct json_object *object, const struct finding *finding)
{
    auto_free char *sentence = finding_sentence(finding);

    return sentence && add_text(object, "kind", finding_word(finding)) &&
           add_bool(object, "break", finding_is_break(finding)) &&
           add_text(object, "file", finding->file) && add_number(object, "line", finding->line) &&
           add_number(object, "lines", finding->lines) &&
           add_text(object, "chain", finding->chain) &&
           add_seq(object, "seq", finding->chain, finding->seq) &&
           add_seq(object, "last_seq", finding->chain, finding->last_seq) &&
           add_text(object, "call", finding->call) && add_text(object, "message", sentence);
}

static bool fill_expected(struct json_object *object, const struct expected *expected)
{
    auto_free char *sentence = expected_sentence(expected);

    return sentence && add_text(object, "head", expected->text) &&
           add_bool(object, "found", expected->found) &&
           add_bool(object, "break", !expected_holds(expected)) &&
           add_text(object, "message", sentence);
}

static bool fill_log(struct json_object *object, const struct verified *log)
{
    const struct verify_summary *summary = &log->summary;

    return add_text(object, "file", log->path) && add_number(object, "files", log->files) &&
           add_number(object, "chains", summary->chains) &&
           add_number(object, "records", summary->records) &&
           add_number(object, "breaks", summary->breaks) &&
           add_text(object, "first", summary->first.time) &&
           add_text(object, "last", summary->last.time) &&
           add_text(object, "damaged", summary->damaged);
}

static int json_start(void)
{
    return fputs("{\"findings\":[", stdout) < 0 ? -errno : 0;
}

static int json_finding(const struct finding *finding, bool is_first)
{
    auto_object struct json_object *object = json_object_new_object();

    return object && fill_finding(object, finding) ? print(object, is_first ? "" : ",") : -ENOMEM;
}

static int print_expected(const struct verify_result *result)
{
    int r = fputs("],\"heads\":[", stdout) < 0 ? -errno : 0;

    for (size_t i = 0; r == 0 && i < result->expected_count; i++) {
        auto_object struct json_object *object = json_object_new_object();

        r = object && fill_expected(object, &result->expected[i]) ? print(object, i > 0 ? "," : "")
                                                                  : -ENOMEM;
    }
    return r;
}

static int print_logs(const struct verify_result *result)
{
    int r = fputs("],\"logs\":[", stdout) < 0 ? -errno : 0;

    for (size_t i = 0; r == 0 && i < result->count; i++) {
        auto_object struct json_object *object = json_object_new_object();

        r = object && fill_log(object, &result->logs[i]) ? print(object, i > 0 ? "," : "")
                                                         : -ENOMEM;
    }
    return r;
}

static int json_end(const struct verify_result *result)
{
    int r = print_expected(result);

    if (r == 0)
        r = print_logs(result);
    if (r < 0)
        return r;
    return printf("],\"records\":%" PRIu64 ",\"breaks\":%" PRIu64 ",\"whole\":%s}\n",
                  result->records, result->breaks, result->breaks == 0 ? "true" : "false") < 0
               ? -errno
               : 0;
}

const struct verify_show verify_show_json = {
    .start = json_start, .find = json_finding, .end = json_end};
