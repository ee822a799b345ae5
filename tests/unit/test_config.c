/*
 * What virthook.conf's keys mean: defaults, every key with values that fit and values that do not,
 * and the file as it is shipped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "loading.h"
#include "message.h"
#include "virthook-config.h"

static void assert_defaults(const struct config *config)
{
    struct failure_policy policy;

    assert_string_equal(config->hooks, VIRTHOOK_HOOKS_DIR);
    assert_string_equal(config->audit, VIRTHOOK_LOG_DIR "/");
    assert_false(config->per_guest_layout);
    assert_int_equal(config->deadline_ms, 120000);
    assert_int_equal(config->grace_ms, 5000);
    assert_int_equal(config->running_max, 64);
    assert_int_equal(config->events_max, 64);
    assert_int_equal(config->calls_max, 4096);
    assert_int_equal(config->stdin_max, 16 * 1024 * 1024);
    assert_int_equal(config->output_max, 16 * 1024 * 1024);
    assert_int_equal(config->output_kept, 64 * 1024);
    assert_int_equal(config->audit_kept, 4 * 1024);
    assert_int_equal(config->audit_full, AUDIT_FULL_DENY);
    assert_int_equal(config->audit_size, 0);
    assert_int_equal(config->audit_files, 10);
    assert_false(config->audit_journal);
    assert_false(config->audit_syslog);
    assert_int_equal(config->rules.count, 0);
    failure_policy_defaults(&policy);
    assert_memory_equal(&config->failure, &policy, sizeof(policy));
}

static void where_no_file_is_the_defaults_hold(void **state)
{
    assert_int_equal(load_path(tree_path("none"), false), 0);
    assert_null(loaded->path);
    assert_defaults(loaded);
    assert_int_equal(load_path(tree_path("none/none"), false), 0);
    assert_defaults(loaded);
}

static void a_file_that_says_nothing_leaves_the_defaults(void **state)
{
    assert_loads("");
    assert_string_equal(loaded->path, tree_path("conf"));
    assert_defaults(loaded);
    assert_loads("\n\n# nothing\n// more\n/* and\nmore */\n");
    assert_defaults(loaded);
    assert_loads("# no line end");
    assert_defaults(loaded);
}

/* The file that is installed; with `settings`, its commented settings put into force. */
static void load_shipped(bool settings)
{
    auto_free char *text = calloc(1, 65536);
    auto_close int fd = open(SHIPPED_CONFIGURATION, O_RDONLY | O_CLOEXEC);
    size_t size = 0;

    assert_non_null(text);
    assert_int_equal(fd_read_all(fd, text, 65535, &size), 0);
    for (size_t i = 0; settings && i < size; i++) {
        if (text[i] == '#' && (i == 0 || text[i - 1] == '\n') && text[i + 1] != ' ' &&
            text[i + 1] != '\n')
            text[i] = ' ';
    }
    assert_loads(text);
}

static void the_shipped_file_is_the_defaults(void **state)
{
    load_shipped(false);
    assert_defaults(loaded);
}

static void the_settings_told_in_the_shipped_file_are_the_defaults(void **state)
{
    load_shipped(true);
    assert_defaults(loaded);
}

static void the_shipped_file_tells_every_key(void **state)
{
    static const char *const keys[] = {
        "hooks",        "audit",      "per_guest_layout", "deadline",        "grace",
        "running_max",  "events_max", "calls_max",        "stdin_max",       "output_max",
        "output_kept",  "audit_kept", "audit_full",       "default_profile", "audit_journal",
        "audit_syslog", "audit_size", "audit_files",
    };
    char text[65536] = "", setting[64];
    auto_close int fd = open(SHIPPED_CONFIGURATION, O_RDONLY | O_CLOEXEC);
    size_t size = 0;

    assert_int_equal(fd_read_all(fd, text, sizeof(text) - 1, &size), 0);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        snprintf(setting, sizeof(setting), "\n#%s = ", keys[i]);
        assert_non_null(strstr(text, setting));
    }
}

static void every_key_takes_its_value(void **state)
{
    assert_loads("hooks = /srv/hooks/\n"
                 "audit = \"/srv/log dir\"\n"
                 "per_guest_layout = yes\n"
                 "deadline = 2.5\n"
                 "grace = 0.25\n"
                 "running_max = 3\n"
                 "events_max = 4\n"
                 "calls_max = 5\n"
                 "stdin_max = 1K\n"
                 "output_max = 64M\n"
                 "output_kept = 10000\n"
                 "audit_kept = 0\n"
                 "audit_full = count\n"
                 "audit_size = 2G\n"
                 "audit_files = 6\n");
    assert_string_equal(loaded->hooks, "/srv/hooks");
    assert_string_equal(loaded->audit, "/srv/log dir");
    assert_true(loaded->per_guest_layout);
    assert_int_equal(loaded->deadline_ms, 2500);
    assert_int_equal(loaded->grace_ms, 250);
    assert_int_equal(loaded->running_max, 3);
    assert_int_equal(loaded->events_max, 4);
    assert_int_equal(loaded->calls_max, 5);
    assert_int_equal(loaded->stdin_max, 1024);
    assert_int_equal(loaded->output_max, PROTOCOL_BULK_MAX);
    assert_int_equal(loaded->output_kept, 10000);
    assert_int_equal(loaded->audit_kept, 0);
    assert_int_equal(loaded->audit_full, AUDIT_FULL_COUNT);
    assert_int_equal(loaded->audit_size, 2147483648);
    assert_int_equal(loaded->audit_files, 6);
}

static void a_path_must_be_absolute(void **state)
{
    assert_complains(1, "hooks = hooks", "hooks takes a path that starts with /", "'hooks'", NULL);
    assert_complains(1, "audit = ''", "audit takes a path that starts with /", NULL);
    assert_complains(1, "audit = \"log/x\"", "write audit = " VIRTHOOK_LOG_DIR, NULL);
}

static void times_have_their_ranges(void **state)
{
    static const char *const wrong[] = {
        "0",  "0.05",  "3600.001", "-1",   "1e3",    "0x10", "1.",
        ".5", "1.2.3", "5s",       "\"\"", "1.2345", "nan",  "99999999999999999999"};
    char text[64];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(text, sizeof(text), "\ndeadline = %s", wrong[i]);
        assert_complains(2, text, "deadline takes seconds from 0.1 to 3600", "deadline = 120",
                         NULL);
    }
    assert_complains(1, "grace = 601", "grace takes seconds from 0 to 600", NULL);
    assert_loads("deadline = 3600\ngrace = 0");
    assert_int_equal(loaded->deadline_ms, 3600000);
    assert_int_equal(loaded->grace_ms, 0);
    assert_loads("deadline = 0.1\ngrace = 600");
    assert_int_equal(loaded->deadline_ms, 100);
    assert_loads("deadline = 1.005");
    assert_int_equal(loaded->deadline_ms, 1005);
}

static void numbers_have_their_ranges(void **state)
{
    assert_complains(1, "running_max = 0", "running_max takes a number from 1 to 4096", NULL);
    assert_complains(1, "running_max = 4097", "running_max takes", NULL);
    assert_complains(1, "running_max = 1K", "running_max takes", NULL);
    assert_complains(1, "events_max = 1.5", "events_max takes a number from 1 to 4096", NULL);
    assert_complains(1, "calls_max = 65537", "calls_max takes a number from 1 to 65536", NULL);
    assert_complains(1, "calls_max = many", "calls_max takes", "'many'", NULL);
    assert_loads("running_max = 010");
    assert_int_equal(loaded->running_max, 10);
}

static void sizes_have_their_ranges(void **state)
{
    assert_complains(1, "stdin_max = 0", "stdin_max takes bytes from 1 to 64M", NULL);
    assert_complains(1, "stdin_max = 65M", "stdin_max takes", NULL);
    assert_complains(1, "output_max = 67108865", "output_max takes bytes from 1 to 64M", NULL);
    assert_complains(1, "output_max = 1G", "output_max takes", NULL);
    assert_complains(1, "output_kept = 1025K", "output_kept takes bytes from 0 to 1M", NULL);
    assert_complains(1, "audit_kept = 65K", "audit_kept takes bytes from 0 to 64K", NULL);
    assert_complains(1, "audit_kept = 18446744073709551615M", "audit_kept takes", NULL);
    assert_complains(1, "audit_size = 63K", "audit_size takes bytes from 64K to 1024G, or 0", NULL);
    assert_complains(1, "audit_size = 1025G", "audit_size takes", NULL);
    assert_complains(1, "audit_files = 0", "audit_files takes a number from 1 to 999", NULL);
    assert_loads("audit_size = 0");
}

static void words_are_those_that_are_told(void **state)
{
    assert_complains(1, "audit_full = allow", "audit_full takes deny or count", NULL);
    assert_complains(1, "audit_journal = all", "audit_journal takes yes or no", NULL);
    assert_complains(1, "audit_syslog = denials", "audit_syslog takes yes or no", NULL);
    assert_complains(1, "per_guest_layout = maybe", "per_guest_layout takes yes or no", NULL);
    assert_loads("per_guest_layout = true");
    assert_true(loaded->per_guest_layout);
    assert_loads("per_guest_layout = off");
    assert_false(loaded->per_guest_layout);
}

static void what_the_log_keeps_is_part_of_what_is_kept(void **state)
{
    assert_complains(2, "output_kept = 1K\naudit_kept = 2K", "audit_kept is more than output_kept",
                     "1024", NULL);
    assert_loads("output_kept = 1K");
    assert_int_equal(loaded->audit_kept, 1024);
}

static void a_key_that_stands_twice_is_refused(void **state)
{
    assert_complains(3, "deadline = 5\n\ndeadline = 5", "deadline stands on line 1 already", NULL);
}

static void an_unknown_key_is_refused_with_the_one_that_may_be_meant(void **state)
{
    assert_complains(2, "# x\ndedline = 5", "'dedline'", "did you mean 'deadline'?", NULL);
    assert_complains(1, "hook = /x", "did you mean 'hooks'?", NULL);
    assert_complains(1, "rules \"x\" {}", "did you mean 'rule'?", NULL);
    assert_complains(1, "colour = blue", "'colour'", "write key = value", NULL);
    assert_complains(1, "Deadline = 5", "did you mean 'deadline'?", NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(where_no_file_is_the_defaults_hold),
        TEST(a_file_that_says_nothing_leaves_the_defaults),
        TEST(the_shipped_file_is_the_defaults),
        TEST(the_settings_told_in_the_shipped_file_are_the_defaults),
        TEST(the_shipped_file_tells_every_key),
        TEST(every_key_takes_its_value),
        TEST(a_path_must_be_absolute),
        TEST(times_have_their_ranges),
        TEST(numbers_have_their_ranges),
        TEST(sizes_have_their_ranges),
        TEST(words_are_those_that_are_told),
        TEST(what_the_log_keeps_is_part_of_what_is_kept),
        TEST(a_key_that_stands_twice_is_refused),
        TEST(an_unknown_key_is_refused_with_the_one_that_may_be_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
