/*
 * One i386 system call from a 64-bit program. Pointers are left NULL: what the kernel says of them
 * is enough. socketcall(2) needs its arguments in the low 4 GiB.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <stdint.h>
#include <sys/mman.h>

#define I386_SOCKETCALL 102

static long int80(long number, long a, long b, long c)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(0L), "D"(0L)
                     : "memory", "r8", "r9", "r10", "r11");
    return (int32_t)result;
}

/* socket(AF_NETLINK, SOCK_RAW, 0) as the multiplexer wants it. */
static long low_arguments(void)
{
    uint32_t *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    if (low == MAP_FAILED)
        exit(2);
    low[0] = 16;
    low[1] = 3;
    low[2] = 0;
    return (long)(uintptr_t)low;
}

int main(int argc, char **argv)
{
    long numbers[4] = {0}, result;

    for (int i = 1; i < argc && i < 5; i++)
        numbers[i - 1] = strtol(argv[i], NULL, 0);
    if (numbers[0] == I386_SOCKETCALL)
        numbers[2] = low_arguments();
    result = int80(numbers[0], numbers[1], numbers[2], numbers[3]);
    if (result == 0 && numbers[0] == 120)
        _Exit(0);
    errno = result < 0 ? (int)-result : 0;
    end_by("int 0x80", result < 0 ? -1 : result);
}
