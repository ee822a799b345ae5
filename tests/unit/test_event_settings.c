/*
 * virteventd.conf under hostile bytes: whatever the file is, it is taken as a whole or refused with
 * a sentence, and nothing is lost of memory. What each key takes the integration tests show.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "settings.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char sample[] = "# all keys\n"
                             "uris = {\"qemu:///system\", 'lxc:///system'}\n"
                             "queue_events = 100\nqueue_bytes = 1M /* much */\n"
                             "queue_full = coalesce\nrunning_max = 4\n"
                             "retry_first = 0.5\nretry_most = 60\nstop_time = 5\n"
                             "state = /s\nstatus = \"/t\"\nsocket = none\nhelper = /h\n"
                             "config = /c\n";

static char path[] = "/tmp/virteventd-settings-XXXXXX";

static void write_file(const char *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
}

/* Whether the file was taken. */
static int load(void)
{
    struct settings settings = {0};
    char *error = NULL;
    int r = settings_load(path, true, &settings, &error);

    if (r == 0) {
        settings_clear(&settings);
        return 0;
    }
    assert_int_equal(r, SETTINGS_E_REFUSED);
    assert_non_null(error);
    assert_int_equal(strncmp(error, path, strlen(path)), 0);
    assert_null(strchr(error, '\n'));
    free(error);
    return r;
}

static void all_keys_are_taken(void **state)
{
    struct settings settings = {0};
    char *error = NULL;

    write_file(sample, sizeof(sample) - 1);
    assert_int_equal(settings_load(path, true, &settings, &error), 0);
    assert_int_equal(settings.uri_count, 2);
    assert_string_equal(settings.uris[1], "lxc:///system");
    assert_int_equal(settings.queue_bytes, 1024 * 1024);
    assert_int_equal(settings.coalesce, 1);
    assert_int_equal(settings.retry_first_ms, 500);
    assert_int_equal(settings.stop_ms, 5000);
    assert_string_equal(settings.status, "/t");
    assert_null(settings.socket);
    assert_string_equal(settings.helper, "/h");
    settings_clear(&settings);
}

static void a_file_that_ends_anywhere_is_taken_or_refused(void **state)
{
    for (size_t size = 0; size < sizeof(sample); size++) {
        write_file(sample, size);
        (void)load();
    }
}

static void every_byte_may_be_any_other(void **state)
{
    static const unsigned char others[] = {0,   1,   '\n', '\r', '"',  '\'', '{', '}',
                                           '=', '+', ',',  '#',  '/',  '*',  '$', '\\',
                                           '-', '9', 0x7f, 0x80, 0xc3, 0xff};
    char bytes[sizeof(sample)];

    for (size_t i = 0; i < sizeof(sample) - 1; i++) {
        for (size_t j = 0; j < sizeof(others); j++) {
            memcpy(bytes, sample, sizeof(sample));
            bytes[i] = (char)others[j];
            write_file(bytes, sizeof(sample) - 1);
            (void)load();
        }
    }
}

static void more_daemons_than_there_is_room_for_are_refused(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    fputs("uris = {", file);
    for (int i = 0; i <= URIS_MAX; i++)
        fprintf(file, "%s\"test:///%d\"", i > 0 ? ", " : "", i);
    fputs("}\n", file);
    fclose(file);
    write_file(text, size);
    free(text);
    assert_int_equal(load(), SETTINGS_E_REFUSED);
}

static int make_file(void **state)
{
    int fd = mkstemp(path);

    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : 0;
}

static int remove_file(void **state)
{
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_are_taken),
        cmocka_unit_test(a_file_that_ends_anywhere_is_taken_or_refused),
        cmocka_unit_test(every_byte_may_be_any_other),
        cmocka_unit_test(more_daemons_than_there_is_room_for_are_refused),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
