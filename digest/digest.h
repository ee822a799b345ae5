/*
 * SHA-256, of what is recorded: lines of the log, stdin, scripts. Helper, and admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

/* Characters of a digest in lowercase hexadecimal, without and with a NUL. */
#define DIGEST_LENGTH 64
#define DIGEST_SIZE   (DIGEST_LENGTH + 1)

struct digest {
    struct sha256_ctx state;
};

void digest_start(struct digest *digest);
void digest_add(struct digest *digest, const void *data, size_t size);
void digest_end(struct digest *digest, char text[static DIGEST_SIZE]);

/* Of `size` bytes at once. */
void digest_of(const void *data, size_t size, char text[static DIGEST_SIZE]);

/*
 * Of a file from its start to its end, whatever its offset is, which stays as it is. Returns 0,
 * -EFBIG where there are more than `most` bytes, or another negative errno of pread(2).
 */
int digest_of_file(int fd, uint64_t most, char ret_text[static DIGEST_SIZE]);
