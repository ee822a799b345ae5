/*
 * The promises of process_tree.h: who descends from a process is found, whatever it does, and
 * nobody else.
 *
 * The trees are made of real processes, which end with the test.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "instrumented.h"
#include "process_tree.h"

#include "cleanup.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cmocka.h>

static int proc;

/* Where processes of a tree say that they are in place, one byte each. */
static int said[2];

static void say(void)
{
    if (write(said[1], "x", 1) != 1)
        _exit(3);
}

static void await(size_t count)
{
    char byte;

    for (size_t i = 0; i < count; i++)
        assert_int_equal(read(said[0], &byte, 1), 1);
}

static void __attribute__((noreturn)) wait_for_end(void)
{
    say();
    for (;;)
        pause();
}

static pid_t fork_waiting(void)
{
    pid_t pid = fork();

    if (pid == 0)
        wait_for_end();
    return pid;
}

static struct tree find(pid_t root)
{
    struct tree tree;

    assert_int_equal(tree_find(proc, root, &tree), 0);
    return tree;
}

static size_t send_to_tree(pid_t root, int signal)
{
    struct tree tree = find(root);

    tree.reaps = root == getpid();
    return tree_signal(&tree, &signal, 1);
}

/* Kills until this process has no child; returns how many ended. */
static size_t kill_all(void)
{
    size_t ended = 0;
    pid_t pid;

    for (;;) {
        send_to_tree(getpid(), SIGKILL);
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
            ended++;
        if (pid < 0)
            return ended;
    }
}

static void end_child(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_child_is_found(void **state)
{
    fork_waiting();
    await(1);
    assert_int_equal(send_to_tree(getpid(), 0), 1);
    assert_int_equal(kill_all(), 1);
}

static void the_dead_that_were_not_reaped_yet_are_not_counted(void **state)
{
    struct tree tree = find(getpid());
    siginfo_t ended;
    pid_t dead;

    fork_waiting();
    dead = fork_waiting();
    await(2);
    assert_int_equal(tree_count(&tree, TREE_MAX), 2);
    assert_int_equal(tree_count(&tree, 1), 1);
    assert_int_equal(kill(dead, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)dead, &ended, WEXITED | WNOWAIT), 0);
    assert_int_equal(tree_count(&tree, TREE_MAX), 1);
    assert_int_equal(kill_all(), 2);
}

static void who_has_no_children_has_no_tree(void **state)
{
    assert_int_equal(send_to_tree(getpid(), SIGKILL), 0);
}

/* `depth` generations, each the parent of the next. */
static pid_t fork_chain(size_t depth)
{
    pid_t first = fork();

    if (first != 0)
        return first;
    setsid();
    while (depth > 1 && fork() == 0) {
        setsid();
        depth--;
    }
    wait_for_end();
}

static void a_tree_of_any_depth_is_found_whole(void **state)
{
    fork_chain(40);
    await(40);
    assert_int_equal(send_to_tree(getpid(), 0), 40);
    assert_int_equal(kill_all(), 40);
}

static void another_s_tree_is_found_and_its_root_left_alone(void **state)
{
    pid_t root = fork_chain(5);

    await(5);
    assert_int_equal(send_to_tree(root, 0), 4);
    assert_true(send_to_tree(root, SIGKILL) > 0);
    assert_int_equal(waitpid(root, NULL, WNOHANG), 0);
    assert_true(kill_all() > 0);
}

static void nobody_beside_the_tree_is_hit(void **state)
{
    pid_t beside = fork_waiting(), root = fork_chain(2);

    await(3);
    assert_int_equal(send_to_tree(root, SIGKILL), 1);
    assert_int_equal(waitpid(beside, NULL, WNOHANG), 0);
    end_child(beside);
    kill_all();
}

static void *fork_in_a_thread(void *nothing)
{
    fork_waiting();
    wait_for_end();
}

static void the_children_of_every_thread_are_found(void **state)
{
    pid_t pid = fork();
    pthread_t thread;

    if (pid == 0) {
        if (pthread_create(&thread, NULL, fork_in_a_thread, NULL) != 0)
            _exit(3);
        pthread_exit(NULL);
    }
    await(2);
    /* The child's child, and before it the child itself. */
    assert_int_equal(send_to_tree(getpid(), 0), 2);
    assert_true(kill_all() > 0);
}

static void a_stopped_process_is_killed(void **state)
{
    pid_t pid = fork_waiting();

    await(1);
    kill(pid, SIGSTOP);
    assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
    assert_int_equal(kill_all(), 1);
}

static void signals_come_in_their_order(void **state)
{
    const int signals[] = {SIGTERM, SIGCONT};
    struct tree tree = find(getpid());
    pid_t pid = fork_waiting();
    int status;

    await(1);
    kill(pid, SIGSTOP);
    assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
    tree_tell(&tree, signals, 2);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static int tidied[2];

/* Leaves it to a child to tidy up, which lives on a little with SIGTERM at its default. */
static void tidy_up(int number)
{
    if (fork() == 0) {
        signal(SIGTERM, SIG_DFL);
        poll(NULL, 0, 20);
        if (write(tidied[1], "x", 1) != 1)
            _exit(3);
    }
    _exit(0);
}

static void who_is_started_by_a_signal_does_not_get_it(void **state)
{
    const int signals[] = {SIGTERM};
    struct tree tree = find(getpid());
    char byte;

    assert_int_equal(pipe2(tidied, O_CLOEXEC), 0);
    for (int i = 0; i < 8; i++) {
        if (fork() == 0) {
            signal(SIGTERM, tidy_up);
            wait_for_end();
        }
    }
    await(8);
    tree_tell(&tree, signals, 1);
    close(tidied[1]);
    for (int i = 0; i < 8; i++)
        assert_int_equal(read(tidied[0], &byte, 1), 1);
    close(tidied[0]);
    kill_all();
}

/* Each process forks the next and ends, so that none lives long. */
static void __attribute__((noreturn)) change_pid_all_the_time(void)
{
    say();
    for (;;) {
        pid_t pid = fork();

        if (pid > 0)
            _exit(0);
        if (pid == 0)
            setsid();
    }
}

static void who_changes_its_pid_all_the_time_is_caught(void **state)
{
    if (fork() == 0)
        change_pid_all_the_time();
    await(1);
    kill_all();
    assert_int_equal(waitpid(-1, NULL, 0), -1);
}

#define BOMB_SIZE 300

/* Every process forks on as long as there is one left of the bomb's number. */
static void __attribute__((noreturn)) explode(int tickets)
{
    char ticket;

    signal(SIGTERM, SIG_IGN);
    while (read(tickets, &ticket, 1) == 1)
        (void)!fork();
    for (;;)
        pause();
}

static void a_fork_bomb_is_ended_while_it_goes_on(void **state)
{
    static const char tickets[BOMB_SIZE];
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], tickets, sizeof(tickets)), sizeof(tickets));
    close(ends[1]);
    if (fork() == 0)
        explode(ends[0]);
    close(ends[0]);
    kill_all();
    assert_int_equal(waitpid(-1, NULL, 0), -1);
}

/* A generation in a subreaper's hands is still a descendant. */
static void a_subreaper_below_hides_nobody(void **state)
{
    if (fork() == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        if (fork() == 0) {
            fork_waiting();
            _exit(0);
        }
        wait_for_end();
    }
    await(2);
    assert_true(kill_all() >= 2);
}

static void a_root_that_is_not_there_is_an_error(void **state)
{
    struct tree tree;
    pid_t pid = fork_waiting();

    await(1);
    end_child(pid);
    assert_int_equal(tree_find(proc, pid, &tree), -ESRCH);
}

/* As if another process had got the number since. */
static void a_root_that_is_another_by_now_has_no_tree(void **state)
{
    const int signal = SIGKILL;
    pid_t root = fork_chain(3);
    struct tree tree = find(root);

    await(3);
    tree.start++;
    assert_int_equal(tree_signal(&tree, &signal, 1), 0);
    assert_int_equal(waitpid(root, NULL, WNOHANG), 0);
    assert_int_equal(kill_all(), 3);
}

static pid_t spared;

static bool is_spared(pid_t child)
{
    return child == spared;
}

static void who_is_spared_is_let_be_with_all_below(void **state)
{
    const int signal = SIGKILL;
    struct tree tree = find(getpid());
    pid_t other = fork_waiting();

    spared = fork_chain(3);
    await(4);
    tree.spares = is_spared;
    assert_int_equal(tree_signal(&tree, &signal, 1), 1);
    assert_int_equal(waitpid(other, NULL, 0), other);
    assert_int_equal(send_to_tree(spared, 0), 2);
    assert_int_equal(kill_all(), 3);
}

static int set_up(void **state)
{
    proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return proc < 0 || pipe2(said, O_CLOEXEC) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0;
}

static void all_of_it(void **state)
{
    skip_because("valgrind does not know pidfd_send_signal(2)");
}

int main(void)
{
    const struct CMUnitTest instead[] = {cmocka_unit_test(all_of_it)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_is_found),
        cmocka_unit_test(the_dead_that_were_not_reaped_yet_are_not_counted),
        cmocka_unit_test(who_has_no_children_has_no_tree),
        cmocka_unit_test(a_tree_of_any_depth_is_found_whole),
        cmocka_unit_test(another_s_tree_is_found_and_its_root_left_alone),
        cmocka_unit_test(nobody_beside_the_tree_is_hit),
        cmocka_unit_test(the_children_of_every_thread_are_found),
        cmocka_unit_test(a_stopped_process_is_killed),
        cmocka_unit_test(signals_come_in_their_order),
        cmocka_unit_test(who_is_started_by_a_signal_does_not_get_it),
        cmocka_unit_test(who_changes_its_pid_all_the_time_is_caught),
        cmocka_unit_test(a_fork_bomb_is_ended_while_it_goes_on),
        cmocka_unit_test(a_subreaper_below_hides_nobody),
        cmocka_unit_test(a_root_that_is_not_there_is_an_error),
        cmocka_unit_test(a_root_that_is_another_by_now_has_no_tree),
        cmocka_unit_test(who_is_spared_is_let_be_with_all_below),
    };

    if (under_valgrind())
        return cmocka_run_group_tests(instead, NULL, NULL);
    return cmocka_run_group_tests(tests, set_up, NULL);
}
