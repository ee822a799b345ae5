/*
 * A connection to a daemon: what it is asked, and when nothing is missed any more. The daemon is
 * libvirt's own test driver; its answer to what is there is refused on purpose here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snapshot.h"
#include "source.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int refusals_left, looks;
static char told[512];

/* The linker gives these for snapshot_take(), by --wrap. */
int real_snapshot(virConnectPtr connection,
                  struct states *ret_states) __asm__("__real_snapshot_take");
int refusing_snapshot(virConnectPtr connection,
                      struct states *ret_states) __asm__("__wrap_snapshot_take");

int refusing_snapshot(virConnectPtr connection, struct states *ret_states)
{
    looks++;
    return refusals_left-- > 0 ? -EIO : real_snapshot(connection, ret_states);
}

static void take(const struct event *event, void *user)
{
    size_t size = strlen(told);

    (void)snprintf(told + size, sizeof(told) - size, "%s %s;", event->kind, event->event);
}

static void open_and_run_until(const char *wanted)
{
    const struct event_sink sink = {.take = take};
    struct source *source;

    assert_int_equal(source_open("test:///default", NULL, &sink, &source), 0);
    while (strcmp(told, wanted) != 0)
        assert_int_equal(virEventRunDefaultImpl(), 0);
}

static void a_daemon_that_did_not_say_what_is_there_is_asked_again(void **state)
{
    refusals_left = 1;
    open_and_run_until("daemon connected;daemon synchronized;");
    assert_int_equal(looks, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_daemon_that_did_not_say_what_is_there_is_asked_again),
    };

    if (virEventRegisterDefaultImpl() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
