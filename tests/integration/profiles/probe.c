/*
 * A script that tells how it is held: it does what each line of its stdin says, and prints one
 * answer for it. Statically linked, so that it runs under almost any profile.
 *
 *   f PATH          the file, up to a line with a single dot
 *   l PATH          where the link leads
 *   r PATH          reads one byte: how many there were, or -errno
 *   w PATH          makes a file and removes it: 0 or -errno
 *   x PATH          whether it may be executed, by mode and rules: 0 or -errno
 *   a NAME          connects to this abstract socket: 0 or -errno
 *   b               the securebits
 *   k NR            makes this call with arguments that no call takes: -errno
 *   c ARCH NR A B   asks the filter about this call, which is not carried out: its -errno
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* The sixth argument of a call that is only asked about: no call has six that count here. */
#define ONLY_ASK 0x5eacc0deU

static char input[1 << 20];

/* Long enough for all answers: nothing is written before the end, since write(2) is asked about
 * too. */
static char output[1 << 20];
static size_t used;

static void say(const char *text, size_t size)
{
    if (size > sizeof(output) - used)
        _exit(3);
    memcpy(output + used, text, size);
    used += size;
}

static void answer(long value)
{
    char text[32];

    say(text, (size_t)snprintf(text, sizeof(text), "%ld\n", value));
}

static void print_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size;

    while (fd >= 0 && (size = read(fd, output + used, sizeof(output) - used)) > 0)
        used += (size_t)size;
    close(fd);
    say("\n.\n", 3);
}

static void print_link(const char *path)
{
    char target[256];
    ssize_t size = readlink(path, target, sizeof(target));

    if (size > 0)
        say(target, (size_t)size);
    say("\n", 1);
}

static long try_read(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, &byte, 1);
    long result = size < 0 ? -errno : size;

    close(fd);
    return result;
}

static long try_write(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return -errno;
    close(fd);
    return unlink(path) < 0 ? -errno : 0;
}

/* AT_EXECVE_CHECK, since Linux 6.14: all but the execution. */
static long try_execute(const char *path)
{
    return syscall(SYS_execveat, AT_FDCWD, path, NULL, NULL, 0x10000) < 0 ? -errno : 0;
}

static long try_connect(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    long result;

    if (fd < 0)
        return -errno;
    memcpy(address.sun_path + 1, name, strlen(name));
    result = connect(fd, (struct sockaddr *)&address, (socklen_t)size) < 0 ? -errno : 0;
    close(fd);
    return result;
}

/*
 * One more filter, behind the profile's: what that one allows is not carried out but answered
 * ENOSYS, as the kernel does where SECCOMP_RET_TRACE finds no tracer; what it refuses comes first.
 */
static void only_ask(void)
{
    static struct sock_filter lines[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ONLY_ASK, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    static struct sock_fprog program = {4, lines};
    static int is_there;

    if (is_there++)
        return;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        _exit(4);
}

static long ask_native(long number, unsigned long first, unsigned long second)
{
    return syscall(number, first, second, 0, 0, 0, (unsigned long)ONLY_ASK) < 0 ? -errno : 0;
}

/* The sixth argument is in ebp, which the compiler may need; below rsp may be what it keeps. */
static long ask_i386(long number, unsigned long first, unsigned long second)
{
    long result = number;

    __asm__ volatile("sub $128, %%rsp\n\tpush %%rbp\n\tmov %[mark], %%ebp\n\t"
                     "int $0x80\n\tpop %%rbp\n\tadd $128, %%rsp"
                     : "+a"(result)
                     : "b"(first), "c"(second), "d"(0), "S"(0), "D"(0), [mark] "i"(ONLY_ASK)
                     : "memory", "cc", "r8", "r9", "r10", "r11");
    return (int)result;
}

static void ask(char *words)
{
    char arch = *words++;
    long number = strtol(words, &words, 0);
    unsigned long first = strtoul(words, &words, 0), second = strtoul(words, &words, 0);

    only_ask();
    answer(arch == 'n' ? ask_native(number, first, second) : ask_i386(number, first, second));
}

static void obey(char command, char *words)
{
    if (command == 'f')
        print_file(words);
    else if (command == 'l')
        print_link(words);
    else if (command == 'r')
        answer(try_read(words));
    else if (command == 'w')
        answer(try_write(words));
    else if (command == 'x')
        answer(try_execute(words));
    else if (command == 'a')
        answer(try_connect(words));
    else if (command == 'b')
        answer(prctl(PR_GET_SECUREBITS));
    else if (command == 'k')
        answer(syscall(strtol(words, NULL, 0), -1L, -1L, -1L, -1L, -1L, -1L) < 0 ? -errno : 0);
    else if (command == 'c')
        ask(words);
    else
        _exit(2);
}

static size_t read_input(void)
{
    size_t size = 0;
    ssize_t got;

    while ((got = read(0, input + size, sizeof(input) - 1 - size)) > 0)
        size += (size_t)got;
    return size;
}

int main(void)
{
    char *rest = input;
    size_t size = read_input(), done = 0;
    char *line;

    input[size] = '\0';
    while ((line = strsep(&rest, "\n"))) {
        if (*line)
            obey(line[0], line + 2);
    }
    while (done < used) {
        ssize_t count = write(1, output + done, used - done);

        if (count < 0)
            return 1;
        done += (size_t)count;
    }
    return 0;
}
