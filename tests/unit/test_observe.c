/*
 * What a permissive script calls, and its profile would have refused, is seen, once, and goes on.
 * Each deed is done by a real process under a real filter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "observing.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/un.h>

/* x32 is told from the machine's own calls by this bit of the number alone. */
#define X32_BIT 0x40000000

static int calls_that_are_not_listed(void)
{
    return syscall(SYS_add_key, NULL, NULL, NULL, 0, 0) == 0 || errno == EPERM ||
           syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 0) != 0;
}

static void a_call_that_the_profile_does_not_list_is_told_and_goes_on(void **state)
{
    observe(calls_that_are_not_listed);
    assert_int_equal(seen_count, 2);
    assert_call(0, SYS_add_key);
    assert_call(1, SYS_kcmp);
}

static int calls_a_thousand_times(void)
{
    for (int i = 0; i < 1000; i++)
        syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 0);
    return 0;
}

static void what_is_done_again_is_not_told_again(void **state)
{
    observe(calls_a_thousand_times);
    assert_int_equal(seen_count, 1);
}

static int makes_sockets(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) < 0 || socket(AF_INET, SOCK_DGRAM, 0) < 0 ||
           socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC) < 0;
}

static void a_socket_is_told_by_its_family(void **state)
{
    observe(makes_sockets);
    assert_value(0, SIGHT_SOCKET, AF_INET);
    assert_value(1, SIGHT_SOCKET, AF_NETLINK);
    assert_value(2, SIGHT_UNKNOWN, AF_NETLINK);
    assert_int_equal(seen_count, 3);
}

/* Of this type, by sendto(2) or sendmsg(2): one that names no device, so that nothing is done. */
static int send_of_type(uint16_t type, bool as_message)
{
    struct nlmsghdr header = {
        .nlmsg_len = sizeof(header), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST};
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct iovec part = {.iov_base = &header, .iov_len = sizeof(header)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ssize_t sent = as_message ? sendmsg(fd, &message, 0)
                              : sendto(fd, &header, sizeof(header), 0, (struct sockaddr *)&kernel,
                                       sizeof(kernel));

    return sent < 0;
}

static int asks_by_netlink(void)
{
    return send_of_type(RTM_GETLINK, false) || send_of_type(RTM_GETLINK, true);
}

static int changes_by_netlink(void)
{
    return send_of_type(RTM_DELLINK, true);
}

static int changes_by_netlink_and_address(void)
{
    return send_of_type(RTM_DELLINK, false);
}

static void who_asks_by_netlink_needs_the_network_alone(void **state)
{
    observe(asks_by_netlink);
    assert_value(0, SIGHT_SOCKET, AF_NETLINK);
    assert_int_equal(seen[1].observed.sight, SIGHT_NETWORK);
    assert_int_equal(seen[2].observed.sight, SIGHT_NETWORK);
    assert_int_equal(seen_count, 3);
}

static void who_changes_something_by_netlink_needs_a_capability(void **state)
{
    observe(changes_by_netlink);
    assert_int_equal(seen[1].observed.sight, SIGHT_NETWORK);
    assert_value(2, SIGHT_CAPABILITY, CAP_NET_ADMIN);
    observe(changes_by_netlink_and_address);
    assert_value(2, SIGHT_CAPABILITY, CAP_NET_ADMIN);
    assert_int_equal(seen_count, 3);
}

static int connect_unix(const char *path, size_t length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path, path, length);
    return connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address,
                   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
}

static int connects(void)
{
    const char *path = in_root("hidden/socket");

    return connect_unix(path, strlen(path)) < 0 || connect_unix("\0name", 5) == 0 ||
           connect_unix("/run/virthook-gone", 18) == 0;
}

static void a_connection_is_told_by_its_path_or_name(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, in_root("hidden/socket"));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    observe(connects);
    assert_seen(0, SIGHT_CONNECT, in_root("hidden/socket"));
    assert_seen(1, SIGHT_CONNECT, "@name");
    assert_int_equal(seen_count, 2);
    close(fd);
}

static int takes_privileges(void)
{
    uid_t own = geteuid();

    return setresuid(own, own, own) < 0 || syscall(SYS_setgroups, 0, NULL) == 1 ||
           chown(in_root("writable"), own, (gid_t)-1) < 0 ||
           chown(in_root("writable"), 12345, (gid_t)-1) == 1;
}

static void a_capability_that_the_call_needs_is_told_and_none_that_it_does_not(void **state)
{
    observe(takes_privileges);
    assert_value(0, SIGHT_CAPABILITY, CAP_SETGID);
    assert_value(1, SIGHT_CAPABILITY, CAP_CHOWN);
    assert_int_equal(seen_count, 2);
}

static int makes_a_namespace(void)
{
    return syscall(SYS_clone, CLONE_NEWUSER | CLONE_FS, NULL, NULL, NULL, NULL) >= 0 ||
           ioctl(0, TIOCSTI, NULL) >= 0;
}

static void what_no_profile_grants_is_told_as_such(void **state)
{
    observe(makes_a_namespace);
    assert_value(0, SIGHT_CALL, 1);
    assert_int_equal(seen[0].observed.number, SYS_clone);
    assert_value(1, SIGHT_CALL, 1);
    assert_int_equal(seen[1].observed.number, SYS_ioctl);
    assert_int_equal(seen_count, 2);
}

static int names_thousands(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    for (int i = 0; i < 2 * RUNNER_SIGHTS_MAX; i++) {
        snprintf(address.sun_path + 1, 16, "%d", i);
        if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
            return 1;
    }
    return 0;
}

static void of_thousands_only_so_many_are_told_and_that_there_are_more(void **state)
{
    observe(names_thousands);
    assert_int_equal(seen_count, RUNNER_SIGHTS_MAX);
    assert_int_equal(seen[RUNNER_SIGHTS_MAX - 1].observed.sight, SIGHT_MORE);
}

static uint32_t ask(long number, struct seccomp_data data)
{
    unsigned int steps = 0;

    data.nr = (int)number;
    data.arch = seccomp_arch_native();
    return bpf_ask(plan->filter, plan->filter_count, &data, &steps);
}

static void the_filter_asks_about_what_is_watched_or_not_listed_and_nothing_else(void **state)
{
    const struct seccomp_data none = {0}, of_fd = {.args = {3, 0, 0, AT_EMPTY_PATH}};
    struct profile profile = watched();

    prepare(&full, &profile);
    assert_int_equal(ask(SYS_read, none), SECCOMP_RET_ALLOW);
    assert_int_equal(ask(SYS_clone, none), SECCOMP_RET_ALLOW);
    assert_int_equal(ask(SYS_sendto, none), SECCOMP_RET_ALLOW);
    assert_int_equal(ask(SYS_newfstatat, of_fd), SECCOMP_RET_ALLOW);
    assert_int_equal(ask(SYS_newfstatat, none), SECCOMP_RET_USER_NOTIF);
    assert_int_equal(ask(SYS_openat, none), SECCOMP_RET_USER_NOTIF);
    assert_int_equal(ask(SYS_bpf, none), SECCOMP_RET_USER_NOTIF);
    assert_int_equal(ask(SYS_clone3, none), SECCOMP_RET_ERRNO | ENOSYS);
}

#ifdef __x86_64__
/* i386's mkdir(2), by the 32-bit way into the kernel, with its path below 4 GiB. */
static int makes_a_folder_by_i386(void)
{
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
                     -1, 0);
    long answer = 39;

    if (low == MAP_FAILED)
        return 1;
    strcpy(low, in_root("narrow"));
    __asm__ volatile("int $0x80"
                     : "+a"(answer)
                     : "b"((long)low), "c"(0700L)
                     : "memory", "r8", "r9", "r10", "r11");
    return answer != 0;
}

static void a_32_bit_call_is_told_like_others(void **state)
{
    observe(makes_a_folder_by_i386);
    assert_seen(0, SIGHT_CREATE, in_root("narrow"));
    assert_int_equal(seen_count, 1);
}

static int calls_by_x32(void)
{
    syscall(X32_BIT | SYS_getpid);
    return 0;
}

static void an_x32_call_is_told_with_its_number(void **state)
{
    observe(calls_by_x32);
    assert_int_equal(seen_count, 1);
    assert_call(0, X32_BIT | SYS_getpid);
}
#endif

/* Numbers that are good descriptors, sizes and flags as well as bad ones. */
static unsigned long any_argument(char *texts, size_t size)
{
    switch (random() % 5) {
    case 0:
        return (unsigned long)random() % 8;
    case 1:
        return (unsigned long)AT_FDCWD;
    case 2:
        return (unsigned long)random() << (random() % 40);
    default:
        return (unsigned long)(texts + random() % (long)size);
    }
}

/* Bytes of paths, socket addresses, and garbage, up to the last mapped one. */
static void fill_with_anything(char *texts, size_t size)
{
    static const char bits[] = "//..\0\0\1\2/proc/self/fd/1/dev/stderr\0@\xff";

    for (size_t i = 0; i < size; i++) {
        if (random() % 3)
            texts[i] = bits[random() % (long)sizeof(bits)];
        else
            texts[i] = (char)(random() & 0x7f);
    }
}

/* As nobody, so that nothing can come to harm. Calls that would end or stop the child are left out:
 * those that are watched neither do. */
static int makes_any_calls(void)
{
    static const int calls[] = {
        SYS_openat,  SYS_openat2,   SYS_newfstatat, SYS_statx,      SYS_faccessat, SYS_readlinkat,
        SYS_mkdirat, SYS_mknodat,   SYS_symlinkat,  SYS_linkat,     SYS_unlinkat,  SYS_renameat2,
        SYS_connect, SYS_bind,      SYS_sendto,     SYS_socket,     SYS_ioctl,     SYS_mount,
        SYS_umount2, SYS_fchownat,  SYS_setxattr,   SYS_utimensat,  SYS_truncate,  SYS_chdir,
        SYS_fchmod,  SYS_setresuid, SYS_setgroups,  SYS_move_mount, SYS_execve,    SYS_execveat,
    };
    const size_t size = 4096;
    char *texts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (texts == MAP_FAILED || chdir("/") < 0 || setgroups(0, NULL) < 0 || setgid(65534) < 0 ||
        setuid(65534) < 0)
        return 1;
    for (int i = 0; i < 20000; i++) {
        unsigned long arguments[6];

        if (i % 64 == 0)
            fill_with_anything(texts, size);
        for (size_t j = 0; j < 6; j++)
            arguments[j] = any_argument(texts, size);
        syscall(calls[(size_t)random() % (sizeof(calls) / sizeof(calls[0]))], arguments[0],
                arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    }
    return 0;
}

static void whatever_a_script_calls_its_observer_goes_on(void **state)
{
    if (geteuid() != 0)
        skip();
    srandom(1);
    observe(makes_any_calls);
    assert_true(seen_count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        observe_test(a_call_that_the_profile_does_not_list_is_told_and_goes_on),
        observe_test(what_is_done_again_is_not_told_again),
        observe_test(a_socket_is_told_by_its_family),
        observe_test(who_asks_by_netlink_needs_the_network_alone),
        observe_test(who_changes_something_by_netlink_needs_a_capability),
        observe_test(a_connection_is_told_by_its_path_or_name),
        observe_test(a_capability_that_the_call_needs_is_told_and_none_that_it_does_not),
        observe_test(what_no_profile_grants_is_told_as_such),
        observe_test(of_thousands_only_so_many_are_told_and_that_there_are_more),
        observe_test(the_filter_asks_about_what_is_watched_or_not_listed_and_nothing_else),
        observe_test(whatever_a_script_calls_its_observer_goes_on),
#ifdef __x86_64__
        observe_test(a_32_bit_call_is_told_like_others),
        observe_test(an_x32_call_is_told_with_its_number),
#endif
    };

    return cmocka_run_group_tests_name("observe", tests, NULL, NULL);
}
