/*
 * Makes a system call that no profile allows, as often and as fast as it can: in so many processes,
 * until it is killed. An alarm every millisecond interrupts those that wait for the answer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static void ignore(int number)
{
}

static void interrupt_often(void)
{
    struct itimerval often = {.it_interval = {.tv_usec = 1000}, .it_value = {.tv_usec = 1000}};
    struct sigaction action = {.sa_handler = ignore};

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 1000000;
    int others = argc > 2 ? atoi(argv[2]) : 0;

    if (argc > 3)
        interrupt_often();
    while (others-- > 0 && fork() > 0)
        ;
    for (long i = 0; i < count; i++)
        syscall(SYS_swapoff, "/nonexistent");
    return 0;
}
