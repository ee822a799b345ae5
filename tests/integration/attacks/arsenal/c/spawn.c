/*
 * Processes that a Python script cannot make: by raw clone(2) and clone3(2), by vfork(2), traced.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void __attribute__((noreturn)) end_by_child(const char *what, long pid)
{
    int error = errno;

    if (pid == 0)
        _exit(0);
    if (pid > 0)
        waitpid((pid_t)pid, NULL, 0);
    errno = error;
    /* To programs that may not use it, clone3(2) is not there. */
    if (pid < 0 && error == ENOSYS)
        exit(REFUSED);
    end_by(what, pid);
}

static void clone_with(uint64_t flags)
{
    end_by_child("clone", syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL));
}

static void clone3_with(uint64_t flags)
{
    struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};

    end_by_child("clone3", syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

/* A child of the caller's parent. */
static void sibling(unsigned int seconds)
{
    long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);

    if (pid == 0) {
        setsid();
        sleep(seconds);
        _exit(0);
    }
    end_by("clone", pid);
}

static void traced(unsigned int seconds)
{
    pid_t pid = fork();

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        sleep(seconds);
        _exit(0);
    }
    sleep(seconds);
}

/* The parent is in the kernel until its child ends, and no signal but SIGKILL wakes it. */
static void vforked(unsigned int seconds)
{
    if (vfork() == 0) {
        sleep(seconds);
        _exit(0);
    }
}

int main(int argc, char **argv)
{
    uint64_t number = argc == 3 ? strtoull(argv[2], NULL, 0) : 0;

    if (argc != 3)
        return 2;
    if (strcmp(argv[1], "clone") == 0)
        clone_with(number);
    if (strcmp(argv[1], "clone3") == 0)
        clone3_with(number);
    if (strcmp(argv[1], "parent") == 0)
        sibling((unsigned int)number);
    if (strcmp(argv[1], "traced") == 0)
        traced((unsigned int)number);
    if (strcmp(argv[1], "vfork") == 0)
        vforked((unsigned int)number);
    if (strcmp(argv[1], "sleep") == 0)
        sleep((unsigned int)number);
    return 2;
}
