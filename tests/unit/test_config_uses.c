/*
 * Which profiles rules and default_profile may name, and what is said of a user who does not exist.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "profiles.h"

#define STRANGE "profile strange { user = virthook-no-such }\n"

static void the_default_profile_is_one_that_is_there(void **state)
{
    assert_loads("");
    assert_string_equal(loaded->default_profile, PROFILE_DEFAULT);
    assert_int_equal(loaded->default_profile_line, 0);
    assert_loads("\ndefault_profile = mine\nprofile mine { user = root }");
    assert_string_equal(loaded->default_profile, "mine");
    assert_int_equal(loaded->default_profile_line, 2);
    assert_complains(2, "\ndefault_profile = mime\nprofile mine { user = root }",
                     "no profile 'mime'", "did you mean 'mine'?", NULL);
    assert_complains(1, "default_profile = 'a b'", "default_profile takes the name of a profile",
                     NULL);
    assert_complains(2, "default_profile = unconfined\ndefault_profile = unconfined",
                     "stands on line 1 already", NULL);
}

static void a_rule_names_a_profile_that_is_there(void **state)
{
    assert_loads("rule r { profile = mine }\nprofile mine { user = root }\n"
                 "rule s {\n deadline = 5\n profile = unconfined\n}");
    assert_string_equal(loaded->rules.rules[0].profile, "mine");
    assert_int_equal(loaded->rules.rules[0].profile_line, 1);
    assert_int_equal(loaded->rules.rules[1].profile_line, 5);
    assert_complains(3, "rule r {\ndeadline = 5\nprofile = mime }\nprofile mine { user = root }",
                     "no profile 'mime'", "did you mean 'mine'?", NULL);
    assert_complains(1, "rule r { profile = whatever }", "no profile 'whatever'",
                     "write one of unconfined, isolated", NULL);
    assert_complains(1, "rule r { profile = '../x' }", "'../x' cannot be a profile's name", NULL);
    assert_complains(3, "rule r {\nprofile = unconfined\nprofile = unconfined }",
                     "profile stands in this rule already", NULL);
}

static void a_rule_names_no_profile_whose_user_does_not_exist(void **state)
{
    tree_needs_root();
    assert_complains(3, STRANGE "rule r {\nprofile = strange }",
                     "profile strange runs scripts as user 'virthook-no-such', who does not exist",
                     "systemd-sysusers", "useradd --system", NULL);
    assert_complains(2, STRANGE "rule r { profile = heir }\nprofile heir { inherits = strange }",
                     "profile heir", NULL);
    assert_complains(1, "rule r { profile = p }\nprofile p { user = 4294967294 }",
                     "useradd --system --uid 4294967294", NULL);
}

static void nor_does_default_profile(void **state)
{
    tree_needs_root();
    assert_complains(2, STRANGE "default_profile = strange", "profile strange runs scripts as",
                     NULL);
}

static void a_profile_that_nobody_uses_may_wait_for_its_user(void **state)
{
    tree_needs_root();
    assert_loads("\n" STRANGE "rule r { profile = unconfined }\nprofile other { user = root }");
    assert_true(profile_of("strange")->user_missing);
    assert_int_equal(loaded->notes.count, 2);
    assert_non_null(strstr(loaded->notes.texts[1], tree_path("conf:2: profile strange cannot be "
                                                             "used yet")));
    assert_non_null(strstr(loaded->notes.texts[1], "useradd --system"));
}

static void a_profile_near_root_is_noted_where_it_is_used(void **state)
{
    tree_needs_root();
    assert_loads("default_profile = mine\nprofile mine { user = root }\n"
                 "profile near { inherits = mine capabilities = SYS_MODULE }");
    assert_int_equal(loaded->notes.count, 0);
    assert_loads("default_profile = mine\nprofile mine { user = root }\n"
                 "profile near { inherits = mine capabilities = SYS_MODULE }\n"
                 "rule r { profile = near }\nrule s { profile = near }");
    assert_int_equal(loaded->notes.count, 1);
    assert_non_null(strstr(loaded->notes.texts[0],
                           "scripts under profile near are near root: it grants SYS_MODULE"));
}

/* An unconfined profile has no user of its own. */
static void an_unconfined_profile_misses_no_user(void **state)
{
    assert_loads(STRANGE "rule r { profile = p }\n"
                         "profile p { inherits = strange unconfined = yes }");
    assert_string_equal(loaded->rules.rules[0].profile, "p");
}

static void what_is_noted_cannot_steer_a_terminal(void **state)
{
    tree_needs_root();
    assert_loads(
        "default_profile = q profile q { user = root } profile p { user = '\302\233 2J' }");
    assert_int_equal(loaded->notes.count, 1);
    assert_non_null(strstr(loaded->notes.texts[0], "\\xc2\\x9b"));
}

/* It changes to no user, so it misses none. */
static void a_session_needs_no_user(void **state)
{
    int status;
    pid_t pid;

    tree_needs_root();
    tree_file("session", STRANGE "rule r { profile = strange }", 0644);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (setresgid(TREE_STRANGER, TREE_STRANGER, TREE_STRANGER) < 0 ||
            setresuid(TREE_STRANGER, TREE_STRANGER, TREE_STRANGER) < 0)
            _exit(2);
        _exit(load_path(tree_path("session"), true) == 0 && loaded->notes.count == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(load_path(tree_path("session"), true), CONFIG_E_REFUSED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_default_profile_is_one_that_is_there),
        TEST(a_rule_names_a_profile_that_is_there),
        TEST(a_rule_names_no_profile_whose_user_does_not_exist),
        TEST(nor_does_default_profile),
        TEST(a_profile_that_nobody_uses_may_wait_for_its_user),
        TEST(a_profile_near_root_is_noted_where_it_is_used),
        TEST(an_unconfined_profile_misses_no_user),
        TEST(what_is_noted_cannot_steer_a_terminal),
        TEST(a_session_needs_no_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
