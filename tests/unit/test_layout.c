/*
 * Which calls a file below the directory of hooks, or of events' scripts, is for, as its path says.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_text(const char *text, const char *expected)
{
    if (expected)
        assert_string_equal(text, expected);
    else
        assert_null(text);
}

static void assert_parts(struct layout *layout, const char *driver, const char *object,
                         const char *operation, const char *sub_operation)
{
    assert_text(layout->driver, driver);
    assert_text(layout->object, object);
    assert_text(layout->operation, operation);
    assert_text(layout->sub_operation, sub_operation);
    layout_clear(layout);
    assert_null(layout->text);
}

static void assert_layout(const char *path, const char *driver, const char *object,
                          const char *operation, const char *sub_operation)
{
    struct layout layout;

    assert_int_equal(layout_read("/etc/hooks", path, &layout), 0);
    assert_parts(&layout, driver, object, operation, sub_operation);
}

static void assert_event(const char *path, const char *kind, const char *object, const char *event,
                         const char *detail)
{
    struct layout layout;

    assert_int_equal(layout_read_event("/etc/events.d", path, &layout), 0);
    assert_parts(&layout, kind, object, event, detail);
}

static void a_drivers_script_is_for_all_of_its_calls(void **state)
{
    assert_layout("/etc/hooks/qemu", "qemu", NULL, NULL, NULL);
    assert_layout("/etc/hooks/daemon", "daemon", NULL, NULL, NULL);
}

static void a_script_in_a_drivers_folder_is_too(void **state)
{
    assert_layout("/etc/hooks/network.d/10-first", "network", NULL, NULL, NULL);
    assert_layout("/etc/hooks/network.d", "network", NULL, NULL, NULL);
}

static void a_script_named_for_an_operation_is_for_that_one_of_its_object(void **state)
{
    assert_layout("/etc/hooks/qemu.d/guest 1/prepare", "qemu", "guest 1", "prepare", NULL);
    assert_layout("/etc/hooks/qemu.d/default/start", "qemu", LAYOUT_OTHERS, "start", NULL);
}

static void a_script_in_an_operations_folder_is_for_all_its_sub_operations(void **state)
{
    assert_layout("/etc/hooks/qemu.d/g/prepare/05-all", "qemu", "g", "prepare", NULL);
}

static void a_script_named_for_a_sub_operation_is_for_that_one(void **state)
{
    assert_layout("/etc/hooks/qemu.d/g/prepare/begin", "qemu", "g", "prepare", "begin");
    assert_layout("/etc/hooks/qemu.d/g/release/end", "qemu", "g", "release", "end");
    assert_layout("/etc/hooks/daemon.d/-/start/-", "daemon", "-", "start", "-");
}

static void a_script_in_a_sub_operations_folder_is_for_that_one(void **state)
{
    assert_layout("/etc/hooks/qemu.d/g/prepare/begin/10-first", "qemu", "g", "prepare", "begin");
    assert_layout("/etc/hooks/qemu.d/g/prepare/other/10-first", "qemu", "g", "prepare", "other");
    assert_layout("/etc/hooks/qemu.d/g/prepare/begin/deeper/10-first", "qemu", "g", "prepare",
                  "begin");
}

static void what_no_driver_is_called_is_for_no_call(void **state)
{
    assert_layout("/etc/hooks/README", NULL, NULL, NULL, NULL);
    assert_layout("/etc/hooks/kvm.d/guest/prepare/begin/x", NULL, NULL, NULL, NULL);
    assert_layout("/etc/hooks/.d", NULL, NULL, NULL, NULL);
    assert_layout("/etc/hooks/qemu/guest/prepare", NULL, NULL, NULL, NULL);
}

static void slashes_after_the_directory_do_not_count(void **state)
{
    struct layout layout;

    assert_int_equal(layout_read("/etc/hooks/", "/etc/hooks//qemu.d/g/start", &layout), 0);
    assert_text(layout.driver, "qemu");
    assert_text(layout.operation, "start");
    layout_clear(&layout);
}

static void a_script_of_events_is_for_what_the_folders_around_it_are_called(void **state)
{
    assert_event("/etc/events.d/domain/10-all", "domain", NULL, NULL, NULL);
    assert_event("/etc/events.d/domain/web/started", "domain", "web", "started", NULL);
    assert_event("/etc/events.d/domain/default/started", "domain", LAYOUT_OTHERS, "started", NULL);
    assert_event("/etc/events.d/domain/web/stopped/10", "domain", "web", "stopped", NULL);
    assert_event("/etc/events.d/domain/web/stopped/crashed", "domain", "web", "stopped", "crashed");
    assert_event("/etc/events.d/domain/web/stopped/saved/10", "domain", "web", "stopped", "saved");
    assert_event("/etc/events.d/daemon/-/lost/dropped", "daemon", "-", "lost", "dropped");
}

static void a_file_called_as_another_event_s_detail_is_for_all_details(void **state)
{
    assert_event("/etc/events.d/domain/web/started/crashed", "domain", "web", "started", NULL);
    assert_event("/etc/events.d/network/lan/started/booted", "network", "lan", "started", NULL);
}

static void what_no_kind_is_called_is_for_no_event(void **state)
{
    assert_event("/etc/events.d/qemu/web/started", NULL, NULL, NULL, NULL);
    assert_event("/etc/events.d/README", NULL, NULL, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drivers_script_is_for_all_of_its_calls),
        cmocka_unit_test(a_script_in_a_drivers_folder_is_too),
        cmocka_unit_test(a_script_named_for_an_operation_is_for_that_one_of_its_object),
        cmocka_unit_test(a_script_in_an_operations_folder_is_for_all_its_sub_operations),
        cmocka_unit_test(a_script_named_for_a_sub_operation_is_for_that_one),
        cmocka_unit_test(a_script_in_a_sub_operations_folder_is_for_that_one),
        cmocka_unit_test(what_no_driver_is_called_is_for_no_call),
        cmocka_unit_test(slashes_after_the_directory_do_not_count),
        cmocka_unit_test(a_script_of_events_is_for_what_the_folders_around_it_are_called),
        cmocka_unit_test(a_file_called_as_another_event_s_detail_is_for_all_details),
        cmocka_unit_test(what_no_kind_is_called_is_for_no_event),
    };

    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
