/*
 * The chain that binds a log's records. Helper. What is read from a file was written by helpers,
 * or by whom root let write there: it is taken only in exactly the form that helpers write.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain.h"

#include "cleanup.h"
#include "number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define HEXADECIMAL "0123456789abcdef"

/* Digits of the largest 64-bit number. */
#define NUMBER_DIGITS 20

int chain_begin(struct chain *ret_chain)
{
    struct chain chain = {};
    uint64_t id;

    if (getrandom(&id, sizeof(id), 0) != sizeof(id))
        return -errno;
    snprintf(chain.id, sizeof(chain.id), "%016" PRIx64, id);
    memset(chain.hash, '0', DIGEST_LENGTH);
    *ret_chain = chain;
    return 0;
}

int chain_seal(const struct chain *chain, const char *line, size_t size, char **ret_line,
               size_t *ret_size, struct chain *ret_next)
{
    size_t kept = size - strlen("}\n"), length, room = size + CHAIN_TAIL_MAX;
    auto_free char *sealed = malloc(room);
    struct chain next = *chain;

    if (!sealed)
        return -ENOMEM;
    next.seq++;
    memcpy(sealed, line, kept);
    length = kept;
    length += (size_t)snprintf(sealed + length, room - length,
                               ",\"chain\":\"%s\",\"seq\":%" PRIu64 ",\"prev\":\"%s\"", chain->id,
                               next.seq, chain->hash);
    digest_of(sealed, length, next.hash);
    length += (size_t)snprintf(sealed + length, room - length, ",\"hash\":\"%s\"}\n", next.hash);
    *ret_line = take_pointer(&sealed);
    *ret_size = length;
    *ret_next = next;
    return 0;
}

/* Moves `*at` behind the text, where that stands there. */
static bool skip(const char **at, const char *text)
{
    size_t length = strlen(text);

    if (strncmp(*at, text, length) != 0)
        return false;
    *at += length;
    return true;
}

/* Copies `length` hexadecimal digits and moves behind them. */
static bool take_hexadecimal(const char **at, size_t length, char *ret_text)
{
    if (strspn(*at, HEXADECIMAL) != length)
        return false;
    memcpy(ret_text, *at, length);
    ret_text[length] = '\0';
    *at += length;
    return true;
}

static bool take_number(const char **at, uint64_t *ret_number)
{
    char digits[NUMBER_DIGITS + 1];
    size_t length = strspn(*at, "0123456789");

    if (length == 0 || length > NUMBER_DIGITS)
        return false;
    memcpy(digits, *at, length);
    digits[length] = '\0';
    *at += length;
    return number_parse(digits, ret_number);
}

static bool parse_tail(const char *at, struct chain *ret_chain)
{
    char previous[DIGEST_SIZE];

    return skip(&at, ",\"chain\":\"") && take_hexadecimal(&at, CHAIN_ID_SIZE - 1, ret_chain->id) &&
           skip(&at, "\",\"seq\":") && take_number(&at, &ret_chain->seq) &&
           skip(&at, ",\"prev\":\"") && take_hexadecimal(&at, DIGEST_LENGTH, previous) &&
           skip(&at, "\",\"hash\":\"") && take_hexadecimal(&at, DIGEST_LENGTH, ret_chain->hash) &&
           skip(&at, "\"}\n") && *at == '\0' && ret_chain->seq > 0 && ret_chain->seq < UINT64_MAX;
}

int chain_read(const char *text, size_t size, struct chain *ret_chain)
{
    char tail[CHAIN_TAIL_MAX + 1];
    struct chain chain = {};
    const char *last = NULL;

    if (size > CHAIN_TAIL_MAX) {
        text += size - CHAIN_TAIL_MAX;
        size = CHAIN_TAIL_MAX;
    }
    memcpy(tail, text, size);
    tail[size] = '\0';
    if (strlen(tail) != size)
        return CHAIN_E_NONE;
    /* Output in a record can look like the keys; the real ones are the last. */
    for (const char *at = tail; (at = strstr(at, ",\"chain\":\"")); at++)
        last = at;
    if (!last || !parse_tail(last, &chain))
        return CHAIN_E_NONE;
    *ret_chain = chain;
    return 0;
}

void chain_print_head(const struct chain *chain, char text[static CHAIN_HEAD_SIZE])
{
    snprintf(text, CHAIN_HEAD_SIZE, "%s:%" PRIu64 ":%s", chain->id, chain->seq, chain->hash);
}
