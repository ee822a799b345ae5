/*
 * How the tests of filters ask a program: by an interpreter of what libseccomp writes, which also
 * counts, and by the kernel. The test's own process and its children.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "instrumented.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* One of x32's calls, which come under x86_64's architecture. */
#define BPF_X32 0x40000000U

/* A conditional jump's two ways. */
static inline size_t bpf_jump(const struct sock_filter *line, bool taken)
{
    return taken ? line->jt : line->jf;
}

/* What the program answers to one call, a SECCOMP_RET_ value; adds up the steps it took. */
static inline uint32_t bpf_ask(const struct sock_filter *program, size_t count,
                               const struct seccomp_data *data, unsigned int *steps)
{
    uint32_t a = 0;

    for (size_t at = 0; at < count; at++) {
        const struct sock_filter *line = &program[at];
        uint32_t k = line->k;

        ++*steps;
        switch (line->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            assert_true(k % 4 == 0 && k < sizeof(*data));
            memcpy(&a, (const char *)data + k, sizeof(a));
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            a &= k;
            break;
        case BPF_JMP | BPF_JA:
            at += k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += bpf_jump(line, a == k);
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            at += bpf_jump(line, a > k);
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            at += bpf_jump(line, a >= k);
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            at += bpf_jump(line, a & k);
            break;
        case BPF_RET | BPF_K:
            return k;
        default:
            fail_msg("an instruction that this interpreter does not know: %#x", line->code);
        }
    }
    fail_msg("the program has no end");
    return 0;
}

/* valgrind keeps seccomp(2) from libseccomp, which then takes the kernel for an old one. */
static inline void bpf_let_libseccomp_work(void)
{
    if (under_valgrind())
        seccomp_api_set(5);
}

/* One call that the kernel is asked about, and its answer: a SECCOMP_RET_ value. */
struct bpf_question {
    struct seccomp_data data;
    uint32_t answer;
};

/* In the program that the kernel gets, all is refused: each answer has an errno that stands for it,
 * which no call gives by itself. So every call can be asked about, and none is carried out. */
#define BPF_STANDS_FOR_ALLOW  3001
#define BPF_STANDS_FOR_EPERM  3002
#define BPF_STANDS_FOR_NOTIFY 3003

static inline uint32_t bpf_disguise(uint32_t answer)
{
    if (answer == SECCOMP_RET_ALLOW)
        return SECCOMP_RET_ERRNO | BPF_STANDS_FOR_ALLOW;
    if (answer == (SECCOMP_RET_ERRNO | EPERM))
        return SECCOMP_RET_ERRNO | BPF_STANDS_FOR_EPERM;
    if (answer == SECCOMP_RET_USER_NOTIF)
        return SECCOMP_RET_ERRNO | BPF_STANDS_FOR_NOTIFY;
    return answer;
}

static inline uint32_t bpf_undisguise(int error)
{
    static const uint32_t answers[] = {SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | EPERM,
                                       SECCOMP_RET_USER_NOTIF};

    if (error >= BPF_STANDS_FOR_ALLOW && error <= BPF_STANDS_FOR_NOTIFY)
        return answers[error - BPF_STANDS_FOR_ALLOW];
    return SECCOMP_RET_ERRNO | (uint32_t)error;
}

/* The call's errno, by the machine's own way in; x32's numbers go the same way. */
static inline int bpf_call_native(const struct seccomp_data *data)
{
    const uint64_t *args = (const uint64_t *)data->args;
    /* The number is not cut to 32 bits by syscall(2): x32's bit arrives. */
    long r = syscall((long)(uint32_t)data->nr, args[0], args[1], args[2], args[3], args[4],
                     args[5]);

    return r < 0 ? errno : 0;
}

#ifdef __x86_64__
/* int 0x80 from a 64-bit program: i386's calls, with 32 bits of each argument. */
static inline int bpf_call_i386(const struct seccomp_data *data)
{
    long r = data->nr;

    __asm__ volatile("int $0x80"
                     : "+a"(r)
                     : "b"((uint32_t)data->args[0]), "c"((uint32_t)data->args[1]),
                       "d"((uint32_t)data->args[2]), "S"((uint32_t)data->args[3]),
                       "D"((uint32_t)data->args[4])
                     : "memory", "r8", "r9", "r10", "r11");
    return (int)r < 0 ? -(int)r : 0;
}
#endif

static inline int bpf_call(const struct seccomp_data *data)
{
#ifdef __x86_64__
    if (data->arch == AUDIT_ARCH_I386)
        return bpf_call_i386(data);
#endif
    return bpf_call_native(data);
}

/* The child ends by a trap: its exit would be refused too. */
static inline void __attribute__((noreturn))
bpf_child_ask(struct sock_fprog *program, struct bpf_question *questions, size_t count)
{
    struct sigaction default_action = {.sa_handler = SIG_DFL};

    sigaction(SIGILL, &default_action, NULL);
    sigaction(SIGTRAP, &default_action, NULL);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, program) < 0)
        _exit(1);
    for (size_t i = 0; i < count; i++)
        questions[i].answer = bpf_undisguise(bpf_call(&questions[i].data));
    __builtin_trap();
}

/* Asks the kernel itself all these questions, none of which it carries out. */
static inline void bpf_ask_kernel(const struct sock_filter *program, size_t count,
                                  struct bpf_question *questions, size_t question_count)
{
    size_t size = question_count * sizeof(*questions);
    struct sock_filter disguised[4096];
    struct sock_fprog wanted = {.len = (unsigned short)count, .filter = disguised};
    struct bpf_question *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;
    pid_t child;

    assert_true(shared != MAP_FAILED && count <= sizeof(disguised) / sizeof(disguised[0]));
    for (size_t i = 0; i < count; i++) {
        disguised[i] = program[i];
        if (BPF_CLASS(program[i].code) == BPF_RET)
            disguised[i].k = bpf_disguise(program[i].k);
    }
    memcpy(shared, questions, size);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        bpf_child_ask(&wanted, shared, question_count);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || (WTERMSIG(status) != SIGILL && WTERMSIG(status) != SIGTRAP))
        fail_msg("the child that asks the kernel ended with status %#x", status);
    memcpy(questions, shared, size);
    munmap(shared, size);
}
