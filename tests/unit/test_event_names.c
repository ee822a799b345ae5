/*
 * Each number of libvirt's events has the name that libvirt's header has for it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "names.h"

#include <ctype.h>
#include <libvirt/libvirt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* "FROM_SNAPSHOT" of VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT, as it is told: "from-snapshot". */
static void assert_name(const char *name, const char *constant, const char *prefix)
{
    const char *rest = constant + strlen(prefix);

    assert_memory_equal(constant, prefix, strlen(prefix));
    assert_int_equal(strlen(name), strlen(rest));
    for (size_t i = 0; rest[i]; i++)
        assert_int_equal(name[i], rest[i] == '_' ? '-' : tolower((unsigned char)rest[i]));
}

#define NAMED(function, prefix, rest) assert_name(function(prefix##rest), #prefix #rest, #prefix)
#define DETAIL(event, rest)                                                                 \
    assert_name(                                                                            \
        name_lifecycle_detail(VIR_DOMAIN_EVENT_##event, VIR_DOMAIN_EVENT_##event##_##rest), \
        "VIR_DOMAIN_EVENT_" #event "_" #rest, "VIR_DOMAIN_EVENT_" #event "_")

static void the_events_of_a_guests_life(void **state)
{
    NAMED(name_lifecycle, VIR_DOMAIN_EVENT_, DEFINED);
    NAMED(name_lifecycle, VIR_DOMAIN_EVENT_, UNDEFINED);
    NAMED(name_lifecycle, VIR_DOMAIN_EVENT_, STARTED);
    NAMED(name_lifecycle, VIR_DOMAIN_EVENT_, SUSPENDED);
    NAMED(name_lifecycle, VIR_DOMAIN_EVENT_, RESUMED);
    NAMED(name_lifecycle, VIR_DOMAIN_EVENT_, STOPPED);
    NAMED(name_lifecycle, VIR_DOMAIN_EVENT_, SHUTDOWN);
    NAMED(name_lifecycle, VIR_DOMAIN_EVENT_, PMSUSPENDED);
    NAMED(name_lifecycle, VIR_DOMAIN_EVENT_, CRASHED);
}

static void why_a_guest_came(void **state)
{
    DETAIL(DEFINED, ADDED);
    DETAIL(DEFINED, UPDATED);
    DETAIL(DEFINED, RENAMED);
    DETAIL(DEFINED, FROM_SNAPSHOT);
    DETAIL(STARTED, BOOTED);
    DETAIL(STARTED, MIGRATED);
    DETAIL(STARTED, RESTORED);
    DETAIL(STARTED, FROM_SNAPSHOT);
    DETAIL(STARTED, WAKEUP);
    DETAIL(RESUMED, UNPAUSED);
    DETAIL(RESUMED, MIGRATED);
    DETAIL(RESUMED, FROM_SNAPSHOT);
    DETAIL(RESUMED, POSTCOPY);
}

static void why_a_guest_went(void **state)
{
    DETAIL(UNDEFINED, REMOVED);
    DETAIL(UNDEFINED, RENAMED);
    DETAIL(STOPPED, SHUTDOWN);
    DETAIL(STOPPED, DESTROYED);
    DETAIL(STOPPED, CRASHED);
    DETAIL(STOPPED, MIGRATED);
    DETAIL(STOPPED, SAVED);
    DETAIL(STOPPED, FAILED);
    DETAIL(STOPPED, FROM_SNAPSHOT);
    DETAIL(SHUTDOWN, FINISHED);
    DETAIL(SHUTDOWN, GUEST);
    DETAIL(SHUTDOWN, HOST);
    DETAIL(CRASHED, PANICKED);
}

static void why_a_guest_stands_still(void **state)
{
    DETAIL(SUSPENDED, PAUSED);
    DETAIL(SUSPENDED, MIGRATED);
    DETAIL(SUSPENDED, IOERROR);
    DETAIL(SUSPENDED, WATCHDOG);
    DETAIL(SUSPENDED, RESTORED);
    DETAIL(SUSPENDED, FROM_SNAPSHOT);
    DETAIL(SUSPENDED, API_ERROR);
    DETAIL(SUSPENDED, POSTCOPY);
    DETAIL(SUSPENDED, POSTCOPY_FAILED);
    DETAIL(PMSUSPENDED, MEMORY);
    DETAIL(PMSUSPENDED, DISK);
}

static void what_devices_and_jobs_tell(void **state)
{
    NAMED(name_watchdog_action, VIR_DOMAIN_EVENT_WATCHDOG_, POWEROFF);
    NAMED(name_io_error_action, VIR_DOMAIN_EVENT_IO_ERROR_, REPORT);
    NAMED(name_graphics_phase, VIR_DOMAIN_EVENT_GRAPHICS_, INITIALIZE);
    NAMED(name_graphics_family, VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_, IPV6);
    NAMED(name_block_job_type, VIR_DOMAIN_BLOCK_JOB_TYPE_, ACTIVE_COMMIT);
    NAMED(name_block_job_status, VIR_DOMAIN_BLOCK_JOB_, READY);
    NAMED(name_tray_change, VIR_DOMAIN_EVENT_TRAY_CHANGE_, CLOSE);
    NAMED(name_agent_state, VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_, CONNECTED);
    NAMED(name_agent_reason, VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_, DOMAIN_STARTED);
    NAMED(name_metadata_type, VIR_DOMAIN_METADATA_, TITLE);
}

static void other_objects_lives(void **state)
{
    NAMED(name_network_lifecycle, VIR_NETWORK_EVENT_, STARTED);
    NAMED(name_pool_lifecycle, VIR_STORAGE_POOL_EVENT_, CREATED);
    NAMED(name_device_lifecycle, VIR_NODE_DEVICE_EVENT_, DELETED);
    NAMED(name_secret_lifecycle, VIR_SECRET_EVENT_, UNDEFINED);
    NAMED(name_close_reason, VIR_CONNECT_CLOSE_REASON_, KEEPALIVE);
}

static void a_number_of_a_later_libvirt_is_unknown(void **state)
{
    assert_string_equal(name_lifecycle(99), "unknown");
    assert_string_equal(name_lifecycle(-1), "unknown");
    assert_string_equal(name_lifecycle_detail(99, 0), "unknown");
    assert_string_equal(name_lifecycle_detail(-1, 0), "unknown");
    assert_string_equal(name_lifecycle_detail(VIR_DOMAIN_EVENT_STARTED, 99), "unknown");
    assert_string_equal(name_watchdog_action(15), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_events_of_a_guests_life),
        cmocka_unit_test(why_a_guest_came),
        cmocka_unit_test(why_a_guest_went),
        cmocka_unit_test(why_a_guest_stands_still),
        cmocka_unit_test(what_devices_and_jobs_tell),
        cmocka_unit_test(other_objects_lives),
        cmocka_unit_test(a_number_of_a_later_libvirt_is_unknown),
    };

    return cmocka_run_group_tests_name("event names", tests, NULL, NULL);
}
