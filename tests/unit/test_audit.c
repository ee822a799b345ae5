/*
 * The audit log's records: every line is one whole JSON object and says what docs/audit.md
 * promises.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "audit_rig.h"

#include <time.h>

static void a_log_tells_open_begin_end_and_close(void **state)
{
    struct json_object *lines;
    struct rig_call made;

    rig_call_init(&made, 1);
    lines = rig_record_call(*state, &made);
    assert_int_equal(json_object_array_length(lines), 4);
    assert_true(rig_is_type(rig_from_end(lines, 3), "open"));
    assert_true(rig_is_type(rig_from_end(lines, 2), "begin"));
    assert_true(rig_is_type(rig_from_end(lines, 1), "end"));
    assert_true(rig_is_type(rig_from_end(lines, 0), "close"));
    json_object_put(lines);
}

static void begin_and_end_both_say_which_call_it_was(void **state)
{
    struct json_object *lines;
    struct rig_call made;

    rig_call_init(&made, 1);
    lines = rig_record_call(*state, &made);
    for (size_t back = 1; back <= 2; back++) {
        struct json_object *record = rig_from_end(lines, back);
        struct json_object *peer = rig_field(record, "peer");

        assert_int_equal(rig_count(record, "schema"), 1);
        assert_int_equal(rig_count(peer, "pid"), 4711);
        assert_int_equal(rig_count(peer, "uid"), 0);
        assert_string_equal(rig_text(peer, "name"), "shim");
        assert_string_equal(rig_text(record, "class"), "hook");
        assert_string_equal(rig_text(record, "driver"), "qemu");
        assert_string_equal(rig_text(record, "object"), "d1");
        assert_string_equal(rig_text(record, "uuid"), "c7a5fdbd-edaf-9455-926a-d65c16db1809");
        assert_string_equal(rig_text(record, "operation"), "start");
        assert_string_equal(rig_text(record, "sub_operation"), "begin");
        assert_string_equal(rig_text(record, "extra"), "-");
        assert_int_equal(rig_count(record, "stdin_bytes"), 1234);
    }
    json_object_put(lines);
}

static void a_call_id_is_instance_and_number(void **state)
{
    const struct rig *rig = *state;
    struct audit_log *log = rig_open(rig->place, "qemu");
    char expected[64];
    struct json_object *lines;
    struct rig_call made;

    rig_call_init(&made, 18446744073709551615ULL);
    assert_int_equal(strlen(audit_instance(log)), 16);
    snprintf(expected, sizeof(expected), "%s-18446744073709551615", audit_instance(log));
    assert_int_equal(audit_begin(log, &made.call), 0);
    lines = rig_read_log(audit_path(log));
    assert_string_equal(rig_text(rig_from_end(lines, 0), "call"), expected);
    json_object_put(lines);
    audit_close(log);
}

static void times_are_utc_with_microseconds_and_monotonic(void **state)
{
    time_t before = time(NULL), told;
    struct json_object *lines, *end;
    struct rig_call made;
    struct tm utc = {0};
    const char *fraction;

    rig_call_init(&made, 1);
    lines = rig_record_call(*state, &made);
    end = rig_end_of(lines);
    fraction = strptime(rig_text(end, "time"), "%Y-%m-%dT%H:%M:%S", &utc);
    assert_non_null(fraction);
    told = timegm(&utc);
    assert_true(told >= before && told <= time(NULL));
    assert_int_equal(strlen(fraction), strlen(".123456Z"));
    assert_int_equal(strspn(fraction + 1, "0123456789"), 6);
    assert_true(fraction[0] == '.' && fraction[7] == 'Z');
    assert_true(rig_count(end, "monotonic_ms") >=
                rig_count(rig_from_end(lines, 2), "monotonic_ms"));
    json_object_put(lines);
}

static void an_end_tells_the_verdict_and_each_script(void **state)
{
    struct json_object *lines, *end, *script;
    struct rig_call made;

    rig_call_init(&made, 1);
    made.verdict.allow = false;
    made.verdict.reason = "exit-status";
    made.verdict.message = "/etc/virthook/hooks/qemu exited with status 3";
    made.verdict.duration_ms = 20;
    made.result.queued_ms = 5;
    made.script.exit_status = 3;
    made.script.stdout_bytes = 5000000000;
    made.detail.stdout_dropped = 4999934464;
    made.script.stderr_tail = "no such device\n";
    lines = rig_record_call(*state, &made);
    end = rig_end_of(lines);
    script = rig_script_of(end);
    assert_string_equal(rig_text(end, "verdict"), "deny");
    assert_string_equal(rig_text(end, "reason"), "exit-status");
    assert_string_equal(rig_text(end, "message"), made.verdict.message);
    assert_int_equal(rig_count(end, "duration_ms"), 20);
    assert_int_equal(rig_count(end, "queued_ms"), 5);
    assert_string_equal(rig_text(script, "path"), "/etc/virthook/hooks/qemu");
    assert_int_equal(rig_count(script, "exit_status"), 3);
    assert_null(rig_field(script, "signal"));
    assert_null(rig_field(script, "problem"));
    assert_int_equal(rig_count(script, "stdout_bytes"), 5000000000);
    assert_int_equal(rig_count(script, "stdout_dropped"), 4999934464);
    assert_int_equal(rig_count(script, "stderr_dropped"), 0);
    assert_string_equal(rig_text(script, "stderr"), "no such device\n");
    json_object_put(lines);
}

static void assert_list(struct json_object *list, size_t count, const char *const *texts)
{
    assert_true(json_object_is_type(list, json_type_array));
    assert_int_equal(json_object_array_length(list), count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(json_object_get_string(json_object_array_get_idx(list, i)), texts[i]);
}

static void an_end_tells_under_what_each_script_ran_and_what_it_was_refused(void **state)
{
    static const char *const denied[] = {"mount", "socket(AF_NETLINK) ×3", "others\\x09×2"};
    static const char *const observed[] = {"write /etc/x", "call mount"};
    static const char *const enforced[] = {"user:65534", "capabilities:none", "pid"};
    struct json_object *lines, *script;
    struct rig_call made;

    rig_call_init(&made, 1);
    made.script.denied = "mount\nsocket(AF_NETLINK) ×3\nothers\t×2";
    made.script.observed = "write /etc/x\ncall mount";
    made.script.enforced = "user:65534 capabilities:none pid";
    lines = rig_record_call(*state, &made);
    script = rig_script_of(rig_end_of(lines));
    assert_string_equal(rig_text(script, "profile"), "isolated");
    assert_int_equal(rig_count(rig_field(script, "run_as"), "uid"), 65534);
    assert_int_equal(rig_count(rig_field(script, "run_as"), "gid"), 65533);
    assert_list(rig_field(script, "denied"), 3, denied);
    assert_list(rig_field(script, "observed"), 2, observed);
    assert_list(rig_field(script, "enforced"), 3, enforced);
    json_object_put(lines);
}

static void a_script_that_was_not_run_ran_under_nothing(void **state)
{
    struct json_object *lines, *script;
    struct rig_call made;

    rig_call_init(&made, 1);
    made.script = (struct message_script){.path = "/h", .exit_status = -1, .problem = "it is open"};
    made.detail = (struct audit_script){0};
    lines = rig_record_call(*state, &made);
    script = rig_script_of(rig_end_of(lines));
    assert_null(rig_field(script, "profile"));
    assert_null(rig_field(script, "run_as"));
    assert_list(rig_field(script, "denied"), 0, NULL);
    assert_list(rig_field(script, "observed"), 0, NULL);
    assert_list(rig_field(script, "enforced"), 0, NULL);
    json_object_put(lines);
}

static void an_end_tells_which_file_each_script_was_and_what_it_used(void **state)
{
    static const char *const capabilities[] = {"net_admin", "chown"};
    struct json_object *lines, *script;
    struct rig_call made;

    rig_call_init(&made, 1);
    made.detail.has_file = true;
    made.detail.device = 2049;
    made.detail.inode = 5000000000;
    made.detail.sha256 = RIG_SHA256;
    made.detail.has_setup = made.detail.has_usage = true;
    made.detail.setup_ms = 3;
    made.detail.has_killed = true;
    made.detail.killed = 7;
    made.detail.user_ms = 4;
    made.detail.system_ms = 5;
    made.detail.memory_peak_kib = 6000;
    made.detail.capabilities = "net_admin chown";
    lines = rig_record_call(*state, &made);
    script = rig_script_of(rig_end_of(lines));
    assert_int_equal(rig_count(script, "device"), 2049);
    assert_int_equal(rig_count(script, "inode"), 5000000000);
    assert_string_equal(rig_text(script, "sha256"), RIG_SHA256);
    assert_int_equal(rig_count(script, "setup_ms"), 3);
    assert_int_equal(rig_count(script, "killed"), 7);
    assert_int_equal(rig_count(script, "user_ms"), 4);
    assert_int_equal(rig_count(script, "system_ms"), 5);
    assert_int_equal(rig_count(script, "memory_peak_kib"), 6000);
    assert_list(rig_field(script, "capabilities"), 2, capabilities);
    json_object_put(lines);
}

static void no_capabilities_are_told_apart_from_those_of_the_helper(void **state)
{
    struct json_object *lines;
    struct rig_call made;

    rig_call_init(&made, 1);
    made.detail.capabilities = "";
    lines = rig_record_call(*state, &made);
    assert_list(rig_field(rig_script_of(rig_end_of(lines)), "capabilities"), 0, NULL);
    json_object_put(lines);
    assert_int_equal(unlink(((struct rig *)*state)->file), 0);
    made.detail.capabilities = NULL;
    lines = rig_record_call(*state, &made);
    assert_null(rig_field(rig_script_of(rig_end_of(lines)), "capabilities"));
    json_object_put(lines);
}

static void digests_of_stdin_and_output_and_the_label_of_the_peer_are_told(void **state)
{
    struct json_object *lines, *begin, *end;
    struct rig_call made;

    rig_call_init(&made, 1);
    made.call.peer_label = "system_u:system_r:virtqemud_t:s0";
    made.call.stdin_sha256 = RIG_SHA256;
    made.result.output_sha256 = RIG_SHA256;
    lines = rig_record_call(*state, &made);
    begin = rig_from_end(lines, 2);
    end = rig_end_of(lines);
    assert_string_equal(rig_text(begin, "stdin_sha256"), RIG_SHA256);
    assert_string_equal(rig_text(end, "stdin_sha256"), RIG_SHA256);
    assert_string_equal(rig_text(end, "output_sha256"), RIG_SHA256);
    assert_string_equal(rig_text(rig_field(begin, "peer"), "label"), made.call.peer_label);
    json_object_put(lines);
}

static void what_is_not_known_of_files_and_peers_is_null(void **state)
{
    struct json_object *lines, *end, *script;
    struct rig_call made;

    rig_call_init(&made, 1);
    lines = rig_record_call(*state, &made);
    end = rig_end_of(lines);
    script = rig_script_of(end);
    assert_null(rig_field(rig_field(end, "peer"), "label"));
    assert_null(rig_field(end, "stdin_sha256"));
    assert_null(rig_field(end, "output_sha256"));
    assert_null(rig_field(script, "device"));
    assert_null(rig_field(script, "inode"));
    assert_null(rig_field(script, "sha256"));
    assert_null(rig_field(script, "setup_ms"));
    assert_null(rig_field(script, "killed"));
    assert_null(rig_field(script, "user_ms"));
    assert_null(rig_field(script, "memory_peak_kib"));
    json_object_put(lines);
}

static void a_profile_that_a_client_asked_for_is_told_in_begin_and_end(void **state)
{
    struct json_object *lines;
    struct rig_call made;

    rig_call_init(&made, 1);
    made.request.profile = "network";
    lines = rig_record_call(*state, &made);
    assert_string_equal(rig_text(rig_from_end(lines, 2), "profile"), "network");
    assert_string_equal(rig_text(rig_end_of(lines), "profile"), "network");
    json_object_put(lines);
}

static void a_script_ended_by_a_signal_has_no_exit_status(void **state)
{
    struct json_object *lines, *script;
    struct rig_call made;

    rig_call_init(&made, 1);
    made.script.exit_status = -1;
    made.script.signal = 15;
    made.script.timed_out = true;
    lines = rig_record_call(*state, &made);
    script = rig_script_of(rig_end_of(lines));
    assert_null(rig_field(script, "exit_status"));
    assert_int_equal(rig_count(script, "signal"), 15);
    assert_true(json_object_get_boolean(rig_field(script, "timed_out")));
    json_object_put(lines);
}

static void passed_over_files_are_listed_up_to_64_and_all_counted(void **state)
{
    struct passed_over passed[100];
    char path[] = "/etc/virthook/hooks/qemu.bak", why[] = "name ends in .bak";
    struct script_list found = {.passed = passed, .passed_count = 100};
    struct json_object *lines, *end, *list;
    struct rig_call made;

    for (size_t i = 0; i < 100; i++)
        passed[i] = (struct passed_over){.path = path, .why = why};
    rig_call_init(&made, 1);
    made.result.found = &found;
    lines = rig_record_call(*state, &made);
    end = rig_end_of(lines);
    list = rig_field(end, "passed_over");
    assert_int_equal(json_object_array_length(list), 64);
    assert_string_equal(rig_text(json_object_array_get_idx(list, 63), "why"), why);
    assert_int_equal(rig_count(end, "passed_over_count"), 100);
    json_object_put(lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(a_log_tells_open_begin_end_and_close),
        rig_test(begin_and_end_both_say_which_call_it_was),
        rig_test(a_call_id_is_instance_and_number),
        rig_test(times_are_utc_with_microseconds_and_monotonic),
        rig_test(an_end_tells_the_verdict_and_each_script),
        rig_test(an_end_tells_under_what_each_script_ran_and_what_it_was_refused),
        rig_test(a_script_that_was_not_run_ran_under_nothing),
        rig_test(an_end_tells_which_file_each_script_was_and_what_it_used),
        rig_test(no_capabilities_are_told_apart_from_those_of_the_helper),
        rig_test(digests_of_stdin_and_output_and_the_label_of_the_peer_are_told),
        rig_test(what_is_not_known_of_files_and_peers_is_null),
        rig_test(a_profile_that_a_client_asked_for_is_told_in_begin_and_end),
        rig_test(a_script_ended_by_a_signal_has_no_exit_status),
        rig_test(passed_over_files_are_listed_up_to_64_and_all_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
