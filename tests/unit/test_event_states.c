/*
 * What happened to a daemon's objects while nobody listened, by what was there before and is there
 * now.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "states.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { INACTIVE, ACTIVE, TRANSIENT };

static struct states states, present;
static char told[512];

static void tell(const struct state *state, const char *event, void *user)
{
    size_t size = strlen(told);

    (void)snprintf(told + size, sizeof(told) - size, "%s %s %s;", state->kind, state->name, event);
}

static void put(struct states *where, const char *name, int how)
{
    assert_int_equal(states_put(where, "domain", name, name, how != INACTIVE, how == TRANSIENT), 0);
}

static void note(const char *name, const char *event)
{
    assert_int_equal(states_note(&states, "domain", name, name, event), 0);
}

static void assert_told(const char *wanted)
{
    told[0] = '\0';
    states_compare(&states, &present, tell, NULL);
    assert_string_equal(told, wanted);
}

/* g1 is defined, g2 runs, g3 runs and is transient. */
static int set_up(void **state)
{
    put(&present, "g1", INACTIVE);
    put(&present, "g2", ACTIVE);
    put(&present, "g3", TRANSIENT);
    assert_told("");
    return 0;
}

static int tear_down(void **state)
{
    states_clear(&states);
    states_clear(&present);
    return 0;
}

static void as_before(void)
{
    states_begin(&states);
    put(&present, "g1", INACTIVE);
    put(&present, "g2", ACTIVE);
    put(&present, "g3", TRANSIENT);
}

static void nothing_happened(void **state)
{
    as_before();
    assert_told("");
}

static void one_that_runs_now_was_started(void **state)
{
    as_before();
    put(&present, "g1", ACTIVE);
    assert_told("domain g1 started;");
}

static void one_that_runs_no_more_was_stopped(void **state)
{
    as_before();
    put(&present, "g2", INACTIVE);
    assert_told("domain g2 stopped;");
}

static void new_ones_were_defined_and_perhaps_started(void **state)
{
    as_before();
    put(&present, "g4", INACTIVE);
    put(&present, "g5", ACTIVE);
    put(&present, "g6", TRANSIENT);
    assert_told("domain g4 defined;domain g5 defined;domain g5 started;domain g6 started;");
}

static void those_that_are_gone_were_stopped_and_undefined(void **state)
{
    states_begin(&states);
    states_compare(&states, &present, tell, NULL);
    assert_non_null(strstr(told, "domain g1 undefined;"));
    assert_non_null(strstr(told, "domain g2 stopped;domain g2 undefined;"));
    assert_non_null(strstr(told, "domain g3 stopped;"));
    assert_null(strstr(told, "domain g3 undefined;"));
    assert_int_equal(states.count, 0);
}

static void what_events_told_is_not_told_again(void **state)
{
    note("g1", "started");
    note("g2", "stopped");
    note("g3", "stopped");
    note("g4", "defined");
    note("g5", "started");
    note("g5", "stopped");
    states_begin(&states);
    put(&present, "g1", ACTIVE);
    put(&present, "g2", INACTIVE);
    put(&present, "g4", INACTIVE);
    assert_told("");
}

static void an_event_that_came_meanwhile_is_newer_than_the_answer(void **state)
{
    as_before();
    put(&present, "g4", INACTIVE);
    note("g1", "started");
    note("g2", "stopped");
    note("g3", "stopped");
    note("g4", "defined");
    note("g4", "undefined");
    note("g5", "defined");
    assert_told("");
    as_before();
    put(&present, "g5", INACTIVE);
    assert_told("domain g1 stopped;domain g2 started;domain g3 started;");
}

static void catch_up(const char *name, const char *event)
{
    told[0] = '\0';
    states_catch_up(&states, "domain", name, event, tell, NULL);
    note(name, event);
}

static void an_event_that_came_meanwhile_is_told_after_what_it_takes_for_granted(void **state)
{
    as_before();
    catch_up("g2", "started");
    assert_string_equal(told, "domain g2 stopped;");
    catch_up("g1", "stopped");
    assert_string_equal(told, "domain g1 started;");
    catch_up("g1", "stopped");
    assert_string_equal(told, "");
    catch_up("g3", "stopped");
    assert_string_equal(told, "");
    catch_up("g4", "started");
    assert_string_equal(told, "");
    assert_told("");
}

static void one_that_was_undefined_while_it_ran_is_gone_when_it_stops(void **state)
{
    note("g2", "undefined");
    note("g2", "stopped");
    states_begin(&states);
    put(&present, "g1", INACTIVE);
    put(&present, "g3", TRANSIENT);
    assert_told("");
}

static void one_that_starts_unknown_is_no_transient_one_where_the_answer_knows_better(void **state)
{
    as_before();
    put(&present, "g4", INACTIVE);
    note("g4", "started");
    note("g4", "stopped");
    assert_told("");
    as_before();
    put(&present, "g4", INACTIVE);
    assert_told("");
}

static void who_is_gone_takes_no_room_when_nobody_is_asked(void **state)
{
    note("g3", "stopped");
    note("g9", "started");
    note("g9", "stopped");
    assert_int_equal(states.count, 4);
    states_forget_gone(&states);
    assert_int_equal(states.count, 2);
    states_begin(&states);
    put(&present, "g1", INACTIVE);
    put(&present, "g2", ACTIVE);
    assert_told("");
}

static void events_that_say_nothing_of_it_change_nothing(void **state)
{
    note("g2", "suspended");
    note("g9", "reboot");
    as_before();
    assert_told("");
}

static void other_kinds_may_have_the_same_uuid(void **state)
{
    as_before();
    assert_int_equal(states_put(&present, "network", "g1", "n1", true, false), 0);
    assert_told("network n1 defined;network n1 started;");
}

static void an_object_that_was_renamed_has_its_new_name(void **state)
{
    as_before();
    assert_int_equal(states_put(&present, "domain", "g1", "new", true, false), 0);
    assert_told("domain new started;");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(nothing_happened),
        TEST(one_that_runs_now_was_started),
        TEST(one_that_runs_no_more_was_stopped),
        TEST(new_ones_were_defined_and_perhaps_started),
        TEST(those_that_are_gone_were_stopped_and_undefined),
        TEST(what_events_told_is_not_told_again),
        TEST(an_event_that_came_meanwhile_is_newer_than_the_answer),
        TEST(an_event_that_came_meanwhile_is_told_after_what_it_takes_for_granted),
        TEST(one_that_was_undefined_while_it_ran_is_gone_when_it_stops),
        TEST(one_that_starts_unknown_is_no_transient_one_where_the_answer_knows_better),
        TEST(who_is_gone_takes_no_room_when_nobody_is_asked),
        TEST(events_that_say_nothing_of_it_change_nothing),
        TEST(other_kinds_may_have_the_same_uuid),
        TEST(an_object_that_was_renamed_has_its_new_name),
    };

    return cmocka_run_group_tests_name("event states", tests, NULL, NULL);
}
