/*
 * The ways in which one record of a log can be tampered with. The test's own process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "tampering.h"

#include "cleanup.h"
#include "digest.h"
#include "seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static char *join(const struct log *log, size_t at, size_t count, size_t *ret_size)
{
    const char *first = log->lines[at].text;
    const struct line *last = &log->lines[at + count - 1];
    char *copy = malloc((size_t)(last->text + last->size - first) + 1);

    *ret_size = (size_t)(last->text + last->size - first);
    if (!copy)
        abort();
    memcpy(copy, first, *ret_size);
    copy[*ret_size] = '\0';
    return copy;
}

static void copy_one(const struct log *log, size_t at, struct tampered *ret_tampered)
{
    *ret_tampered = (struct tampered){.at = at, .taken = 1};
    ret_tampered->put = join(log, at, 1, &ret_tampered->put_size);
}

/* Another character, of the same kind where it is a digit. */
static void change_at(struct tampered *tampered, size_t offset)
{
    char *byte = tampered->put + offset;

    *byte = *byte == '1' ? '2' : '1';
}

/* Where the value of the last key of this name begins. */
static size_t value_of(const struct tampered *tampered, const char *key)
{
    char *found = NULL;

    for (char *at = tampered->put; (at = strstr(at, key)); at++)
        found = at;
    if (!found)
        abort();
    return (size_t)(found - tampered->put) + strlen(key);
}

static void change_first_byte(const struct log *log, size_t at, struct tampered *tampered)
{
    copy_one(log, at, tampered);
    change_at(tampered, 0);
}

/* Over the records, each offset in turn. */
static void change_some_byte(const struct log *log, size_t at, struct tampered *tampered)
{
    copy_one(log, at, tampered);
    change_at(tampered, at * 37 % value_of(tampered, ",\"chain\":\""));
}

static void change_chain(const struct log *log, size_t at, struct tampered *tampered)
{
    copy_one(log, at, tampered);
    change_at(tampered, value_of(tampered, ",\"chain\":\"") + at * 5 % 16);
}

static void change_seq(const struct log *log, size_t at, struct tampered *tampered)
{
    copy_one(log, at, tampered);
    change_at(tampered, value_of(tampered, ",\"seq\":"));
}

static void change_prev(const struct log *log, size_t at, struct tampered *tampered)
{
    copy_one(log, at, tampered);
    change_at(tampered, value_of(tampered, ",\"prev\":\"") + at * 5 % 64);
}

static void change_hash(const struct log *log, size_t at, struct tampered *tampered)
{
    copy_one(log, at, tampered);
    change_at(tampered, value_of(tampered, ",\"hash\":\"") + at * 5 % 64);
}

static void change_last_byte(const struct log *log, size_t at, struct tampered *tampered)
{
    copy_one(log, at, tampered);
    change_at(tampered, tampered->put_size - 2);
}

static void change_newline(const struct log *log, size_t at, struct tampered *tampered)
{
    copy_one(log, at, tampered);
    change_at(tampered, tampered->put_size - 1);
}

static void delete_record(const struct log *log, size_t at, struct tampered *tampered)
{
    *tampered = (struct tampered){.at = at, .taken = 1};
}

static void insert_copy_of(const struct log *log, size_t at, size_t of, struct tampered *tampered)
{
    copy_one(log, of, tampered);
    tampered->at = at;
    tampered->taken = 0;
}

static void insert_itself(const struct log *log, size_t at, struct tampered *tampered)
{
    insert_copy_of(log, at, at, tampered);
}

static size_t another(const struct log *log, size_t at)
{
    return (at * 7 + 300) % log->count;
}

static void insert_another(const struct log *log, size_t at, struct tampered *tampered)
{
    insert_copy_of(log, at, another(log, at), tampered);
}

/* The content of another record, sealed as the one at this place is. */
static char *forge(const struct log *log, size_t at, const struct seal *seal, size_t *ret_size)
{
    auto_free char *text = NULL;
    struct tampered other;
    char hash[DIGEST_SIZE], *line = NULL;
    int length = 0;

    copy_one(log, another(log, at), &other);
    other.put[value_of(&other, ",\"chain\":\"")] = '\0';
    if (asprintf(&text, "%s%s\",\"seq\":%" PRIu64 ",\"prev\":\"%s\"", other.put, seal->chain,
                 seal->seq, seal->prev) < 0)
        abort();
    digest_of(text, strlen(text), hash);
    length = asprintf(&line, "%s,\"hash\":\"%s\"}\n", text, hash);
    if (length < 0)
        abort();
    free(other.put);
    *ret_size = (size_t)length;
    return line;
}

/* One that follows on the record before in all. */
static void insert_forged(const struct log *log, size_t at, struct tampered *tampered)
{
    struct seal own;

    if (!seal_read(log->lines[at].text, log->lines[at].size - 1, &own))
        abort();
    *tampered = (struct tampered){.at = at};
    tampered->put = forge(log, at, &own, &tampered->put_size);
}

static void insert_ill_forged(const struct log *log, size_t at, struct tampered *tampered)
{
    insert_forged(log, at, tampered);
    change_at(tampered, value_of(tampered, ",\"hash\":\"") + at * 5 % 64);
}

static void swap_with_next(const struct log *log, size_t at, struct tampered *tampered)
{
    const struct line *first = &log->lines[at], *next = &log->lines[at + 1];

    *tampered = (struct tampered){.at = at, .taken = 2};
    tampered->put = join(log, at, 2, &tampered->put_size);
    memcpy(tampered->put, next->text, next->size);
    memcpy(tampered->put + next->size, first->text, first->size);
}

static void truncate_before(const struct log *log, size_t at, struct tampered *tampered)
{
    *tampered = (struct tampered){.at = at, .cut = true};
}

static void truncate_within(const struct log *log, size_t at, struct tampered *tampered)
{
    copy_one(log, at, tampered);
    tampered->put_size -= 1 + at * 37 % (tampered->put_size - 1);
    tampered->cut = true;
}

static const struct way change_ways[] = {
    {"first-byte", change_first_byte},
    {"some-byte", change_some_byte},
    {"chain", change_chain},
    {"seq", change_seq},
    {"prev", change_prev},
    {"hash", change_hash},
    {"last-byte", change_last_byte},
    {"another-byte", change_some_byte},
};

static const struct way newline_ways[] = {{"newline", change_newline}};

static const struct way delete_ways[] = {{"delete", delete_record}};

static const struct way insert_ways[] = {
    {"itself", insert_itself},
    {"another", insert_another},
    {"forged", insert_forged},
    {"ill-forged", insert_ill_forged},
};

static const struct way swap_ways[] = {{"swap", swap_with_next}};

static const struct way truncate_ways[] = {
    {"before", truncate_before},
    {"within", truncate_within},
};

#define WAYS(list) list, sizeof(list) / sizeof((list)[0])

const struct tampering tamperings[] = {
    {"change", WAYS(change_ways), 1, true},  {"join", WAYS(newline_ways), 2, false},
    {"delete", WAYS(delete_ways), 1, false}, {"insert", WAYS(insert_ways), 1, true},
    {"swap", WAYS(swap_ways), 1, false},     {"truncate", WAYS(truncate_ways), 0, true},
};

const size_t tampering_count = sizeof(tamperings) / sizeof(tamperings[0]);
