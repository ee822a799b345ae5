/*
 * Packets over a real socket: what arrives, what is refused, and that no descriptor of a peer ever
 * stays behind.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "packet.h"

#include "cleanup.h"
#include "decode.h"
#include "encode.h"
#include "fd.h"
#include "instrumented.h"
#include "open_fds.h"
#include "samples.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

/* Two connected ends, what was received, and how many descriptors there were before. */
struct line {
    int client, helper;
    size_t fds;
    struct packet packet;
    struct message message;
    int bulk_fd;
    uint64_t id;
};

static int set_up(void **state)
{
    struct line *line = calloc(1, sizeof(*line));
    int pair[2];

    if (!line || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    line->client = pair[0];
    line->helper = pair[1];
    line->bulk_fd = -EBADF;
    line->fds = open_fds();
    *state = line;
    return 0;
}

/* Fails the test where a descriptor is left over. */
static int tear_down(void **state)
{
    struct line *line = *state;
    int r = open_fds() == line->fds ? 0 : -1;

    close(line->client);
    close(line->helper);
    free(line);
    return r;
}

/* Sends as a peer may that does not use this library: any bytes, any number of descriptors. */
static void send_raw(int socket, const void *data, size_t size, const int *fds, size_t fd_count)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))] = {0};
    struct iovec vector = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1};

    if (fd_count > 0) {
        struct cmsghdr *rights;

        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, fd_count * sizeof(int));
    }
    assert_int_equal(sendmsg(socket, &header, MSG_DONTWAIT), size);
}

static const struct sample *sample_named(const char *name)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        if (strcmp(samples[i].name, name) == 0)
            return &samples[i];
    fail_msg("there is no sample %s", name);
    return NULL;
}

static int sealed(const char *content)
{
    int fd;

    assert_int_equal(fd_sealed_memfd("test", content, strlen(content), &fd), 0);
    return fd;
}

/* A sealed memfd of this many zero bytes, which take no memory. */
static int sealed_zeros(size_t size)
{
    int fd;

    assert_int_equal(fd_new_memfd("test", &fd), 0);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    assert_int_equal(fd_seal(fd), 0);
    return fd;
}

/* Receives what `sample`'s side has sent, and decodes it. */
static int take(struct line *line, const struct sample *sample)
{
    int socket = sample->side == SIDE_CLIENT ? line->helper : line->client;
    int r = packet_receive(socket, &line->packet);

    return r != 0 ? r
                  : packet_decode(&line->packet, sample->side, &line->message, &line->bulk_fd,
                                  &line->id);
}

/* Sends the sample's bytes with these descriptors, whatever it announces, and answers as take(). */
static int carry(struct line *line, const char *name, const int *fds, size_t fd_count)
{
    const struct sample *sample = sample_named(name);
    struct encoded encoded;

    assert_int_equal(message_encode(&sample->message, sample->side, &encoded), 0);
    send_raw(sample->side == SIDE_CLIENT ? line->client : line->helper, encoded.data, encoded.size,
             fds, fd_count);
    free(encoded.data);
    return take(line, sample);
}

/* Whether an ordinary call comes through: the line has not suffered. */
static void assert_next_is_served(struct line *line)
{
    assert_int_equal(carry(line, "call", NULL, 0), 0);
    assert_string_equal(line->message.call.object, "d1");
    message_clear(&line->message);
}

static void assert_content(int fd, const char *content)
{
    char data[256];
    ssize_t size = pread(fd, data, sizeof(data), 0);

    assert_int_equal(size, strlen(content));
    assert_memory_equal(data, content, (size_t)size);
}

/* --- packets --- */

static void a_packet_arrives_with_its_bytes_and_descriptors(void **state)
{
    struct line *line = *state;
    int fds[2] = {sealed("one"), sealed("two")};

    assert_int_equal(packet_send(line->client, (const uint8_t *)"bytes", 5, fds, 2), 0);
    assert_int_equal(packet_receive(line->helper, &line->packet), 0);
    assert_int_equal(line->packet.size, 5);
    assert_memory_equal(line->packet.data, "bytes", 5);
    assert_int_equal(line->packet.fd_count, 2);
    assert_content(line->packet.fds[0], "one");
    assert_content(line->packet.fds[1], "two");
    packet_clear(&line->packet);
    close(fds[0]);
    close(fds[1]);
}

static void received_descriptors_are_close_on_exec(void **state)
{
    struct line *line = *state;
    int fd = sealed("one");

    assert_int_equal(packet_send(line->client, (const uint8_t *)"x", 1, &fd, 1), 0);
    assert_int_equal(packet_receive(line->helper, &line->packet), 0);
    assert_true(fcntl(line->packet.fds[0], F_GETFD) & FD_CLOEXEC);
    packet_clear(&line->packet);
    close(fd);
}

static void the_largest_packet_arrives_whole(void **state)
{
    static uint8_t data[PROTOCOL_PACKET_MAX];
    struct line *line = *state;

    memset(data, 'x', sizeof(data));
    assert_int_equal(packet_send(line->client, data, sizeof(data), NULL, 0), 0);
    assert_int_equal(packet_receive(line->helper, &line->packet), 0);
    assert_int_equal(line->packet.size, sizeof(data));
    assert_memory_equal(line->packet.data, data, sizeof(data));
}

static void what_cannot_be_a_packet_is_not_sent(void **state)
{
    static uint8_t data[PROTOCOL_PACKET_MAX + 1];
    const int fds[3] = {0, 1, 2};
    struct line *line = *state;

    assert_int_equal(packet_send(line->client, data, 0, NULL, 0), -EINVAL);
    assert_int_equal(packet_send(line->client, data, 1, fds, 3), -EINVAL);
    assert_int_equal(packet_send(line->client, data, sizeof(data), NULL, 0), -EMSGSIZE);
    assert_int_equal(packet_receive(line->helper, &line->packet), -EAGAIN);
}

static void nothing_there_is_told_without_waiting(void **state)
{
    struct line *line = *state;

    assert_int_equal(packet_receive(line->helper, &line->packet), -EAGAIN);
    assert_next_is_served(line);
}

static void a_full_socket_is_told_without_waiting(void **state)
{
    static const uint8_t data[4096];
    struct line *line = *state;
    int r = 0, count = 0;

    while (r == 0 && count++ < 100000)
        r = packet_send(line->client, data, sizeof(data), NULL, 0);
    assert_int_equal(r, -EAGAIN);
}

static void the_end_is_told_without_a_signal(void **state)
{
    struct line *line = *state;

    close_fd(&line->helper);
    assert_int_equal(packet_receive(line->client, &line->packet), -EPIPE);
    assert_int_equal(packet_send(line->client, (const uint8_t *)"x", 1, NULL, 0), -EPIPE);
    line->fds--;
}

static void an_empty_packet_is_the_end_and_its_descriptors_are_closed(void **state)
{
    struct line *line = *state;
    int fd = sealed("one");

    send_raw(line->client, "", 0, &fd, 1);
    assert_int_equal(packet_receive(line->helper, &line->packet), -EPIPE);
    close(fd);
}

static void too_large_a_packet_is_dropped_with_its_descriptors(void **state)
{
    static char data[PROTOCOL_PACKET_MAX + 1];
    struct line *line = *state;
    int fd = sealed("one");

    send_raw(line->client, data, sizeof(data), &fd, 1);
    assert_int_equal(packet_receive(line->helper, &line->packet), PROTOCOL_E_TOO_LARGE);
    assert_int_equal(line->packet.fd_count, 0);
    close(fd);
    assert_next_is_served(line);
}

static void more_descriptors_than_two_are_refused_and_all_closed(void **state)
{
    static const size_t counts[] = {3, 16, 253};
    struct line *line = *state;
    int fds[253], fd = sealed("one");

    for (size_t i = 0; i < 253; i++)
        fds[i] = fd;
    for (size_t i = 0; i < 3; i++) {
        send_raw(line->client, "x", 1, fds, counts[i]);
        assert_int_equal(packet_receive(line->helper, &line->packet), PROTOCOL_E_FDS);
        assert_int_equal(open_fds(), line->fds + 1);
    }
    close(fd);
    assert_next_is_served(line);
}

/* Receives with room for one more descriptor than `highest`. */
static int receive_with_little_room(struct line *line, int highest)
{
    struct rlimit before, little;
    int r;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    little = before;
    little.rlim_cur = (rlim_t)highest + 2;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &little), 0);
    r = packet_receive(line->helper, &line->packet);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    return r;
}

static void descriptors_that_find_no_room_are_told_and_the_next_packet_is_served(void **state)
{
    struct line *line = *state;
    int fds[2];

    if (under_valgrind())
        skip_because("valgrind keeps the limit on descriptors from the kernel");
    fds[0] = sealed("one");
    fds[1] = sealed("two");
    assert_int_equal(packet_send(line->client, (const uint8_t *)"x", 1, fds, 2), 0);
    assert_int_equal(receive_with_little_room(line, fds[1]), -EMFILE);
    assert_int_equal(open_fds(), line->fds + 2);
    close(fds[0]);
    close(fds[1]);
    assert_next_is_served(line);
}

/* --- messages and their descriptors --- */

static void each_message_is_carried_with_what_it_announces(void **state)
{
    struct line *line = *state;

    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        const struct sample *sample = &samples[i];
        int socket = sample->side == SIDE_CLIENT ? line->client : line->helper;
        bool bulk = message_fd_count(&sample->message, sample->side) > 0;
        int fd = bulk ? sealed("bulk") : -EBADF;

        assert_int_equal(packet_send_message(socket, &sample->message, sample->side, fd), 0);
        close_fd(&fd);
        assert_int_equal(take(line, sample), 0);
        assert_int_equal(line->message.type, sample->message.type);
        assert_true(line->id == sample->message.id);
        if (bulk)
            assert_content(line->bulk_fd, "bulk");
        else
            assert_true(line->bulk_fd < 0);
        close_fd(&line->bulk_fd);
        message_clear(&line->message);
    }
}

static void a_descriptor_where_none_belongs_is_refused_and_closed(void **state)
{
    struct line *line = *state;
    int fds[2] = {sealed("one"), sealed("two")};

    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        size_t count = message_fd_count(&samples[i].message, samples[i].side);

        if (count == 2)
            continue;
        assert_int_equal(carry(line, samples[i].name, fds, count + 1), PROTOCOL_E_FDS);
        assert_true(line->id == samples[i].message.id);
    }
    close(fds[0]);
    close(fds[1]);
    assert_next_is_served(line);
}

static void a_descriptor_that_is_announced_and_missing_is_refused(void **state)
{
    struct line *line = *state;
    int fd = sealed("[]");

    assert_int_equal(carry(line, "call-full", NULL, 0), PROTOCOL_E_FDS);
    assert_int_equal(carry(line, "verdict-scripts", NULL, 0), PROTOCOL_E_FDS);
    assert_int_equal(carry(line, "verdict-details", &fd, 1), PROTOCOL_E_FDS);
    close(fd);
    assert_next_is_served(line);
}

static void assert_stdin_refused(struct line *line, int fd)
{
    assert_true(fd >= 0);
    assert_int_equal(carry(line, "call-full", &fd, 1), PROTOCOL_E_FDS);
    assert_true(line->id == UINT64_MAX);
    close(fd);
}

static void stdin_that_could_still_change_is_refused(void **state)
{
    const int seals[] = {F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE};
    struct line *line = *state;
    int fd;

    assert_int_equal(fd_new_memfd("test", &fd), 0);
    assert_stdin_refused(line, fd);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(fd_new_memfd("test", &fd), 0);
        assert_int_equal(fcntl(fd, F_ADD_SEALS, FD_FINAL_SEALS & ~seals[i]), 0);
        assert_stdin_refused(line, fd);
    }
    assert_next_is_served(line);
}

static void stdin_that_is_no_memfd_is_refused(void **state)
{
    struct line *line = *state;
    int pair[2];

    assert_int_equal(pipe(pair), 0);
    assert_stdin_refused(line, pair[0]);
    close(pair[1]);
    assert_stdin_refused(line, open("/etc/passwd", O_RDONLY));
    assert_stdin_refused(line, open("/", O_PATH | O_DIRECTORY));
    assert_stdin_refused(line, socket(AF_UNIX, SOCK_SEQPACKET, 0));
    assert_next_is_served(line);
}

static void stdin_is_allowed_up_to_its_limit(void **state)
{
    struct line *line = *state;
    int fd = sealed_zeros(PROTOCOL_BULK_MAX);

    assert_int_equal(carry(line, "call-full", &fd, 1), 0);
    close_fd(&line->bulk_fd);
    message_clear(&line->message);
    close(fd);
    assert_stdin_refused(line, sealed_zeros(PROTOCOL_BULK_MAX + 1));
}

static void a_refused_field_is_named_and_its_packets_descriptors_are_closed(void **state)
{
    static const uint8_t bad[] = {0x94, 1, 2, 7, 0x81, 0xa5, 'c', 'l', 'a', 's', 's', 2};
    struct line *line = *state;
    int fd = sealed("one");

    send_raw(line->client, bad, sizeof(bad), &fd, 1);
    assert_int_equal(packet_receive(line->helper, &line->packet), 0);
    assert_int_equal(
        packet_decode(&line->packet, SIDE_CLIENT, &line->message, &line->bulk_fd, &line->id),
        PROTOCOL_E_FIELD);
    assert_string_equal(line->packet.wrong_field, "class");
    assert_true(line->id == 7);
    close(fd);
    assert_next_is_served(line);
}

static void a_message_and_its_descriptor_that_do_not_agree_are_not_sent(void **state)
{
    struct line *line = *state;
    int fd = sealed("one");

    assert_int_equal(
        packet_send_message(line->client, &sample_named("call")->message, SIDE_CLIENT, fd),
        -EINVAL);
    assert_int_equal(
        packet_send_message(line->client, &sample_named("call-full")->message, SIDE_CLIENT, -1),
        -EINVAL);
    assert_int_equal(packet_receive(line->helper, &line->packet), -EAGAIN);
    close(fd);
}

static void a_packet_can_be_kept_and_sent_when_its_makers_things_are_gone(void **state)
{
    const struct sample *sample = sample_named("call-full");
    struct line *line = *state;
    struct outgoing outgoing;
    int fd = sealed("bulk");

    assert_int_equal(packet_encode(&sample->message, SIDE_CLIENT, fd, &outgoing), 0);
    close(fd);
    assert_int_equal(
        packet_send(line->client, outgoing.data, outgoing.size, outgoing.fds, outgoing.fd_count),
        0);
    outgoing_clear(&outgoing);
    assert_int_equal(take(line, sample), 0);
    assert_content(line->bulk_fd, "bulk");
    close_fd(&line->bulk_fd);
    message_clear(&line->message);
}

/* --- details --- */

static void scripts_that_do_not_fit_into_the_packet_arrive_all_the_same(void **state)
{
    static struct message_script scripts[PROTOCOL_SCRIPTS_MAX];
    const struct sample verdict = {.side = SIDE_HELPER,
                                   .message = {.type = MESSAGE_VERDICT,
                                               .id = 7,
                                               .verdict = {.reason = "ok",
                                                           .message = "",
                                                           .script_count = PROTOCOL_SCRIPTS_MAX,
                                                           .scripts = scripts}}};
    struct line *line = *state;

    for (size_t i = 0; i < PROTOCOL_SCRIPTS_MAX; i++)
        scripts[i] = (struct message_script){.path = "/h/qemu", .duration_ms = i};
    assert_int_equal(packet_send_message(line->helper, &verdict.message, SIDE_HELPER, -1), 0);
    assert_int_equal(take(line, &verdict), 0);
    assert_true(line->message.verdict.has_details);
    assert_int_equal(line->message.verdict.script_count, PROTOCOL_SCRIPTS_MAX);
    for (size_t i = 0; i < PROTOCOL_SCRIPTS_MAX; i++)
        assert_int_equal(line->message.verdict.scripts[i].duration_ms, i);
    assert_true(line->bulk_fd < 0);
    message_clear(&line->message);
}

static void scripts_that_fit_go_in_the_packet(void **state)
{
    const struct sample *sample = sample_named("verdict-scripts");
    struct line *line = *state;
    int fd = sealed("xml");

    assert_int_equal(packet_send_message(line->helper, &sample->message, SIDE_HELPER, fd), 0);
    assert_int_equal(packet_receive(line->client, &line->packet), 0);
    assert_int_equal(line->packet.fd_count, 1);
    packet_clear(&line->packet);
    close(fd);
}

/* Sends a verdict with output and these details, and answers as take(). */
static int carry_details(struct line *line, int details)
{
    int fds[2] = {sealed("xml"), details};
    int r;

    assert_true(details >= 0);
    r = carry(line, "verdict-details", fds, 2);
    close(fds[0]);
    close(fds[1]);
    return r;
}

static void details_are_read_from_their_start_wherever_their_offset_is(void **state)
{
    struct line *line = *state;
    int details = sealed("\x90");

    assert_int_equal(lseek(details, 1, SEEK_SET), 1);
    assert_int_equal(carry_details(line, details), 0);
    assert_content(line->bulk_fd, "xml");
    close_fd(&line->bulk_fd);
    message_clear(&line->message);
}

static void bad_details_are_refused_with_their_own_error(void **state)
{
    struct line *line = *state;
    int unsealed;

    assert_int_equal(fd_new_memfd("test", &unsealed), 0);
    assert_int_equal(carry_details(line, unsealed), PROTOCOL_E_FDS);
    assert_int_equal(carry_details(line, sealed_zeros(PROTOCOL_DETAILS_MAX + 1)), PROTOCOL_E_FDS);
    assert_int_equal(carry_details(line, sealed("")), PROTOCOL_E_TRUNCATED);
    assert_int_equal(carry_details(line, sealed("\x91")), PROTOCOL_E_TRUNCATED);
    assert_int_equal(carry_details(line, sealed("\x90\x90")), PROTOCOL_E_TRAILING);
    assert_int_equal(carry_details(line, sealed("\x80")), PROTOCOL_E_SHAPE);
    assert_int_equal(carry_details(line, sealed("\x91\x01")), PROTOCOL_E_FIELD);
    assert_int_equal(carry_details(line, sealed("\x91\xdd\xff\xff\xff\xff")), PROTOCOL_E_TOO_MANY);
}

#define on_a_line(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_a_line(a_packet_arrives_with_its_bytes_and_descriptors),
        on_a_line(received_descriptors_are_close_on_exec),
        on_a_line(the_largest_packet_arrives_whole),
        on_a_line(what_cannot_be_a_packet_is_not_sent),
        on_a_line(nothing_there_is_told_without_waiting),
        on_a_line(a_full_socket_is_told_without_waiting),
        on_a_line(the_end_is_told_without_a_signal),
        on_a_line(an_empty_packet_is_the_end_and_its_descriptors_are_closed),
        on_a_line(too_large_a_packet_is_dropped_with_its_descriptors),
        on_a_line(more_descriptors_than_two_are_refused_and_all_closed),
        on_a_line(descriptors_that_find_no_room_are_told_and_the_next_packet_is_served),
        on_a_line(each_message_is_carried_with_what_it_announces),
        on_a_line(a_descriptor_where_none_belongs_is_refused_and_closed),
        on_a_line(a_descriptor_that_is_announced_and_missing_is_refused),
        on_a_line(stdin_that_could_still_change_is_refused),
        on_a_line(stdin_that_is_no_memfd_is_refused),
        on_a_line(stdin_is_allowed_up_to_its_limit),
        on_a_line(a_refused_field_is_named_and_its_packets_descriptors_are_closed),
        on_a_line(a_message_and_its_descriptor_that_do_not_agree_are_not_sent),
        on_a_line(a_packet_can_be_kept_and_sent_when_its_makers_things_are_gone),
        on_a_line(scripts_that_do_not_fit_into_the_packet_arrive_all_the_same),
        on_a_line(scripts_that_fit_go_in_the_packet),
        on_a_line(details_are_read_from_their_start_wherever_their_offset_is),
        on_a_line(bad_details_are_refused_with_their_own_error),
    };

    return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
