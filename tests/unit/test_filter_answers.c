/*
 * For any wish, every system call gets the answer that the wish says: asked of the program by an
 * interpreter, and of the kernel. Wishes are random, from a seed that is printed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "filter_model.h"

#define SEED         20240229U
#define WISHES       120
#define NUMBERS      600
#define NAMES_MAX    24
#define FAMILIES_MAX 6

/* A wish and what it points to. */
struct random_wish {
    struct filter_wish wish;
    const char *calls[NAMES_MAX + 1];
    char *owned[NAMES_MAX];
    int families[FAMILIES_MAX];
};

static uint64_t state_of_chance = SEED;

/* xorshift64* */
static uint64_t chance(uint64_t below)
{
    state_of_chance ^= state_of_chance >> 12;
    state_of_chance ^= state_of_chance << 25;
    state_of_chance ^= state_of_chance >> 27;
    return (state_of_chance * 2685821657736338717ULL >> 11) % below;
}

static char *random_name(void)
{
    char *name = NULL;

    if (chance(2)) {
        size_t sets = 1;

        while (syscall_set_at(sets))
            sets++;
        return strdup(syscall_set_at(chance(sets))->name);
    }
    while (!name)
        name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, (int)chance(NUMBERS));
    return name;
}

/* Each third wish begins as real profiles do. */
static void make_wish(struct random_wish *wish)
{
    size_t count = chance(NAMES_MAX);

    *wish = (struct random_wish){};
    for (size_t i = 0; i < count; i++)
        wish->calls[i] = wish->owned[i] = i == 0 && chance(3) == 0 ? strdup("@system-service")
                                                                   : random_name();
    wish->wish = (struct filter_wish){.calls = wish->calls,
                                      .families = wish->families,
                                      .family_count = chance(FAMILIES_MAX + 1),
                                      .notify = chance(2)};
    for (size_t i = 0; i < wish->wish.family_count; i++)
        wish->families[i] = (int)chance(46);
}

static void free_wish(struct random_wish *wish)
{
    for (size_t i = 0; i < NAMES_MAX; i++)
        free(wish->owned[i]);
}

/* An argument that is likely to be one that counts, now and then with bits where none belong. */
static uint64_t random_argument(void)
{
    static const uint64_t likely[] = {0,
                                      1,
                                      2,
                                      3,
                                      8,
                                      10,
                                      16,
                                      17,
                                      18,
                                      21,
                                      0x5410,
                                      0x5411,
                                      0x5412,
                                      0x5413,
                                      0x541c,
                                      0x541d,
                                      CLONE_NEWNS,
                                      CLONE_NEWUSER,
                                      CLONE_NEWNET | SIGCHLD,
                                      CLONE_VM | CLONE_FS,
                                      SIGCHLD,
                                      0x80000000,
                                      0xffffffff};
    uint64_t value = chance(4) ? likely[chance(sizeof(likely) / sizeof(likely[0]))] : chance(64);

    return chance(4) == 0 ? value | (chance(1ULL << 32) << 32) : value;
}

static struct seccomp_data random_call(uint32_t arch, uint32_t number)
{
    struct seccomp_data data = {.nr = (int)number, .arch = arch};

    for (int i = 0; i < 6; i++) {
        data.args[i] = random_argument();
        if (arch == AUDIT_ARCH_I386)
            data.args[i] = (uint32_t)data.args[i];
    }
    return data;
}

/* uprobes' own, which newer kernels let past every filter, and which end whoever makes them. */
static bool passes_filters(uint32_t number)
{
    return number == 335 || number == 336;
}

/* Every number of every way in. */
static size_t ask_all(struct bpf_question *questions, bool kernel)
{
    size_t count = 0;

    for (uint32_t number = 0; number <= NUMBERS; number++) {
        if (!kernel || !passes_filters(number))
            questions[count++].data = random_call(AUDIT_ARCH_X86_64, number);
        questions[count++].data = random_call(AUDIT_ARCH_X86_64, number | BPF_X32);
        questions[count++].data = random_call(AUDIT_ARCH_I386, number);
    }
    return count;
}

/* How much the programs took, over all wishes. */
static struct {
    size_t instructions;
    unsigned int steps;
} most;

static void assert_answer(const struct model *model, const struct seccomp_data *data,
                          uint32_t answer, const char *by)
{
    uint32_t expected = model_answer(model, data);

    if (answer == expected)
        return;
    for (size_t i = 0; model->wish->calls[i]; i++)
        print_message("wished: %s\n", model->wish->calls[i]);
    fail_msg("%s: arch %#x number %#x (%#llx, %#llx): answered %#x, not %#x", by, data->arch,
             data->nr, (unsigned long long)data->args[0], (unsigned long long)data->args[1], answer,
             expected);
}

static void assert_interpreted(const struct model *model, const struct sock_filter *program,
                               size_t count, const struct bpf_question *questions, size_t asked)
{
    for (size_t i = 0; i < asked; i++) {
        unsigned int steps = 0;

        assert_answer(model, &questions[i].data,
                      bpf_ask(program, count, &questions[i].data, &steps), "interpreter");
        if (steps > most.steps)
            most.steps = steps;
    }
    if (count > most.instructions)
        most.instructions = count;
}

static void each_call_has_the_answer_that_the_wish_says(void **state)
{
    static struct bpf_question questions[3 * (NUMBERS + 1)];

    print_message("seed %u\n", SEED);
    for (int i = 0; i < WISHES; i++) {
        struct random_wish wish;
        struct sock_filter *program;
        struct model model;
        size_t count, asked = ask_all(questions, false);

        make_wish(&wish);
        model_make(&wish.wish, &model);
        assert_int_equal(filter_build(&wish.wish, &program, &count), 0);
        assert_interpreted(&model, program, count, questions, asked);
        free(program);
        free_wish(&wish);
    }
    print_message("at the most %zu instructions, and %u of them for one call\n", most.instructions,
                  most.steps);
    assert_true(most.instructions < 4096);
}

static void the_kernel_gives_each_call_that_answer(void **state)
{
    static struct bpf_question questions[3 * (NUMBERS + 1)];

    if (under_valgrind())
        skip_because("valgrind makes calls of its own, which a filter refuses");
    print_message("seed %u\n", SEED);
    for (int i = 0; i < WISHES / 4; i++) {
        struct random_wish wish;
        struct sock_filter *program;
        struct model model;
        size_t count, asked = ask_all(questions, true);

        make_wish(&wish);
        model_make(&wish.wish, &model);
        assert_int_equal(filter_build(&wish.wish, &program, &count), 0);
        bpf_ask_kernel(program, count, questions, asked);
        for (size_t j = 0; j < asked; j++)
            assert_answer(&model, &questions[j].data, questions[j].answer, "kernel");
        free(program);
        free_wish(&wish);
    }
}

static void calls_of_an_architecture_that_is_not_ours_are_denied(void **state)
{
    static const char *const everything[] = {"@system-service", "@privileged", "@mount", NULL};
    static const uint32_t others[] = {AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, AUDIT_ARCH_S390X, 0};
    struct filter_wish wish = {.calls = everything};
    struct sock_filter *program;
    size_t count;

    assert_int_equal(filter_build(&wish, &program, &count), 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        for (int number = 0; number <= NUMBERS; number++) {
            struct seccomp_data data = {.nr = number, .arch = others[i]};
            unsigned int steps = 0;

            assert_int_not_equal(bpf_ask(program, count, &data, &steps), SECCOMP_RET_ALLOW);
        }
    }
    free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_has_the_answer_that_the_wish_says),
        cmocka_unit_test(the_kernel_gives_each_call_that_answer),
        cmocka_unit_test(calls_of_an_architecture_that_is_not_ours_are_denied),
    };

    bpf_let_libseccomp_work();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
