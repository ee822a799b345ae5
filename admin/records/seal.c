/*
 * What a record's line tells of its place in a chain. Admin's process; whatever bytes the line
 * holds. It is read from its end: what stands before these keys can look like them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "seal.h"

#include "digest.h"
#include "number.h"

#include <string.h>

#define DIGITS      "0123456789"
#define HEXADECIMAL DIGITS "abcdef"

_Static_assert(sizeof(((struct seal *)NULL)->hash) == DIGEST_SIZE, "a hash is a digest");

/* Digits of the largest 64-bit number. */
#define NUMBER_DIGITS 20

/* What is left of a line as keys are taken off its end. */
struct rest {
    const char *line;
    size_t size;
};

static bool take_text(struct rest *rest, const char *text)
{
    size_t length = strlen(text);

    if (rest->size < length || memcmp(rest->line + rest->size - length, text, length) != 0)
        return false;
    rest->size -= length;
    return true;
}

static size_t count_digits(const struct rest *rest, const char *digits, size_t most)
{
    size_t count = 0;

    while (count < most && count < rest->size && rest->line[rest->size - count - 1] != '\0' &&
           strchr(digits, rest->line[rest->size - count - 1]))
        count++;
    return count;
}

/* Copies so many characters off the end. */
static void take(struct rest *rest, size_t length, char *ret_text)
{
    rest->size -= length;
    memcpy(ret_text, rest->line + rest->size, length);
    ret_text[length] = '\0';
}

static bool take_hexadecimal(struct rest *rest, size_t length, char *ret_text)
{
    if (count_digits(rest, HEXADECIMAL, length) != length)
        return false;
    take(rest, length, ret_text);
    return true;
}

static bool take_seq(struct rest *rest, uint64_t *ret_seq)
{
    char digits[NUMBER_DIGITS + 1];

    take(rest, count_digits(rest, DIGITS, NUMBER_DIGITS), digits);
    return number_parse(digits, ret_seq) && *ret_seq > 0 && *ret_seq < UINT64_MAX;
}

bool seal_read(const char *line, size_t size, struct seal *ret_seal)
{
    struct rest rest = {.line = line, .size = size};
    struct seal seal;
    size_t hashed;

    if (!take_text(&rest, "\"}") || !take_hexadecimal(&rest, SEAL_HASH_LENGTH, seal.hash) ||
        !take_text(&rest, ",\"hash\":\""))
        return false;
    hashed = rest.size;
    if (!take_text(&rest, "\"") || !take_hexadecimal(&rest, SEAL_HASH_LENGTH, seal.prev) ||
        !take_text(&rest, ",\"prev\":\"") || !take_seq(&rest, &seal.seq) ||
        !take_text(&rest, "\",\"seq\":") ||
        !take_hexadecimal(&rest, SEAL_CHAIN_LENGTH, seal.chain) ||
        !take_text(&rest, ",\"chain\":\""))
        return false;
    digest_of(line, hashed, seal.actual);
    *ret_seal = seal;
    return true;
}

bool seal_fits(const struct seal *seal)
{
    return strcmp(seal->hash, seal->actual) == 0;
}

bool seal_begins(const struct seal *seal)
{
    return seal->seq == 1 && strspn(seal->prev, "0") == SEAL_HASH_LENGTH;
}

bool seal_links(const struct seal *seal, const struct seal *next)
{
    return strcmp(next->prev, seal->hash) == 0 || strcmp(next->prev, seal->actual) == 0;
}

bool seal_read_head(const char *text, struct seal *ret_seal)
{
    struct rest rest = {.line = text, .size = strlen(text)};
    struct seal seal = {0};

    if (!take_hexadecimal(&rest, SEAL_HASH_LENGTH, seal.hash) || !take_text(&rest, ":") ||
        !take_seq(&rest, &seal.seq) || !take_text(&rest, ":") || rest.size != SEAL_CHAIN_LENGTH ||
        !take_hexadecimal(&rest, SEAL_CHAIN_LENGTH, seal.chain))
        return false;
    *ret_seal = seal;
    return true;
}
