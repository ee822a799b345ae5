/*
 * Opens and reads a file by io_uring alone, without a library.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
    int fd;
    struct io_uring_params params;
    char *submission, *completion;
    struct io_uring_sqe *entries;
};

static void *map(const struct ring *ring, size_t size, off_t offset)
{
    void *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
                      offset);

    if (area == MAP_FAILED)
        end_by("mmap", -1);
    return area;
}

static void open_ring(struct ring *ring)
{
    memset(ring, 0, sizeof(*ring));
    ring->fd = (int)syscall(SYS_io_uring_setup, 4, &ring->params);
    if (ring->fd < 0)
        end_by("io_uring_setup", -1);
    ring->submission = map(ring, ring->params.sq_off.array + 64, IORING_OFF_SQ_RING);
    ring->completion = map(ring, ring->params.cq_off.cqes + 8 * sizeof(struct io_uring_cqe),
                           IORING_OFF_CQ_RING);
    ring->entries = map(ring, 4 * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
}

/* Submits the first entry, waits, and returns its result. */
static int run_entry(struct ring *ring)
{
    uint32_t *tail = (uint32_t *)(ring->submission + ring->params.sq_off.tail);
    uint32_t *array = (uint32_t *)(ring->submission + ring->params.sq_off.array);
    uint32_t *head = (uint32_t *)(ring->completion + ring->params.cq_off.head);
    struct io_uring_cqe *completions = (struct io_uring_cqe *)(ring->completion +
                                                               ring->params.cq_off.cqes);
    uint32_t index;

    array[*tail & (ring->params.sq_entries - 1)] = 0;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
        end_by("io_uring_enter", -1);
    index = *head & (ring->params.cq_entries - 1);
    __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
    return completions[index].res;
}

static int result_of(struct ring *ring, const struct io_uring_sqe *entry)
{
    int result;

    ring->entries[0] = *entry;
    result = run_entry(ring);
    if (result < 0) {
        errno = -result;
        end_by("io_uring", -1);
    }
    return result;
}

int main(int argc, char **argv)
{
    static char buffer[64];
    struct ring ring;
    int fd;

    if (argc != 2)
        return 2;
    open_ring(&ring);
    fd = result_of(&ring, &(struct io_uring_sqe){.opcode = IORING_OP_OPENAT,
                                                 .fd = AT_FDCWD,
                                                 .addr = (uintptr_t)argv[1],
                                                 .open_flags = O_RDWR});
    end_by("io_uring", result_of(&ring, &(struct io_uring_sqe){.opcode = IORING_OP_READ,
                                                               .fd = fd,
                                                               .addr = (uintptr_t)buffer,
                                                               .len = sizeof(buffer)}));
}
