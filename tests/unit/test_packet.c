/*
 * Packets over a real socket: what arrives, what is refused, and that no descriptor of a peer ever
 * stays behind.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "instrumented.h"
#include "packet_line.h"

#include <sys/resource.h>

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
    };

    return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
