/*
 * The same from an i386 program: no C library, since few machines have one for it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
enum { SUCCEEDED = 0, REFUSED = 3, CANNOT = 4 };

#define I386_EXIT       1
#define I386_CLONE      120
#define I386_SOCKETCALL 102

static int call(int number, int a, int b, int c)
{
    int result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(0), "D"(0)
                     : "memory");
    return result;
}

static int parse(const char *text)
{
    int value = 0, negative = *text == '-';

    for (text += negative; *text; text++)
        value = value * 10 + *text - '0';
    return negative ? -value : value;
}

static int judge(int result)
{
    if (result >= 0)
        return SUCCEEDED;
    if (result == -1 || result == -2 || result == -13)
        return REFUSED;
    /* ENOSYS, EAFNOSUPPORT */
    return result == -38 || result == -97 ? CANNOT : SUCCEEDED;
}

static void __attribute__((used, noreturn)) begin(int *stack)
{
    static int socket_arguments[3] = {16, 3, 0};
    int count = stack[0], result, numbers[4] = {0};
    char **argv = (char **)&stack[1];

    for (int i = 1; i < count && i < 5; i++)
        numbers[i - 1] = parse(argv[i]);
    if (numbers[0] == I386_SOCKETCALL)
        numbers[2] = (int)socket_arguments;
    result = call(numbers[0], numbers[1], numbers[2], numbers[3]);
    for (;;)
        call(I386_EXIT, result == 0 && numbers[0] == I386_CLONE ? 0 : judge(result), 0, 0);
}

__asm__(".globl _start\n"
        "_start:\n"
        "    mov %esp, %eax\n"
        "    and $-16, %esp\n"
        "    sub $12, %esp\n"
        "    push %eax\n"
        "    call begin\n");
