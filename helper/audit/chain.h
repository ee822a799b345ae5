/*
 * The chain that binds a log's records: each carries the hash of the one before, so that none can
 * be changed, taken out or put in without a trace. docs/audit.md, Chain, says what that proves and
 * what not. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "digest.h"

#include <stddef.h>
#include <stdint.h>

/* Characters of a chain's name, in hexadecimal, with their NUL. */
#define CHAIN_ID_SIZE (16 + 1)

/* Bytes at the end of a line that hold all that chain_seal() adds, the number of 20 digits. */
#define CHAIN_TAIL_MAX 256

/* "CHAIN:SEQ:HASH" with its NUL. */
#define CHAIN_HEAD_SIZE (CHAIN_ID_SIZE + 20 + 1 + DIGEST_SIZE)

/* The line has no place in a chain. */
#define CHAIN_E_NONE 1

/* A chain as its last record left it. */
struct chain {
    char id[CHAIN_ID_SIZE];
    uint64_t seq;           /* of the last record; 0: there is none yet */
    char hash[DIGEST_SIZE]; /* of the last record; zeros where there is none */
};

/* A chain without a record, of a name that no other has. Returns 0 or a negative errno. */
int chain_begin(struct chain *ret_chain);

/*
 * Makes of a line, a JSON object and its newline, the next one of the chain. Returns 0 with the
 * line, which the caller frees, and the chain as it is when the line is written; or -ENOMEM.
 */
int chain_seal(const struct chain *chain, const char *line, size_t size, char **ret_line,
               size_t *ret_size, struct chain *ret_next);

/*
 * Reads how a chain goes on from the end of its last line, of which `text` holds the last
 * CHAIN_TAIL_MAX bytes or all, with the newline. Returns 0 or CHAIN_E_NONE.
 */
int chain_read(const char *text, size_t size, struct chain *ret_chain);

/* What to keep elsewhere, so that a cut tail shows. */
void chain_print_head(const struct chain *chain, char text[static CHAIN_HEAD_SIZE]);
