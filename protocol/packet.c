/*
 * One packet in, one packet out: SOCK_SEQPACKET with descriptors by SCM_RIGHTS. Both sides. What is
 * received is untrusted, bytes and descriptors alike.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "packet.h"

#include "cleanup.h"
#include "decode.h"
#include "encode.h"
#include "fd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* The most descriptors that the kernel carries with one packet (its SCM_MAX_FD). */
#define KERNEL_FDS_MAX 253

/* Room for the descriptors that we send, aligned as the kernel wants it. */
union control {
    struct cmsghdr rights;
    char room[CMSG_SPACE(PROTOCOL_FDS_MAX * sizeof(int))];
};

static void attach_fds(struct msghdr *header, union control *control, const int *fds,
                       size_t fd_count)
{
    control->rights.cmsg_level = SOL_SOCKET;
    control->rights.cmsg_type = SCM_RIGHTS;
    control->rights.cmsg_len = CMSG_LEN(fd_count * sizeof(int));
    memcpy(CMSG_DATA(&control->rights), fds, fd_count * sizeof(int));
    header->msg_control = control;
    header->msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
}

int packet_send(int socket, const uint8_t *data, size_t size, const int *fds, size_t fd_count)
{
    struct iovec vector = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1};
    union control control = {0};
    ssize_t sent;

    if (size == 0 || fd_count > PROTOCOL_FDS_MAX)
        return -EINVAL;
    if (size > PROTOCOL_PACKET_MAX)
        return -EMSGSIZE;
    if (fd_count > 0)
        attach_fds(&header, &control, fds, fd_count);
    do
        sent = sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

/* Takes the descriptors of one control message; those over PROTOCOL_FDS_MAX are closed and counted.
 */
static void take_rights(struct cmsghdr *rights, struct packet *packet)
{
    size_t count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);

    for (size_t i = 0; i < count; i++) {
        int fd;

        memcpy(&fd, CMSG_DATA(rights) + i * sizeof(int), sizeof(int));
        if (packet->fd_count < PROTOCOL_FDS_MAX)
            packet->fds[packet->fd_count] = fd;
        else
            close(fd);
        packet->fd_count++;
    }
}

static void take_control(struct msghdr *header, struct packet *packet)
{
    struct cmsghdr *control;

    for (control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control))
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS)
            take_rights(control, packet);
}

/* Whether the packet came whole. Its descriptors are the packet's by now. */
static int judge(const struct msghdr *header, struct packet *packet)
{
    if (packet->size == 0)
        return -EPIPE;
    if (packet->fd_count > PROTOCOL_FDS_MAX)
        return PROTOCOL_E_FDS;
    if (header->msg_flags & MSG_CTRUNC)
        return -EMFILE;
    if (header->msg_flags & MSG_TRUNC)
        return PROTOCOL_E_TOO_LARGE;
    return 0;
}

int packet_receive(int socket, struct packet *ret_packet)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(KERNEL_FDS_MAX * sizeof(int))];
    struct iovec vector = {.iov_base = ret_packet->data, .iov_len = sizeof(ret_packet->data)};
    struct msghdr header = {.msg_iov = &vector,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = sizeof(control)};
    ssize_t size;
    int r;

    ret_packet->size = 0;
    ret_packet->fd_count = 0;
    do
        size = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (size < 0 && errno == EINTR);
    if (size < 0)
        return -errno;
    ret_packet->size = (size_t)size;
    take_control(&header, ret_packet);
    r = judge(&header, ret_packet);
    if (r != 0)
        packet_clear(ret_packet);
    return r;
}

void packet_clear(struct packet *packet)
{
    for (size_t i = 0; i < packet->fd_count && i < PROTOCOL_FDS_MAX; i++)
        close_fd(&packet->fds[i]);
    packet->fd_count = 0;
    packet->size = 0;
}

static bool announces_bulk(const struct message *message, enum message_side side)
{
    if (side == SIDE_CLIENT)
        return message->type == MESSAGE_CALL && message->call.has_stdin;
    return message->type == MESSAGE_VERDICT && message->verdict.has_output;
}

static int add_bulk(struct outgoing *outgoing, int bulk_fd)
{
    int copy;

    if (bulk_fd < 0)
        return 0;
    copy = fcntl(bulk_fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return -errno;
    outgoing->fds[outgoing->fd_count++] = copy;
    return 0;
}

static int add_details(struct outgoing *outgoing, const struct message_verdict *verdict)
{
    auto_free uint8_t *data = NULL;
    struct encoded scripts;
    int r, fd;

    r = message_encode_scripts(verdict->scripts, verdict->script_count, &scripts);
    if (r < 0)
        return r;
    data = scripts.data;
    r = fd_sealed_memfd("virthook-details", scripts.data, scripts.size, &fd);
    if (r < 0)
        return r;
    outgoing->fds[outgoing->fd_count++] = fd;
    return 0;
}

static int encode_bytes(struct outgoing *outgoing, const struct message *message,
                        enum message_side side)
{
    struct encoded encoded;
    int r = message_encode(message, side, &encoded);

    if (r < 0)
        return r;
    outgoing->data = encoded.data;
    outgoing->size = encoded.size;
    return 0;
}

static int encode_outgoing(struct outgoing *outgoing, const struct message *message,
                           enum message_side side)
{
    bool verdict = side == SIDE_HELPER && message->type == MESSAGE_VERDICT;
    struct message brief = *message;
    int r = -EMSGSIZE;

    if (!verdict || !message->verdict.has_details)
        r = encode_bytes(outgoing, message, side);
    if (r != -EMSGSIZE || !verdict)
        return r;
    brief.verdict.has_details = true;
    r = add_details(outgoing, &message->verdict);
    return r < 0 ? r : encode_bytes(outgoing, &brief, side);
}

int packet_encode(const struct message *message, enum message_side side, int bulk_fd,
                  struct outgoing *ret_outgoing)
{
    struct outgoing outgoing = {};
    int r;

    if (announces_bulk(message, side) != (bulk_fd >= 0))
        return -EINVAL;
    r = add_bulk(&outgoing, bulk_fd);
    if (r == 0)
        r = encode_outgoing(&outgoing, message, side);
    if (r < 0) {
        outgoing_clear(&outgoing);
        return r;
    }
    *ret_outgoing = outgoing;
    return 0;
}

void outgoing_clear(struct outgoing *outgoing)
{
    for (size_t i = 0; i < outgoing->fd_count; i++)
        close_fd(&outgoing->fds[i]);
    free(outgoing->data);
    *outgoing = (struct outgoing){};
}

int packet_send_message(int socket, const struct message *message, enum message_side side,
                        int bulk_fd)
{
    struct outgoing outgoing;
    int r = packet_encode(message, side, bulk_fd, &outgoing);

    if (r < 0)
        return r;
    r = packet_send(socket, outgoing.data, outgoing.size, outgoing.fds, outgoing.fd_count);
    outgoing_clear(&outgoing);
    return r;
}

static int decode_details(int fd, struct message *message)
{
    auto_free uint8_t *data = NULL;
    size_t size;
    int r;

    if (!fd_is_final(fd, &size) || size > PROTOCOL_DETAILS_MAX)
        return PROTOCOL_E_FDS;
    data = malloc(size + 1);
    if (!data)
        return -ENOMEM;
    r = fd_read_final(fd, data, size);
    if (r != 0)
        return r;
    return message_decode_scripts(data, size, &message->verdict, &message->details);
}

/* Judges the descriptors that came with `message`, bulk data first, then details. */
static int check_fds(const struct packet *packet, enum message_side side, struct message *message)
{
    bool bulk = announces_bulk(message, side);
    size_t size;

    if (packet->fd_count != message_fd_count(message, side))
        return PROTOCOL_E_FDS;
    if (bulk && (!fd_is_final(packet->fds[0], &size) || size > PROTOCOL_BULK_MAX))
        return PROTOCOL_E_FDS;
    if (packet->fd_count > (size_t)bulk)
        return decode_details(packet->fds[bulk ? 1 : 0], message);
    return 0;
}

int packet_decode(struct packet *packet, enum message_side side, struct message *ret_message,
                  int *ret_bulk_fd, uint64_t *ret_id)
{
    auto_message struct message message = {0};
    struct decode_fault fault;
    int r;

    r = message_decode_fault(packet->data, packet->size, side, &message, &fault);
    packet->wrong_field = fault.field;
    *ret_id = fault.id;
    if (r == 0)
        r = check_fds(packet, side, &message);
    if (r != 0) {
        packet_clear(packet);
        return r;
    }
    *ret_bulk_fd = announces_bulk(&message, side) ? take_fd(&packet->fds[0]) : -EBADF;
    packet_clear(packet);
    *ret_message = message;
    memset(&message, 0, sizeof(message));
    return 0;
}
