/*
 * SHA-256, by nettle. Helper, and admin's process; any bytes may come. They can hold passwords (a
 * guest's XML): no copy of them stays behind.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "digest.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SIZE 65536

void digest_start(struct digest *digest)
{
    sha256_init(&digest->state);
}

void digest_add(struct digest *digest, const void *data, size_t size)
{
    sha256_update(&digest->state, size, data);
}

void digest_end(struct digest *digest, char text[static DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[SHA256_DIGEST_SIZE];

    sha256_digest(&digest->state, sizeof(bytes), bytes);
    explicit_bzero(digest, sizeof(*digest));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[DIGEST_LENGTH] = '\0';
}

void digest_of(const void *data, size_t size, char text[static DIGEST_SIZE])
{
    struct digest digest;

    digest_start(&digest);
    digest_add(&digest, data, size);
    digest_end(&digest, text);
}

/* Adds the file to the digest, piece by piece through the block. */
static int add_file(struct digest *digest, int fd, uint64_t most, char *block)
{
    uint64_t offset = 0;
    ssize_t got;

    while ((got = pread(fd, block, BLOCK_SIZE, (off_t)offset)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        offset += (uint64_t)got;
        if (offset > most)
            return -EFBIG;
        digest_add(digest, block, (size_t)got);
    }
    return 0;
}

int digest_of_file(int fd, uint64_t most, char ret_text[static DIGEST_SIZE])
{
    auto_free char *block = malloc(BLOCK_SIZE);
    struct digest digest;
    int r;

    if (!block)
        return -ENOMEM;
    digest_start(&digest);
    r = add_file(&digest, fd, most, block);
    if (r == 0)
        digest_end(&digest, ret_text);
    explicit_bzero(block, BLOCK_SIZE);
    explicit_bzero(&digest, sizeof(digest));
    return r;
}
