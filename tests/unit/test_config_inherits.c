/*
 * What a profile inherits, and how its lists are set, added to and emptied.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "feature.h"
#include "profiles.h"

#include <pwd.h>

static void a_profile_inherits_what_it_does_not_say(void **state)
{
    const struct profile *base, *heir;

    assert_loads("profile base {\n"
                 "user = root capabilities = { NET_ADMIN } syscalls = { @mount } network = host\n"
                 "address_families = { AF_INET } writable = { /srv } hidden = { /opt }\n"
                 "sockets = { /run/x } dev = host tmp = host tmp_size = 1M time = 3 cpu = 4\n"
                 "memory = 64M processes = 5 file_size = 6K open_files = 77 }\n"
                 "profile heir { inherits = base }\n"
                 "profile last { inherits = heir cpu = 8 user = nobody network = none }\n");
    base = profile_of("base");
    heir = profile_of("heir");
    assert_same_profile(base, heir);
    assert_int_equal(heir->line, 6);
    assert_int_equal(base->uid, 0);
    assert_int_equal(heir->uid, 0);
    assert_int_equal(profile_of("last")->cpu_seconds, 8);
    assert_int_equal(profile_of("last")->memory, 64 * 1024 * 1024);
    assert_int_equal(profile_of("last")->uid, getpwnam("nobody")->pw_uid);
    assert_false(profile_of("last")->host_network);
    assert_int_equal(base->cpu_seconds, 4);
    assert_string_equal(base->user, "root");
}

static void a_list_that_is_set_takes_the_place_of_the_inherited_one(void **state)
{
    const struct profile *heir;

    assert_loads("profile base { capabilities = { NET_ADMIN } syscalls = { @mount }\n"
                 "address_families = { AF_INET } writable = { /srv, /opt } hidden = { /a } }\n"
                 "profile heir { inherits = base capabilities = CHOWN syscalls = { read, write }\n"
                 "address_families = AF_PACKET writable = /b }\n");
    heir = profile_of("heir");
    assert_true(heir->capabilities == CAP(CHOWN));
    assert_texts(&heir->syscalls, "read", "write", NULL);
    assert_families(heir, AF_PACKET, AF_UNSPEC);
    assert_texts(&heir->writable, "/b", NULL);
    assert_texts(&heir->hidden, "/a", NULL);
    assert_texts(&profile_of("base")->writable, "/srv", "/opt", NULL);
}

static void a_list_that_is_added_to_keeps_the_inherited_one(void **state)
{
    const struct profile *heir;

    assert_loads(
        "profile base { capabilities = { NET_ADMIN } syscalls = { @mount }\n"
        "address_families = { AF_INET } writable = { /srv, /opt } hidden = { /a }\n"
        "sockets = none }\n"
        "profile heir { inherits = base capabilities += CHOWN syscalls += { read, write, }\n"
        "address_families+={AF_PACKET,AF_INET} writable += { /b, /srv/, /b }\n"
        "sockets += /run/x }\n");
    heir = profile_of("heir");
    assert_true(heir->capabilities == (CAP(CHOWN) | CAP(NET_ADMIN)));
    assert_texts(&heir->syscalls, "@mount", "read", "write", NULL);
    assert_families(heir, AF_INET, AF_PACKET, AF_UNSPEC);
    assert_texts(&heir->writable, "/srv", "/opt", "/b", NULL);
    assert_texts(&heir->hidden, "/a", NULL);
    assert_texts(&heir->sockets, "/run/x", NULL);
    assert_texts(&profile_of("base")->writable, "/srv", "/opt", NULL);
}

static void what_is_added_is_told_from_what_is_set_wherever_they_stand(void **state)
{
    assert_loads("deadline = 5\n"
                 "rule 'r' { object = 'a' deadline = 5 }\n"
                 "profile base { hidden = { /a, /b } writable = /c time = 5 }\n"
                 "profile p { inherits = base writable += { /d, /e } hidden = { /f, /g }\n"
                 "    cpu = 5 sockets += { '-/h' } capabilities = none }\n"
                 "failure start { exit = deny other = deny }\n"
                 "profile q { inherits = p hidden += /i writable = { /j } }\n");
    assert_texts(&profile_of("p")->writable, "/c", "/d", "/e", NULL);
    assert_texts(&profile_of("p")->hidden, "/f", "/g", NULL);
    assert_texts(&profile_of("p")->sockets, "-/dev/log", "-/run/systemd/journal/dev-log", "-/h",
                 NULL);
    assert_texts(&profile_of("q")->hidden, "/f", "/g", "/i", NULL);
    assert_texts(&profile_of("q")->writable, "/j", NULL);
}

static void an_empty_list_is_none(void **state)
{
    const struct profile *profile;

    assert_loads("profile p { capabilities = none syscalls = { none } address_families = none\n"
                 "writable = none hidden = none sockets = none }\n"
                 "profile heir { inherits = p }");
    profile = profile_of("p");
    assert_int_equal(profile->capabilities, 0);
    assert_texts(&profile->syscalls, NULL);
    assert_families(profile, AF_UNSPEC);
    assert_texts(&profile->writable, NULL);
    assert_texts(&profile->hidden, NULL);
    assert_texts(&profile->sockets, NULL);
    assert_texts(&profile_of("heir")->syscalls, NULL);
    assert_complains(2, "profile p {\nwritable = {} }", "write none in place of {}", NULL);
    assert_complains(3, "profile p {\nwritable += {\n} }", "write none in place of {}", NULL);
    assert_complains(1, "profile p { writable = { none, /a } }", "none stands alone", NULL);
    assert_complains(1, "profile p { writable = { /a, none } }", "none stands alone",
                     "write writable = none", NULL);
    assert_complains(1, "profile p { capabilities += none }", "none stands alone", NULL);
    assert_loads("profile p { writable = none hidden = /a capabilities = { none } sockets = /b }");
}

static void lists_have_their_form(void **state)
{
    assert_loads("profile p { writable = { # a comment\n /a // and\n , /* more */ /b,\n } }");
    assert_texts(&profile_of("p")->writable, "/a", "/b", NULL);
    assert_complains(2, "profile p {\nwritable = { /a,\n\n /b", "the list that opens here", NULL);
    assert_complains(2, "profile p {\n writable = { /a /b } }", "unexpected token '/b'", NULL);
    assert_complains(1, "profile p { writable = { , } }", "unexpected token ','", NULL);
    assert_complains(1, "profile p { writable = { /a,, /b } }", "unexpected token ','", NULL);
    assert_complains(1, "profile p { writable = { { /a } } }", "{ inside the list", NULL);
    assert_complains(1, "profile p { writable = { /a = /b } }", "= inside the list", NULL);
    assert_complains(3, "profile p {\nwritable = { /a, /b\ncpu = 5\n}\n", "= inside the list",
                     "opens on line 2", NULL);
    assert_complains(1, "profile p { writable = { '/a' \"/b\" } }", "unexpected token '/b'", NULL);
    assert_complains(1, "profile p { writable = { /a } '/b' }", "where a key should", NULL);
    assert_complains(1, "profile p { writable + = /a }", "+ stands outside quotes", NULL);
    assert_complains(1, "profile p { += /a }", "unexpected token", NULL);
}

static void what_takes_one_value_takes_no_list(void **state)
{
    assert_complains(2, "profile p {\ncpu += 5 }", "cpu takes one value", "write =", NULL);
    assert_complains(1, "profile p { inherits += isolated }", "inherits takes one value", NULL);
    assert_complains(1, "profile p { cpu = { 5 } }", "unexpected token '{'", NULL);
    assert_complains(1, "deadline += 5", "deadline takes one value", NULL);
    assert_complains(1, "rule r { deadline += 5 }", "deadline takes one value", NULL);
    assert_complains(1, "failure start { exit += deny }", "exit takes one value", NULL);
}

static void a_profile_inherits_from_one_that_stands_before(void **state)
{
    assert_complains(2, "profile p {\ninherits = q }\nprofile q {}", "there is no profile 'q' here",
                     "unconfined, isolated", NULL);
    assert_complains(1, "profile p { inherits = p }", "there is no profile 'p' here", NULL);
    assert_complains(2, "profile quiet {}\nprofile p { inherits = quite }", "no profile 'quite'",
                     "did you mean 'quiet'?", NULL);
    assert_complains(3, "profile p {\ncpu = 5\ninherits = isolated }",
                     "inherits stands first in a profile", "before cpu", NULL);
    assert_complains(3, "profile p {\ninherits = isolated\ninherits = isolated }",
                     "inherits stands on line 2 already", NULL);
}

static void the_built_in_isolated_can_be_replaced_and_inherited_from_while_it_is(void **state)
{
    assert_loads("profile isolated { inherits = isolated cpu = 5 }\n"
                 "profile p { inherits = isolated }\n"
                 "profile q {}\n");
    assert_int_equal(loaded->profiles.count, 4);
    assert_int_equal(profile_of("isolated")->cpu_seconds, 5);
    assert_int_equal(profile_of("isolated")->line, 1);
    assert_int_equal(profile_of("p")->cpu_seconds, 5);
    assert_int_equal(profile_of("q")->cpu_seconds, 300);
}

static void an_unconfined_profile_has_time_processes_and_limits_alone(void **state)
{
    const struct profile *profile;

    assert_loads("profile p { inherits = unconfined time = 5 open_files = 32 }\n"
                 "profile q { unconfined = yes }\n");
    profile = profile_of("p");
    assert_true(profile->unconfined);
    assert_int_equal(profile->time_ms, 5000);
    assert_int_equal(profile->open_files, 32);
    assert_int_equal(profile->memory, 0);
    assert_int_equal(profile->cpu_seconds, 0);
    assert_true(profile_of("q")->unconfined);
    assert_loads("profile p { unconfined = yes pids = host linger = 3 required = cgroup }");
    assert_true(profile_of("p")->host_pids);
    assert_int_equal(profile_of("p")->linger_ms, 3000);
    assert_int_equal(profile_of("p")->required, FEATURE_CGROUP);
    assert_complains(3, "profile p {\nunconfined = yes\npermissive = yes }",
                     "permissive has no effect", NULL);
    assert_complains(3, "profile p {\nunconfined = yes\nuser = root }",
                     "user has no effect in an unconfined profile", NULL);
    assert_complains(2, "profile p { inherits = unconfined\nwritable += /a }",
                     "writable has no effect", NULL);
    assert_complains(2, "profile p { inherits = unconfined\nunconfined = no }",
                     "what inherits from an unconfined profile is unconfined", NULL);
}

/* The values of what a profile inherits from were not asked for, so none is refused. */
static void an_unconfined_profile_may_inherit_limits_from_a_confined_one(void **state)
{
    assert_loads("profile p { inherits = isolated unconfined = yes cpu = 9 }");
    assert_true(profile_of("p")->unconfined);
    assert_int_equal(profile_of("p")->cpu_seconds, 9);
    assert_int_equal(profile_of("p")->memory, profile_of("isolated")->memory);
}

static void a_domain_that_confines_does_not_stay_by_itself_in_an_unconfined_one(void **state)
{
    assert_loads("profile a { inherits = isolated unconfined = yes }\n"
                 "profile b { unconfined = yes }\n"
                 "profile c { inherits = isolated selinux = c_t unconfined = yes }\n"
                 "profile d { inherits = c }\n"
                 "profile e { inherits = isolated }");
    assert_null(profile_of("unconfined")->selinux);
    assert_null(profile_of("a")->selinux);
    assert_null(profile_of("b")->selinux);
    assert_string_equal(profile_of("c")->selinux, "c_t");
    assert_string_equal(profile_of("d")->selinux, "c_t");
    assert_string_equal(profile_of("e")->selinux, PROFILE_SELINUX_TYPE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_profile_inherits_what_it_does_not_say),
        TEST(a_domain_that_confines_does_not_stay_by_itself_in_an_unconfined_one),
        TEST(a_list_that_is_set_takes_the_place_of_the_inherited_one),
        TEST(a_list_that_is_added_to_keeps_the_inherited_one),
        TEST(what_is_added_is_told_from_what_is_set_wherever_they_stand),
        TEST(an_empty_list_is_none),
        TEST(lists_have_their_form),
        TEST(what_takes_one_value_takes_no_list),
        TEST(a_profile_inherits_from_one_that_stands_before),
        TEST(the_built_in_isolated_can_be_replaced_and_inherited_from_while_it_is),
        TEST(an_unconfined_profile_has_time_processes_and_limits_alone),
        TEST(an_unconfined_profile_may_inherit_limits_from_a_confined_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
