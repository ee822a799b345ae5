/*
 * One script of a call, for people. Admin's process; what the record says is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "script.h"

#include "cleanup.h"
#include "records.h"

#include <inttypes.h>
#include <string.h>

static void print_end(const struct page *page, struct json_object *script)
{
    bool good = field_of(script, "exit_status") && field_number(script, "exit_status") == 0;

    if (records_text(script, "problem")[0])
        page_text(page, "not run", TONE_BAD, records_text(script, "problem"));
    if (json_object_get_boolean(field_of(script, "timed_out")))
        page_text(page, "ended", TONE_BAD, "its time was up");
    else if (field_of(script, "exit_status"))
        page_textf(page, "ended", good ? TONE_GOOD : TONE_BAD, "exit status %" PRIu64,
                   field_number(script, "exit_status"));
    else if (field_of(script, "signal"))
        page_textf(page, "ended", TONE_BAD, "by signal %" PRIu64, field_number(script, "signal"));
}

static void print_file(const struct page *page, struct json_object *script)
{
    if (field_of(script, "inode"))
        page_textf(page, "file", TONE_PLAIN, "inode %" PRIu64 " of device %" PRIu64,
                   field_number(script, "inode"), field_number(script, "device"));
    page_text(page, "sha256", TONE_PLAIN, records_text(script, "sha256"));
}

static void print_profile(const struct page *page, struct json_object *script)
{
    struct json_object *run_as = field_of(script, "run_as");
    auto_free char *capabilities = field_list(script, "capabilities");
    auto_free char *enforced = field_list(script, "enforced");

    page_text(page, "profile", TONE_STRONG, records_text(script, "profile"));
    if (run_as)
        page_textf(page, "ran as", TONE_PLAIN, "uid %" PRIu64 ", gid %" PRIu64,
                   field_number(run_as, "uid"), field_number(run_as, "gid"));
    if (field_of(script, "capabilities"))
        page_text(page, "capable of", TONE_PLAIN,
                  capabilities && capabilities[0] ? capabilities : "nothing");
    else if (run_as)
        page_text(page, "capable of", TONE_WARNING, "all that the helper is");
    page_text(page, "held by", TONE_PLAIN, enforced);
}

static void print_times(const struct page *page, struct json_object *script)
{
    if (field_of(script, "setup_ms"))
        page_textf(page, "took", TONE_PLAIN, "%" PRIu64 " ms to set up, %" PRIu64 " ms to run",
                   field_number(script, "setup_ms"), field_number(script, "duration_ms"));
    if (field_of(script, "user_ms"))
        page_textf(page, "processor", TONE_PLAIN, "%" PRIu64 " ms, %" PRIu64 " ms in the kernel",
                   field_number(script, "user_ms"), field_number(script, "system_ms"));
    if (field_of(script, "memory_peak_kib"))
        page_textf(page, "memory", TONE_PLAIN, "%" PRIu64 " KiB at the most",
                   field_number(script, "memory_peak_kib"));
    if (field_number(script, "killed") > 0)
        page_textf(page, "killed", TONE_WARNING, "what was left: %" PRIu64,
                   field_number(script, "killed"));
}

static void print_output(const struct page *page, struct json_object *script, const char *name,
                         const char *bytes, const char *dropped)
{
    if (field_number(script, bytes) == 0)
        return;
    page_textf(page, name, TONE_FAINT, "%" PRIu64 " bytes, %" PRIu64 " of them dropped",
               field_number(script, bytes), field_number(script, dropped));
    page_lines(page, "", TONE_PLAIN, records_text(script, name));
}

/* What it was refused, with the counts, one a line. */
static void print_each(const struct page *page, struct json_object *script, const char *key,
                       enum tone tone)
{
    struct json_object *list = field_of(script, key);
    const char *label = key;

    if (!json_object_is_type(list, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *item = json_object_array_get_idx(list, i);

        if (json_object_is_type(item, json_type_string)) {
            page_text(page, label, tone, json_object_get_string(item));
            label = "";
        }
    }
}

void script_print(const struct page *page, struct json_object *script)
{
    const struct page inner = {page->terminal, page->indent + 2};

    page_text(page, "script", TONE_STRONG, records_text(script, "path"));
    print_end(&inner, script);
    print_profile(&inner, script);
    print_each(&inner, script, "denied", TONE_BAD);
    print_each(&inner, script, "observed", TONE_WARNING);
    print_times(&inner, script);
    print_file(&inner, script);
    print_output(&inner, script, "stderr", "stderr_bytes", "stderr_dropped");
    print_output(&inner, script, "stdout", "stdout_bytes", "stdout_dropped");
}

void script_print_linger(const struct page *page, struct json_object *linger)
{
    const struct page inner = {page->terminal, page->indent + 2};

    page_text(page, "lingered", TONE_STRONG, records_text(linger, "path"));
    page_textf(&inner, "ended", TONE_PLAIN, "%s, %" PRIu64 " ms after its script",
               records_text(linger, "ended"), field_number(linger, "duration_ms"));
    page_text(&inner, "problem", TONE_BAD, records_text(linger, "problem"));
    print_each(&inner, linger, "denied", TONE_BAD);
    page_lines(&inner, "stderr", TONE_PLAIN, records_text(linger, "stderr"));
    page_lines(&inner, "stdout", TONE_PLAIN, records_text(linger, "stdout"));
}
