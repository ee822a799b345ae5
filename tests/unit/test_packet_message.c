/*
 * Messages over a real socket with the descriptors that they announce, and no others.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "packet_line.h"

#include <sys/mman.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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

    return cmocka_run_group_tests_name("packet_message", tests, NULL, NULL);
}
