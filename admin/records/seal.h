/*
 * What a record's line tells of its place in a chain: the keys at its end, as docs/audit.md has
 * them. Admin's process; whatever bytes the line holds.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters of a chain's name, in hexadecimal, without and with their NUL. */
#define SEAL_CHAIN_LENGTH 16
#define SEAL_CHAIN_SIZE   (SEAL_CHAIN_LENGTH + 1)

/* The same of a hash. */
#define SEAL_HASH_LENGTH 64
#define SEAL_HASH_SIZE   (SEAL_HASH_LENGTH + 1)

struct seal {
    char chain[SEAL_CHAIN_SIZE];
    uint64_t seq; /* from 1, below UINT64_MAX */
    char prev[SEAL_HASH_SIZE];
    char hash[SEAL_HASH_SIZE];   /* as the line has it */
    char actual[SEAL_HASH_SIZE]; /* of the line's bytes; the same where none was changed */
};

/*
 * Reads a line without its newline. False where it does not end as a record of a chain does, in
 * exactly the form that helpers write.
 */
bool seal_read(const char *line, size_t size, struct seal *ret_seal);

/* Whether the line's bytes are those that were sealed. */
bool seal_fits(const struct seal *seal);

/* Whether it is the first record of a chain. */
bool seal_begins(const struct seal *seal);

/* Whether `next` carries the hash of this one, the one that it has or the one that it should. */
bool seal_links(const struct seal *seal, const struct seal *next);

/* Reads a head, "CHAIN:SEQ:HASH", into these fields of the seal; false where it is none. */
bool seal_read_head(const char *text, struct seal *ret_seal);
