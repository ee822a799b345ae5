/*
 * What virteventd must not forget over its own end. Any thread; one lock, which is held while a
 * line is written, and while the file is written anew.
 *
 * Lines are appended only to a file that is known to be sound: where an append failed, the next
 * change first has the file written anew, at most once a second.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "store.h"

#include "cleanup.h"
#include "clock.h"
#include "fd.h"
#include "store_file.h"
#include "store_line.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define RETRY_MS 1000

/* A smaller file is not written anew, and neither is one of which a quarter is still of use. */
#define REWRITE_LEAST (1024UL * 1024)
#define REWRITE_RATIO 4

struct store {
    pthread_mutex_t lock;
    char *path;
    int fd;
    uint64_t size;      /* of the file */
    uint64_t base_size; /* of what in it was no delivery, when it was last written anew */
    bool is_unsound;    /* the file is not what the ledger says */
    uint64_t retry_at_ms;
    struct ledger ledger;
    uint64_t next; /* sequence number, to be given */
    struct delivery *undone;
};

#define auto_store __attribute__((cleanup(cleanup_store)))

static void cleanup_store(struct store **slot)
{
    store_close(*slot);
}

static void say_unsound(struct store *store, int error)
{
    if (!store->is_unsound)
        fprintf(stderr,
                "virteventd: %s cannot be written: %s; events that come now would be lost if "
                "virteventd ended\n",
                store->path, strerror(-error));
    store->is_unsound = true;
}

static int rewrite(struct store *store)
{
    int r = store_file_rewrite(store->path, &store->fd, &store->ledger, &store->size);

    if (r < 0) {
        say_unsound(store, r);
        store->retry_at_ms = clock_now_ms() + RETRY_MS;
        return r;
    }
    if (store->is_unsound)
        fprintf(stderr, "virteventd: %s is written again\n", store->path);
    store->is_unsound = false;
    store->base_size = store->size - store->ledger.undone_bytes;
    return 0;
}

/* Whether the file is sound, made so where it can be. */
static int make_sound(struct store *store)
{
    if (!store->is_unsound)
        return 0;
    return clock_now_ms() < store->retry_at_ms ? -EIO : rewrite(store);
}

/* Appends the line, which it takes over, in one write(2). */
static int append(struct store *store, char *text, struct ledger_line *ret_line)
{
    auto_free char *line = text;
    size_t size = line ? strlen(line) : 0;
    ssize_t written;
    int r;

    if (!line)
        return -ENOMEM;
    r = make_sound(store);
    if (r < 0)
        return r;
    written = pwrite(store->fd, line, size, (off_t)store->size);
    if (written != (ssize_t)size) {
        r = written < 0 ? -errno : -ENOSPC;
        say_unsound(store, r);
        return r;
    }
    if (ret_line)
        *ret_line = (struct ledger_line){.offset = store->size, .size = size};
    store->size += size;
    return 0;
}

static void rewrite_if_grown(struct store *store)
{
    uint64_t used = store->base_size + store->ledger.undone_bytes;

    if (!store->is_unsound && store->size > REWRITE_LEAST && store->size / REWRITE_RATIO > used)
        (void)rewrite(store);
}

static int read_undone(struct store *store)
{
    struct delivery **end = &store->undone;

    for (size_t i = 0; i < store->ledger.count; i++) {
        const struct ledger_entry *entry = &store->ledger.entries[i];
        int r = entry->done ? 0 : store_file_read_entry(store->fd, entry, end);

        if (r < 0)
            return r;
        if (*end)
            end = &(*end)->next;
    }
    return 0;
}

static int keep_damaged(const struct store *store, size_t damaged)
{
    int r = store_file_keep_damaged(store->path);

    if (r < 0)
        fprintf(stderr, "virteventd: %s is damaged and cannot be kept as %s.damaged: %s\n",
                store->path, store->path, strerror(-r));
    else
        fprintf(stderr,
                "virteventd: %s is damaged, lines that cannot be read: %zu; the others are used, "
                "and it is kept as %s.damaged\n",
                store->path, damaged, store->path);
    return r;
}

static int read_file(struct store *store)
{
    size_t damaged = 0;
    int r = store_file_read(store->fd, &store->ledger, &damaged);
    off_t size = lseek(store->fd, 0, SEEK_END);

    if (r == -EFBIG) {
        ledger_clear(&store->ledger);
        r = 0;
    }
    if (r == 0 && size > 0 && !store->ledger.prefix[0] && damaged == 0)
        damaged = 1;
    if (r == 0 && damaged > 0)
        r = keep_damaged(store, damaged);
    if (r == 0 && !store->ledger.prefix[0])
        r = delivery_make_prefix(store->ledger.prefix);
    if (store->ledger.next == 0)
        store->ledger.next = 1;
    store->next = store->ledger.next;
    return r;
}

int store_open(const char *path, struct store **ret_store)
{
    auto_store struct store *store = calloc(1, sizeof(*store));
    int r;

    if (!store)
        return -ENOMEM;
    pthread_mutex_init(&store->lock, NULL);
    store->fd = -EBADF;
    store->path = strdup(path);
    r = store->path ? store_file_open(path, &store->fd) : -ENOMEM;
    if (r == 0)
        r = read_file(store);
    if (r == 0)
        r = read_undone(store);
    if (r < 0)
        return r;
    (void)rewrite(store);
    *ret_store = take_pointer(&store);
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    ledger_clear(&store->ledger);
    delivery_free_all(store->undone);
    close_fd(&store->fd);
    free(store->path);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

const char *store_prefix(const struct store *store)
{
    return store->ledger.prefix;
}

uint64_t store_next_sequence(struct store *store)
{
    uint64_t sequence;

    pthread_mutex_lock(&store->lock);
    sequence = store->next++;
    pthread_mutex_unlock(&store->lock);
    return sequence;
}

struct delivery *store_take_undone(struct store *store)
{
    return take_pointer(&store->undone);
}

static int copy_states(const struct states *from, struct states *to)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < from->count; i++) {
        const struct state *state = &from->list[i];

        if (!state->gone)
            r = states_put(to, state->kind, state->uuid, state->name, state->active,
                           state->transient);
    }
    to->known = from->known;
    return r;
}

/* Takes over what the copy has; on failure the copy is emptied and the slot stays. */
static int replace_states(const struct states *from, struct states *slot)
{
    struct states copy = {0};
    int r = copy_states(from, &copy);

    if (r < 0) {
        states_clear(&copy);
        return r;
    }
    states_clear(slot);
    *slot = copy;
    return 0;
}

int store_get_states(struct store *store, const char *uri, struct states *ret_states)
{
    const struct states *states;
    int r;

    pthread_mutex_lock(&store->lock);
    states = ledger_states(&store->ledger, uri);
    r = states ? replace_states(states, ret_states) : -ENOMEM;
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_put_states(struct store *store, const char *uri, const struct states *states)
{
    struct states *slot;
    int r;

    pthread_mutex_lock(&store->lock);
    slot = ledger_states(&store->ledger, uri);
    r = slot ? replace_states(states, slot) : -ENOMEM;
    if (r == 0)
        slot->known = true;
    if (r == 0)
        r = append(store, store_line_states(uri, slot), NULL);
    rewrite_if_grown(store);
    pthread_mutex_unlock(&store->lock);
    return r;
}

static int add(struct store *store, const struct delivery *delivery)
{
    struct ledger_line line = {0};
    int r = append(store, store_line_event(delivery), &line);

    if (r == 0)
        return ledger_add(&store->ledger, delivery, line);
    store->ledger.next = delivery->sequence + 1;
    (void)ledger_note(&store->ledger, delivery);
    return r;
}

int store_add(struct store *store, const struct delivery *delivery)
{
    int r;

    pthread_mutex_lock(&store->lock);
    r = add(store, delivery);
    rewrite_if_grown(store);
    pthread_mutex_unlock(&store->lock);
    return r;
}

/* One that could not be kept has no line that could change. */
static int change(struct store *store, const struct delivery *delivery, bool done)
{
    struct ledger_entry *entry = ledger_find(&store->ledger, delivery->sequence);
    struct ledger_line line = {0};
    int r;

    if (!entry)
        return 0;
    r = append(store, done ? store_line_done(delivery->sequence) : store_line_retry(delivery),
               &line);
    if (done)
        ledger_set_done(&store->ledger, entry);
    else if (r == 0)
        ledger_set_retry(&store->ledger, entry, line);
    return r;
}

int store_retry(struct store *store, const struct delivery *delivery)
{
    int r;

    pthread_mutex_lock(&store->lock);
    r = change(store, delivery, false);
    rewrite_if_grown(store);
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_done(struct store *store, const struct delivery *delivery)
{
    int r;

    pthread_mutex_lock(&store->lock);
    r = change(store, delivery, true);
    rewrite_if_grown(store);
    pthread_mutex_unlock(&store->lock);
    return r;
}
