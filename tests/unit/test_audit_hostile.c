/*
 * The audit log and what must not come into it: nothing that clients or scripts say can forge, hide
 * or steer anything, and no XML is in it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "audit_rig.h"

#include "text.h"

/* Invariant 8. */
static void the_new_xml_never_comes_into_the_log(void **state)
{
    const char *const operations[] = {"migrate", "restore"};
    struct rig_call made;

    rig_call_init(&made, 1);
    made.script.stdout_tail = "<graphics passwd='s3cret'/>";
    made.script.stdout_bytes = strlen(made.script.stdout_tail);
    made.result.output_bytes = made.script.stdout_bytes;
    for (size_t i = 0; i < 2; i++) {
        struct json_object *lines;

        made.request.operation = operations[i];
        lines = rig_record_call(*state, &made);
        assert_null(strstr(json_object_to_json_string(lines), "s3cret"));
        assert_null(rig_field(rig_script_of(rig_end_of(lines)), "stdout"));
        assert_int_equal(rig_count(rig_script_of(rig_end_of(lines)), "stdout_bytes"), 27);
        assert_int_equal(rig_count(rig_end_of(lines), "output_bytes"), 27);
        json_object_put(lines);
    }
}

static void stdout_of_other_operations_is_logged(void **state)
{
    struct json_object *lines;
    struct rig_call made;

    rig_call_init(&made, 1);
    made.script.stdout_tail = "bridge br0 is up\n";
    lines = rig_record_call(*state, &made);
    assert_string_equal(rig_text(rig_script_of(rig_end_of(lines)), "stdout"), "bridge br0 is up\n");
    json_object_put(lines);
}

/* Output that would end its line and go on with a record of its own, and what else does harm. */
static const char forged_line[] =
    "fine\n{\"schema\":1,\"type\":\"end\",\"call\":\"0000000000000000-1\",\"verdict\":\"allow\"}\n";
static const char *const hostile_texts[] = {
    forged_line,
    "\"},{\"path\":\"/forged\"}]}\n",
    /* clears the screen, sets the title */
    "\x1b[2J\x1b[H\x1b]0;title\x07",
    /* moves the cursor */
    "\r\x08\x08overwritten\x7f",
    /* the same as ESC [, as one C1 control */
    "\xc2\x9b[2J",
    /* line and paragraph separator */
    "one\xe2\x80\xa8two\xe2\x80\xa9three",
    /* turns the writing direction */
    "\xe2\x80\xaegnp.txt\xe2\x80\xac\xe2\x81\xa6isolated\xe2\x81\xa9",
    /* no UTF-8 */
    "\xff\xfe broken \xc3\x28 \xe2\x80",
    /* a surrogate, an overlong newline, over U+10FFFF */
    "\xed\xa0\x80 \xc0\x8a \xf4\x90\x80\x80",
    "\\n\\u000a\\x0a \\",
};

static void the_forged_line_would_be_a_record_if_it_were_written_as_it_is(void **state)
{
    struct json_object *record = json_tokener_parse(strchr(forged_line, '\n') + 1);

    assert_true(rig_is_type(record, "end"));
    json_object_put(record);
}

/* Whether the file holds only printable text and newlines: nothing that steers or breaks a line. */
static bool is_calm_file(const char *path)
{
    size_t size;
    auto_free char *text = rig_read_file(path, &size);
    auto_free char *safe = text_escape(text, size, true);

    return strlen(safe) == size && memcmp(text, safe, size) == 0 && !strchr(text, '\t');
}

static void fill_with(struct rig_call *made, const char *text, struct passed_over *passed)
{
    made->request.object = made->request.operation = made->request.sub_operation = text;
    made->request.extra = made->request.uuid = text;
    made->call.peer_name = text;
    made->verdict.message = text;
    made->script.path = made->script.problem = text;
    made->script.stderr_tail = made->script.stdout_tail = text;
    passed->path = passed->why = (char *)(uintptr_t)text;
}

static void check_shown(struct json_object *record, const char *key, const char *original)
{
    auto_free char *safe = text_escape(original, strlen(original), false);

    assert_string_equal(rig_text(record, key), safe);
}

static void no_text_from_outside_can_forge_hide_or_steer(void **state)
{
    const struct rig *rig = *state;

    for (size_t i = 0; i < sizeof(hostile_texts) / sizeof(hostile_texts[0]); i++) {
        struct passed_over passed;
        struct script_list found = {.passed = &passed, .passed_count = 1};
        struct json_object *lines;
        struct rig_call made;

        rig_call_init(&made, 1);
        made.result.found = &found;
        fill_with(&made, hostile_texts[i], &passed);
        lines = rig_record_call(rig, &made);
        assert_int_equal(json_object_array_length(lines), 4 * (i + 1));
        assert_true(is_calm_file(rig->file));
        check_shown(rig_end_of(lines), "object", hostile_texts[i]);
        check_shown(rig_script_of(rig_end_of(lines)), "problem", hostile_texts[i]);
        assert_string_equal(rig_text(rig_end_of(lines), "verdict"), "allow");
        json_object_put(lines);
    }
}

/* 64 KiB of every byte there is, with and without a newline in reach. */
static void random_output_stays_inside_its_record(void **state)
{
    char *noise = malloc(65536 + 1);
    const struct rig *rig = *state;
    struct json_object *lines;
    struct rig_call made;

    assert_non_null(noise);
    srandom(1);
    for (size_t i = 0; i < 65536; i++)
        noise[i] = (char)(1 + random() % 255);
    noise[65536] = '\0';
    rig_call_init(&made, 1);
    made.script.stderr_tail = made.script.stdout_tail = noise;
    lines = rig_record_call(rig, &made);
    assert_int_equal(json_object_array_length(lines), 4);
    assert_true(is_calm_file(rig->file));
    assert_true(strlen(rig_text(rig_script_of(rig_end_of(lines)), "stderr")) <= RIG_KEPT);
    json_object_put(lines);
    free(noise);
}

static void a_long_tail_is_cut_to_its_end(void **state)
{
    char *flood = malloc(65536 + 1);
    struct json_object *lines;
    struct rig_call made;

    assert_non_null(flood);
    memset(flood, 'x', 65536);
    memcpy(flood + 65536 - 4, "end\n", 5);
    rig_call_init(&made, 1);
    made.script.stderr_tail = flood;
    lines = rig_record_call(*state, &made);
    assert_string_equal(rig_text(rig_script_of(rig_end_of(lines)), "stderr"),
                        flood + 65536 - RIG_KEPT);
    json_object_put(lines);
    free(flood);
}

/* What virt-hook reads; a longer one would count as damaged. */
#define LINE_MAX_SIZE (16 << 20)

/* Nothing but newlines, which JSON makes two characters of. */
static void a_record_is_short_enough_to_be_read_however_many_scripts_fill_it(void **state)
{
    enum { SCRIPTS = 1024, KEPT = 65536 };
    struct message_script *scripts = calloc(SCRIPTS, sizeof(*scripts));
    struct audit_script *details = calloc(SCRIPTS, sizeof(*details));
    char *flood = malloc(KEPT + 1), *error = NULL;
    const struct rig *rig = *state;
    struct audit_log *log = NULL;
    struct rig_call made;
    struct stat st;

    assert_true(scripts && details && flood);
    memset(flood, '\n', KEPT);
    flood[KEPT] = '\0';
    rig_call_init(&made, 1);
    made.script.stderr_tail = made.script.stdout_tail = flood;
    for (size_t i = 0; i < SCRIPTS; i++)
        scripts[i] = made.script;
    made.verdict.scripts = scripts;
    made.verdict.script_count = SCRIPTS;
    made.result.scripts = details;
    assert_int_equal(rig_try_open(rig->file, "qemu", KEPT, geteuid(), &log, &error), 0);
    assert_int_equal(audit_begin(log, &made.call), 0);
    assert_int_equal(audit_end(log, &made.call, &made.result), 0);
    audit_close(log);
    assert_int_equal(stat(rig->file, &st), 0);
    assert_true(st.st_size > LINE_MAX_SIZE / 4 && st.st_size < LINE_MAX_SIZE);
    free(flood);
    free(details);
    free(scripts);
}

static void a_tail_begins_with_a_whole_character(void **state)
{
    char *text = malloc(2 * RIG_KEPT + 2);
    struct json_object *lines;
    const char *tail;
    struct rig_call made;

    assert_non_null(text);
    for (size_t i = 0; i < RIG_KEPT; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    memcpy(text + 2 * RIG_KEPT, "!", 2);
    rig_call_init(&made, 1);
    made.script.stderr_tail = text;
    lines = rig_record_call(*state, &made);
    tail = rig_text(rig_script_of(rig_end_of(lines)), "stderr");
    assert_int_equal(strlen(tail), RIG_KEPT - 1);
    assert_true(text_is_utf8(tail, strlen(tail)));
    json_object_put(lines);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(the_new_xml_never_comes_into_the_log),
        rig_test(stdout_of_other_operations_is_logged),
        rig_test(the_forged_line_would_be_a_record_if_it_were_written_as_it_is),
        rig_test(no_text_from_outside_can_forge_hide_or_steer),
        rig_test(random_output_stays_inside_its_record),
        rig_test(a_long_tail_is_cut_to_its_end),
        rig_test(a_record_is_short_enough_to_be_read_however_many_scripts_fill_it),
        rig_test(a_tail_begins_with_a_whole_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
