/*
 * One call in full, for people. Admin's process; what the records say is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sheet.h"

#include "cleanup.h"
#include "local_time.h"
#include "page.h"
#include "script.h"

#include <inttypes.h>
#include <string.h>

static enum tone tone_of(const char *verdict)
{
    if (strcmp(verdict, "allow") == 0)
        return TONE_GOOD;
    return strcmp(verdict, "deny") == 0 ? TONE_BAD : TONE_WARNING;
}

static void print_verdict(const struct page *page, struct json_object *end)
{
    const char *verdict = records_text(end, "verdict");

    if (!end) {
        page_text(page, "verdict", TONE_WARNING,
                  "none yet: the call is open, or its helper was "
                  "killed and no other has come since");
        return;
    }
    page_textf(page, "verdict", tone_of(verdict), "%s (%s)", verdict[0] ? verdict : "none",
               records_text(end, "reason"));
    page_text(page, "message", TONE_STRONG, records_text(end, "message"));
    page_text(page, "closed by", TONE_WARNING, records_text(end, "closed_by"));
}

static void print_request(const struct page *page, struct json_object *json)
{
    page_textf(page, "request", TONE_STRONG, "%s %s %s %s %s", records_text(json, "driver"),
               records_text(json, "object"), records_text(json, "operation"),
               records_text(json, "sub_operation"), records_text(json, "extra"));
    page_text(page, "class", TONE_PLAIN, records_text(json, "class"));
    page_text(page, "uuid", TONE_PLAIN, records_text(json, "uuid"));
    page_text(page, "delivery", TONE_PLAIN, records_text(json, "delivery"));
    page_text(page, "daemon", TONE_PLAIN, records_text(json, "uri"));
    page_text(page, "only", TONE_PLAIN, records_text(json, "only"));
    page_text(page, "profile", TONE_WARNING, records_text(json, "profile"));
    page_textf(page, "stdin", TONE_PLAIN, "%" PRIu64 " bytes, SHA-256 %s",
               field_number(json, "stdin_bytes"), records_text(json, "stdin_sha256"));
    if (field_of(json, "output_sha256"))
        page_textf(page, "new XML", TONE_PLAIN, "%" PRIu64 " bytes, SHA-256 %s",
                   field_number(json, "output_bytes"), records_text(json, "output_sha256"));
}

static void print_peer(const struct page *page, struct json_object *peer)
{
    const char *label = records_text(peer, "label");

    page_textf(page, "asked by", TONE_PLAIN, "%s, process %" PRIu64 ", uid %" PRIu64 "%s%s",
               records_text(peer, "name"), field_number(peer, "pid"), field_number(peer, "uid"),
               label[0] ? ", label " : "", label);
}

static void print_time(const struct page *page, const char *label, const struct call_record *record)
{
    char time[LOCAL_TIME_SIZE];

    if (!record)
        return;
    local_time_format(records_text(record->json, "time"), time);
    page_text(page, label, TONE_PLAIN, time);
}

static void print_times(const struct page *page, const struct call *call)
{
    const struct call_record *end = call_record(call, "end");

    print_time(page, "began", call_record(call, "begin"));
    print_time(page, "ended", end);
    if (end && field_of(end->json, "duration_ms"))
        page_textf(page, "took", TONE_PLAIN, "%" PRIu64 " ms, of these %" PRIu64 " ms waiting",
                   field_number(end->json, "duration_ms"), field_number(end->json, "queued_ms"));
}

static void print_scripts(const struct page *page, struct json_object *end)
{
    struct json_object *scripts = field_of(end, "scripts");

    if (!json_object_is_type(scripts, json_type_array))
        return;
    if (json_object_array_length(scripts) == 0)
        page_text(page, "scripts", TONE_PLAIN, "none");
    for (size_t i = 0; i < json_object_array_length(scripts); i++)
        script_print(page, json_object_array_get_idx(scripts, i));
}

static void print_passed_over(const struct page *page, struct json_object *end)
{
    struct json_object *list = field_of(end, "passed_over");

    if (!json_object_is_type(list, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *item = json_object_array_get_idx(list, i);

        page_textf(page, i == 0 ? "passed over" : "", TONE_PLAIN, "%s: %s",
                   records_text(item, "path"), records_text(item, "why"));
    }
}

/* Where each record stands, so that it can be looked at and held against a kept head. */
static void print_places(const struct page *page, const struct call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        const struct call_record *record = &call->list[i];

        page_textf(page, records_text(record->json, "type"), TONE_FAINT,
                   "%s line %" PRIu64 ", %s:%" PRIu64 ":%s", record->path, record->number,
                   records_text(record->json, "chain"), field_number(record->json, "seq"),
                   records_text(record->json, "hash"));
    }
}

void sheet_print(const struct call *call)
{
    const struct page page = {.terminal = terminal_of(stdout)};
    const struct call_record *end = call_record(call, "end");
    const struct call_record *any = end ? end : &call->list[0];

    page_text(&page, "call", TONE_STRONG, call->id);
    print_verdict(&page, end ? end->json : NULL);
    print_request(&page, any->json);
    print_peer(&page, field_of(any->json, "peer"));
    print_times(&page, call);
    print_scripts(&page, end ? end->json : NULL);
    for (size_t i = 0; i < call->count; i++) {
        if (strcmp(records_text(call->list[i].json, "type"), "linger") == 0)
            script_print_linger(&page, call->list[i].json);
    }
    print_passed_over(&page, end ? end->json : NULL);
    print_places(&page, call);
}
