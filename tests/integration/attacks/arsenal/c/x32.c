/*
 * One system call by x32's numbers, which have one bit more than x86_64's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <sys/syscall.h>
#include <unistd.h>

#define X32_BIT 0x40000000L

int main(int argc, char **argv)
{
    long numbers[4] = {0};

    for (int i = 1; i < argc && i < 5; i++)
        numbers[i - 1] = strtol(argv[i], NULL, 0);
    /* A kernel with x32 knows who asks; one without answers ENOSYS to all. */
    if (syscall(X32_BIT | SYS_getpid) < 0 && errno == ENOSYS) {
        puts("this kernel has no x32");
        return CANNOT;
    }
    end_by("x32", syscall(X32_BIT | numbers[0], numbers[1], numbers[2], numbers[3]));
}
