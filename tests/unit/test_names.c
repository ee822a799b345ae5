/*
 * Which texts can be names, as PROTOCOL.md has it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A text of `length` times `c`, until the next call. */
static const char *repeat(char c, size_t length)
{
    static char text[8192];

    assert_true(length < sizeof(text));
    memset(text, c, length);
    text[length] = '\0';
    return text;
}

static void the_drivers_are_those_of_libvirt_and_no_others(void **state)
{
    static const char *const known[] = {"daemon", "qemu", "lxc", "network", "libxl", "bhyve"};

    for (size_t i = 0; i < 6; i++)
        assert_true(name_is_driver(known[i]));
    assert_false(name_is_driver(""));
    assert_false(name_is_driver("QEMU"));
    assert_false(name_is_driver("qemu.d"));
    assert_false(name_is_driver("../qemu"));
    assert_false(name_is_driver("*"));
}

static void every_driver_listed_is_one_and_the_list_ends(void **state)
{
    size_t count = 0;

    while (name_driver_at(count))
        assert_true(name_is_driver(name_driver_at(count++)));
    assert_int_equal(count, 6);
    assert_null(name_driver_at(SIZE_MAX));
}

static void the_kinds_are_those_of_events_and_the_list_ends(void **state)
{
    size_t count = 0;

    while (name_kind_at(count))
        assert_true(name_is_kind(name_kind_at(count++)));
    assert_int_equal(count, 6);
    assert_null(name_kind_at(SIZE_MAX));
    assert_false(name_is_kind(""));
    assert_false(name_is_kind("qemu"));
    assert_false(name_is_kind("Domain"));
    assert_false(name_is_kind("../domain"));
}

static void a_delivery_is_a_word_of_1_to_64_letters(void **state)
{
    assert_true(name_is_delivery("9f3c21d07be84a65-4711.2"));
    assert_true(name_is_delivery(repeat('a', 64)));
    assert_false(name_is_delivery(repeat('a', 65)));
    assert_false(name_is_delivery(""));
    assert_false(name_is_delivery("a/1"));
    assert_false(name_is_delivery("a 1"));
}

static void what_narrows_a_call_is_an_absolute_path(void **state)
{
    assert_true(name_is_only("/etc/virthook/events.d/domain/b\xc3\xbcro"));
    assert_false(name_is_only(""));
    assert_false(name_is_only("notify"));
    assert_false(name_is_only("/a\xff"));
}

static void a_uri_has_no_blank_and_no_control(void **state)
{
    assert_true(name_is_uri("qemu+ssh://root@h\xc3\xb6st/system?no_tty=1"));
    assert_true(name_is_uri(repeat('a', 4096)));
    assert_false(name_is_uri(repeat('a', 4097)));
    assert_false(name_is_uri(""));
    assert_false(name_is_uri("qemu:///system x"));
    assert_false(name_is_uri("qemu:///system\n"));
    assert_false(name_is_uri("qemu:///\x7f"));
    assert_false(name_is_uri("qemu:///\xff"));
}

static void operations_are_lower_case_words_with_inner_hyphens(void **state)
{
    assert_true(name_is_operation("start"));
    assert_true(name_is_operation("port-created"));
    assert_true(name_is_operation("phase2"));
    assert_true(name_is_operation("-"));
    assert_false(name_is_operation(""));
    assert_false(name_is_operation("--"));
    assert_false(name_is_operation("-start"));
    assert_false(name_is_operation("start-"));
    assert_false(name_is_operation("Start"));
    assert_false(name_is_operation("a_b"));
    assert_false(name_is_operation("a b"));
    assert_false(name_is_operation("a.b"));
    assert_false(name_is_operation("../start"));
    assert_false(name_is_operation("start\n"));
    assert_false(name_is_operation("st\xc3\xa4rt"));
}

static void operations_have_at_most_64_bytes(void **state)
{
    assert_true(name_is_operation(repeat('a', 64)));
    assert_false(name_is_operation(repeat('a', 65)));
}

static void objects_are_what_libvirt_allows_as_a_guests_name(void **state)
{
    assert_true(name_is_object("-"));
    assert_true(name_is_object("web server (old)"));
    assert_true(name_is_object("b\xc3\xbcro"));
    assert_true(name_is_object("."));
    assert_true(name_is_object(".."));
    assert_true(name_is_object("a\tb\x1b[31m"));
    assert_true(name_is_object("$(reboot);'\"`&|*?~-rf"));
}

static void objects_have_no_slash_newline_or_broken_utf_8(void **state)
{
    assert_false(name_is_object(""));
    assert_false(name_is_object("a/b"));
    assert_false(name_is_object("../a"));
    assert_false(name_is_object("a\nb"));
    assert_false(name_is_object("a\xff"));
    assert_false(name_is_object("\xc0\xaf"));
    assert_false(name_is_object("\xed\xa0\x80"));
}

static void objects_have_at_most_1024_bytes(void **state)
{
    assert_true(name_is_object(repeat('a', 1024)));
    assert_false(name_is_object(repeat('a', 1025)));
    assert_false(name_is_object(repeat('a', 4096)));
}

static void extras_are_any_utf_8_of_1_to_4096_bytes(void **state)
{
    assert_true(name_is_extra("-"));
    assert_true(name_is_extra("qemu+ssh://h/system?a=b\nc"));
    assert_true(name_is_extra(repeat('a', 4096)));
    assert_false(name_is_extra(repeat('a', 4097)));
    assert_false(name_is_extra(""));
    assert_false(name_is_extra("\x80"));
}

static void uuids_are_as_libvirt_prints_them(void **state)
{
    assert_true(name_is_uuid("6695eb01-f6a4-8304-79aa-97f2502e193f"));
    assert_false(name_is_uuid(""));
    assert_false(name_is_uuid("6695EB01-F6A4-8304-79AA-97F2502E193F"));
    assert_false(name_is_uuid("6695eb01f6a4830479aa97f2502e193f"));
    assert_false(name_is_uuid("6695eb01-f6a4-8304-79aa-97f2502e193"));
    assert_false(name_is_uuid("6695eb01-f6a4-8304-79aa-97f2502e193f0"));
    assert_false(name_is_uuid("6695eb01-f6a4-8304-79aa-97f2502e193g"));
    assert_false(name_is_uuid("6695eb01-f6a4-8304-79aa097f2502e193f"));
    assert_false(name_is_uuid("-695eb01-f6a4-8304-79aa-97f2502e193f"));
}

static void profiles_have_letters_digits_and_three_signs(void **state)
{
    assert_true(name_is_profile("isolated"));
    assert_true(name_is_profile("-"));
    assert_true(name_is_profile("Web.2_a-z"));
    assert_true(name_is_profile(repeat('a', 64)));
    assert_false(name_is_profile(repeat('a', 65)));
    assert_false(name_is_profile(""));
    assert_false(name_is_profile("a b"));
    assert_false(name_is_profile("a/b"));
    assert_false(name_is_profile("isolated\n"));
    assert_false(name_is_profile("b\xc3\xbcro"));
}

static void only_migrate_and_restore_of_qemu_and_libxl_answer_with_xml(void **state)
{
    assert_true(name_is_filter("qemu", "migrate"));
    assert_true(name_is_filter("qemu", "restore"));
    assert_true(name_is_filter("libxl", "migrate"));
    assert_false(name_is_filter("qemu", "start"));
    assert_false(name_is_filter("qemu", ""));
    assert_false(name_is_filter("lxc", "restore"));
    assert_false(name_is_filter("network", "migrate"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_drivers_are_those_of_libvirt_and_no_others),
        cmocka_unit_test(every_driver_listed_is_one_and_the_list_ends),
        cmocka_unit_test(the_kinds_are_those_of_events_and_the_list_ends),
        cmocka_unit_test(a_delivery_is_a_word_of_1_to_64_letters),
        cmocka_unit_test(what_narrows_a_call_is_an_absolute_path),
        cmocka_unit_test(a_uri_has_no_blank_and_no_control),
        cmocka_unit_test(operations_are_lower_case_words_with_inner_hyphens),
        cmocka_unit_test(operations_have_at_most_64_bytes),
        cmocka_unit_test(objects_are_what_libvirt_allows_as_a_guests_name),
        cmocka_unit_test(objects_have_no_slash_newline_or_broken_utf_8),
        cmocka_unit_test(objects_have_at_most_1024_bytes),
        cmocka_unit_test(extras_are_any_utf_8_of_1_to_4096_bytes),
        cmocka_unit_test(uuids_are_as_libvirt_prints_them),
        cmocka_unit_test(profiles_have_letters_digits_and_three_signs),
        cmocka_unit_test(only_migrate_and_restore_of_qemu_and_libxl_answer_with_xml),
    };

    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
