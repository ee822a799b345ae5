/*
 * The state file: what comes back after an end of any kind, and after damage of any kind.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "clock.h"
#include "events_rig.h"
#include "store.h"
#include "tree.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define STATE  "state/virteventd.state"
#define UUID_1 "c7a5fdbd-edaf-9455-926a-d65c16db1801"
#define UUID_2 "c7a5fdbd-edaf-9455-926a-d65c16db1802"

static struct store *store;
static int quiet_fd = -EBADF; /* stderr, while it is /dev/null */

static void open_store(void)
{
    assert_int_equal(store_open(tree_path(STATE), &store), 0);
}

static void close_store(void)
{
    store_close(store);
    store = NULL;
}

static void reopen(void)
{
    close_store();
    open_store();
}

static int set_up(void **state)
{
    if (tree_set_up(state) < 0)
        return -1;
    open_store();
    return 0;
}

static int tear_down(void **state)
{
    if (quiet_fd >= 0) {
        (void)fflush(stderr);
        (void)dup2(quiet_fd, STDERR_FILENO);
        close_fd(&quiet_fd);
    }
    close_store();
    return tree_tear_down(state);
}

static struct delivery *make(const char *object, const char *event)
{
    struct event one = events_one(store_next_sequence(store), object, event);

    one.uuid = strcmp(object, "g2") == 0 ? UUID_2 : UUID_1;
    return events_delivery_of(one);
}

static struct delivery *add(const char *object, const char *event)
{
    struct delivery *delivery = make(object, event);

    assert_int_equal(store_add(store, delivery), 0);
    return delivery;
}

static void finish(struct delivery *delivery)
{
    assert_int_equal(store_done(store, delivery), 0);
    delivery_free(delivery);
}

/* What came back, as "object event attempt;". */
static void assert_undone(const char *wanted)
{
    struct delivery *undone = store_take_undone(store);
    char found[1024] = "";

    for (const struct delivery *one = undone; one; one = one->next) {
        size_t size = strlen(found);

        (void)snprintf(found + size, sizeof(found) - size, "%s %s %u;", one->object, one->event,
                       one->attempt);
    }
    delivery_free_all(undone);
    assert_string_equal(found, wanted);
}

/* The states of the URI, as "name active;", "-" where nothing is known. */
static void assert_states(const char *wanted)
{
    struct states states = {0};
    char found[512] = "";

    assert_int_equal(store_get_states(store, EVENTS_URI, &states), 0);
    for (size_t i = 0; i < states.count; i++) {
        size_t size = strlen(found);

        (void)snprintf(found + size, sizeof(found) - size, "%s %s%s;", states.list[i].name,
                       states.list[i].active ? "runs" : "stands",
                       states.list[i].transient ? " transient" : "");
    }
    if (!states.known)
        (void)snprintf(found, sizeof(found), "-");
    states_clear(&states);
    assert_string_equal(found, wanted);
}

/* g1 is defined, g2 runs and is transient. */
static void put_states(void)
{
    struct states states = {0};

    assert_int_equal(states_put(&states, "domain", UUID_1, "g1", false, false), 0);
    assert_int_equal(states_put(&states, "domain", UUID_2, "g2", true, true), 0);
    assert_int_equal(store_put_states(store, EVENTS_URI, &states), 0);
    states_clear(&states);
}

static char *read_state_file(size_t *ret_size)
{
    auto_close int fd = open(STATE, O_RDONLY | O_CLOEXEC);
    struct stat st = {0};
    char *content;

    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    content = malloc((size_t)st.st_size + 1);
    assert_non_null(content);
    assert_int_equal(fd_read_all(fd, content, (size_t)st.st_size, ret_size), 0);
    content[*ret_size] = '\0';
    return content;
}

static void write_state_file(const char *content, size_t size)
{
    auto_close int fd = open(STATE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(fd_write_all(fd, content, size), 0);
}

static void what_is_not_done_comes_back_in_order_and_nothing_else(void **state)
{
    struct delivery *first = add("g1", "defined"), *second = add("g1", "started");
    struct delivery *third = add("g2", "started");

    finish(second);
    delivery_free(first);
    delivery_free(third);
    reopen();
    assert_undone("g1 defined 1;g2 started 1;");
    reopen();
    assert_undone("g1 defined 1;g2 started 1;");
}

static void its_document_comes_back_byte_for_byte(void **state)
{
    struct delivery *before = add("a \"guest\"\n\xc3\xa4", "started"), *after;

    reopen();
    after = store_take_undone(store);
    assert_non_null(after);
    assert_string_equal(after->document, before->document);
    assert_int_equal(after->sequence, before->sequence);
    delivery_free(before);
    delivery_free(after);
}

static void each_number_is_given_once_and_names_begin_alike(void **state)
{
    char prefix[DELIVERY_PREFIX_SIZE];

    (void)snprintf(prefix, sizeof(prefix), "%s", store_prefix(store));
    assert_int_equal(strlen(prefix), DELIVERY_PREFIX_SIZE - 1);
    finish(add("g1", "started"));
    finish(add("g1", "stopped"));
    reopen();
    assert_int_equal(store_next_sequence(store), 3);
    assert_string_equal(store_prefix(store), prefix);
    reopen();
    reopen();
    finish(add("g1", "started"));
    reopen();
    assert_int_equal(store_next_sequence(store), 4);
}

static void two_installations_differ_in_their_names(void **state)
{
    struct store *other;

    assert_int_equal(store_open(tree_path("other"), &other), 0);
    assert_string_not_equal(store_prefix(store), store_prefix(other));
    store_close(other);
}

static void retries_come_back_as_they_were_last(void **state)
{
    struct delivery *delivery = add("g1", "started"), *after;

    assert_int_equal(delivery_add_retry(delivery, "/etc/a \"b\"", 5), 0);
    assert_int_equal(delivery_add_retry(delivery, "/etc/c", 5), 0);
    delivery->attempt = 2;
    assert_int_equal(store_retry(store, delivery), 0);
    delivery_drop_retry(delivery, 1);
    delivery->retries[0].left = 4;
    delivery->attempt = 3;
    delivery->rounds = 1;
    assert_int_equal(store_retry(store, delivery), 0);
    delivery_free(delivery);
    reopen();
    reopen();
    after = store_take_undone(store);
    assert_non_null(after);
    assert_int_equal(after->attempt, 3);
    assert_int_equal(after->rounds, 1);
    assert_int_equal(after->retry_count, 1);
    assert_string_equal(after->retries[0].script, "/etc/a \"b\"");
    assert_int_equal(after->retries[0].left, 4);
    delivery_free(after);
}

static void nothing_is_known_of_objects_before_the_first_comparison(void **state)
{
    delivery_free(add("g1", "defined"));
    assert_states("-");
    reopen();
    assert_states("-");
}

static void states_come_back(void **state)
{
    put_states();
    assert_states("g1 stands;g2 runs transient;");
    reopen();
    assert_states("g1 stands;g2 runs transient;");
    reopen();
    assert_states("g1 stands;g2 runs transient;");
}

static void an_event_s_line_is_its_state_too(void **state)
{
    put_states();
    finish(add("g1", "started"));
    finish(add("g2", "stopped"));
    assert_states("g1 runs;");
    reopen();
    assert_states("g1 runs;");
}

static void another_uri_has_states_of_its_own(void **state)
{
    struct states states = {0};

    put_states();
    assert_int_equal(store_get_states(store, "lxc:///system", &states), 0);
    assert_false(states.known);
    assert_int_equal(states.count, 0);
}

static void a_last_line_that_was_cut_anywhere_is_ignored(void **state)
{
    auto_free char *content = NULL;
    size_t size = 0, whole;

    put_states();
    delivery_free(add("g1", "started"));
    reopen();
    delivery_free(add("g1", "suspended"));
    close_store();
    content = read_state_file(&size);
    for (whole = size - 1; content[whole - 1] != '\n'; whole--)
        ;
    for (size_t cut = whole; cut <= size; cut++) {
        write_state_file(content, cut);
        open_store();
        assert_undone(cut < size ? "g1 started 1;" : "g1 started 1;g1 suspended 1;");
        assert_states("g1 runs;g2 runs transient;");
        close_store();
        assert_int_equal(access(STATE ".damaged", F_OK), -1);
    }
    open_store();
}

static void after_a_cut_line_it_is_written_on_soundly(void **state)
{
    auto_free char *content = NULL;
    size_t size = 0;

    delivery_free(add("g1", "started"));
    delivery_free(add("g1", "suspended"));
    close_store();
    content = read_state_file(&size);
    write_state_file(content, size - 5);
    open_store();
    delivery_free(add("g1", "resumed"));
    reopen();
    assert_undone("g1 started 1;g1 resumed 1;");
    assert_int_equal(access(STATE ".damaged", F_OK), -1);
}

static void of_a_damaged_file_the_rest_is_used_and_it_is_kept_beside(void **state)
{
    auto_free char *content = NULL;
    char *line;
    size_t size = 0;

    put_states();
    delivery_free(add("g1", "started"));
    delivery_free(add("g1", "suspended"));
    delivery_free(add("g1", "resumed"));
    close_store();
    content = read_state_file(&size);
    line = strstr(content, "suspended");
    assert_non_null(line);
    memset(line, '"', strlen("suspended"));
    write_state_file(content, size);
    open_store();
    assert_undone("g1 started 1;g1 resumed 1;");
    assert_states("g1 runs;g2 runs transient;");
    assert_int_equal(access(STATE ".damaged", F_OK), 0);
}

static void a_file_of_something_else_is_kept_beside(void **state)
{
    static const char *const contents[] = {"no line at all", "[uri]\nqemu = 1\n", "\n", "\0\0\0",
                                           "{\"virteventd\":2,\"prefix\":\"0123456789abcdef\"}\n"};

    for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++) {
        close_store();
        (void)unlink(STATE ".damaged");
        write_state_file(contents[i], contents[i][0] ? strlen(contents[i]) : 3);
        open_store();
        assert_undone("");
        assert_int_equal(access(STATE ".damaged", F_OK), 0);
        delivery_free(add("g1", "started"));
        reopen();
        assert_undone("g1 started 1;");
    }
}

/* A line for each of a thousand files says nothing more; until the end of the test. */
static void be_quiet(void)
{
    quiet_fd = dup(STDERR_FILENO);
    assert_true(quiet_fd >= 0);
    assert_non_null(freopen("/dev/null", "w", stderr));
}

static void any_byte_of_it_may_be_any_other(void **state)
{
    static const char bytes[] = {'\0', '\n', '"', '0', '9', '{', '}', '-', '\x7f', '\xff'};
    auto_free char *content = NULL;
    struct delivery *delivery;
    size_t size = 0;

    be_quiet();
    put_states();
    delivery = add("g1", "started");
    assert_int_equal(delivery_add_retry(delivery, "/a", 5), 0);
    delivery->attempt = 2;
    assert_int_equal(store_retry(store, delivery), 0);
    delivery_free(delivery);
    finish(add("g1", "stopped"));
    close_store();
    content = read_state_file(&size);
    for (size_t at = 0; at < size; at++) {
        char kept = content[at];

        content[at] = bytes[at % sizeof(bytes)];
        write_state_file(content, size);
        content[at] = kept;
        open_store();
        delivery_free_all(store_take_undone(store));
        close_store();
    }
    open_store();
}

static void one_process_has_it_at_a_time(void **state)
{
    struct store *other = NULL;

    assert_int_equal(store_open(tree_path(STATE), &other), -EBUSY);
    finish(add("g1", "started"));
    assert_int_equal(store_open(tree_path(STATE), &other), -EBUSY);
    close_store();
    open_store();
}

static void what_is_no_regular_file_is_refused(void **state)
{
    struct store *other = NULL;

    assert_int_equal(mkfifo("fifo", 0600), 0);
    tree_link("link", STATE);
    tree_folder("folder", 0700);
    assert_int_equal(store_open(tree_path("fifo"), &other), -ENOTSUP);
    assert_int_equal(store_open(tree_path("link"), &other), -ENOTSUP);
    assert_true(store_open(tree_path("folder"), &other) < 0);
    assert_true(store_open(tree_path("fifo/below"), &other) < 0);
}

static void only_its_owner_may_read_it(void **state)
{
    struct stat st;

    finish(add("g1", "started"));
    assert_int_equal(stat(STATE, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat("state", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
}

/* The file system's limits stand in for a full disk. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The file is not tried more often than once a second. */
static struct delivery *add_when_it_can_be(void)
{
    uint64_t until_ms = clock_now_ms() + 60000;

    for (;;) {
        struct delivery *delivery = make("g2", "suspended");

        if (store_add(store, delivery) == 0)
            return delivery;
        delivery_free(delivery);
        assert_true(clock_now_ms() < until_ms);
        (void)usleep(10000);
    }
}

static void a_full_disk_is_told_and_later_nothing_is_missing_but_what_came_meanwhile(void **state)
{
    struct delivery *before, *meanwhile, *after;

    (void)signal(SIGXFSZ, SIG_IGN);
    put_states();
    before = add("g1", "started");
    meanwhile = make("g1", "suspended");
    limit_files(10);
    assert_true(store_add(store, meanwhile) < 0);
    assert_true(store_done(store, before) < 0);
    limit_files(RLIM_INFINITY);
    after = add_when_it_can_be();
    reopen();
    assert_undone("g2 suspended 1;");
    assert_states("g1 runs;g2 runs transient;");
    assert_int_equal(store_next_sequence(store), after->sequence + 1);
    delivery_free(before);
    delivery_free(meanwhile);
    delivery_free(after);
}

static void it_does_not_grow_with_what_is_over(void **state)
{
    struct delivery *kept = add("g1", "defined");
    struct stat st;

    put_states();
    for (size_t i = 0; i < 20000; i++)
        finish(add("g1", i % 2 ? "stopped" : "started"));
    assert_int_equal(stat(STATE, &st), 0);
    assert_true(st.st_size < 2 * 1024 * 1024);
    delivery_free(kept);
    reopen();
    assert_undone("g1 defined 1;");
    assert_states("g1 stands;g2 runs transient;");
}

static void ten_thousand_that_wait_all_come_back(void **state)
{
    struct delivery *undone;
    uint64_t count = 0;

    for (size_t i = 0; i < 10000; i++)
        delivery_free(add("g1", "suspended"));
    reopen();
    undone = store_take_undone(store);
    for (const struct delivery *one = undone; one; one = one->next)
        assert_int_equal(one->sequence, ++count);
    assert_int_equal(count, 10000);
    delivery_free_all(undone);
}

#define THREADS    8
#define EACH_DOES  2000
#define IN_THREADS (THREADS * EACH_DOES)

static struct delivery *shared[IN_THREADS];

static void *finish_each(void *user)
{
    size_t first = *(size_t *)user;

    for (size_t i = first; i < IN_THREADS; i += THREADS)
        finish(shared[i]);
    return NULL;
}

static void threads_may_finish_while_others_come(void **state)
{
    size_t firsts[THREADS];
    pthread_t threads[THREADS];

    for (size_t i = 0; i < IN_THREADS; i++)
        shared[i] = add("g1", "suspended");
    for (size_t i = 0; i < THREADS; i++) {
        firsts[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, finish_each, &firsts[i]), 0);
    }
    for (size_t i = 0; i < 1000; i++)
        delivery_free(add("g2", "suspended"));
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    reopen();
    for (struct delivery *one = store_take_undone(store), *next; one; one = next) {
        assert_string_equal(one->object, "g2");
        next = one->next;
        delivery_free(one);
    }
}

/* Adds and finishes without end, and says over the pipe what it has done. */
static void work_until_killed(int said)
{
    struct delivery *older = NULL;

    for (;;) {
        struct delivery *delivery = add("g1", "suspended");

        (void)!write(said, "+", 1);
        if (older) {
            finish(older);
            (void)!write(said, "-", 1);
        }
        older = delivery;
    }
}

/* Adds and ends that were said; the process is killed after so many of them. */
static void kill_after(int most, uint64_t *added, uint64_t *finished)
{
    int said[2], status;
    char what;
    pid_t pid;

    assert_int_equal(pipe(said), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        open_store();
        delivery_free_all(store_take_undone(store));
        work_until_killed(said[1]);
    }
    close(said[1]);
    for (int i = 0; read(said[0], &what, 1) == 1; i++) {
        if (i == most)
            (void)kill(pid, SIGKILL);
        *(what == '+' ? added : finished) += 1;
    }
    close(said[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static void a_process_killed_at_any_instant_leaves_all_that_it_was_told_is_kept(void **state)
{
    uint64_t added = 0, finished = 0, last = 0;

    for (int round = 0; round < 30; round++) {
        uint64_t undone = 0;

        close_store();
        kill_after(round * 7, &added, &finished);
        open_store();
        for (struct delivery *one = store_take_undone(store), *next; one; one = next) {
            last = one->sequence;
            next = one->next;
            undone++;
            finish(one);
        }
        /* One add and one end may have been done and not said. */
        assert_in_range(undone, added > finished ? added - finished - 1 : 0, added - finished + 1);
        assert_true(last >= added);
        added = finished = store_next_sequence(store) - 1;
        assert_int_equal(access(STATE ".damaged", F_OK), -1);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_done_comes_back_in_order_and_nothing_else),
        TEST(its_document_comes_back_byte_for_byte),
        TEST(each_number_is_given_once_and_names_begin_alike),
        TEST(two_installations_differ_in_their_names),
        TEST(retries_come_back_as_they_were_last),
        TEST(nothing_is_known_of_objects_before_the_first_comparison),
        TEST(states_come_back),
        TEST(an_event_s_line_is_its_state_too),
        TEST(another_uri_has_states_of_its_own),
        TEST(a_last_line_that_was_cut_anywhere_is_ignored),
        TEST(after_a_cut_line_it_is_written_on_soundly),
        TEST(of_a_damaged_file_the_rest_is_used_and_it_is_kept_beside),
        TEST(a_file_of_something_else_is_kept_beside),
        TEST(any_byte_of_it_may_be_any_other),
        TEST(one_process_has_it_at_a_time),
        TEST(what_is_no_regular_file_is_refused),
        TEST(only_its_owner_may_read_it),
        TEST(a_full_disk_is_told_and_later_nothing_is_missing_but_what_came_meanwhile),
        TEST(it_does_not_grow_with_what_is_over),
        TEST(ten_thousand_that_wait_all_come_back),
        TEST(threads_may_finish_while_others_come),
        TEST(a_process_killed_at_any_instant_leaves_all_that_it_was_told_is_kept),
    };

    return cmocka_run_group_tests_name("event store", tests, NULL, NULL);
}
