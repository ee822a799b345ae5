/*
 * Every tampering with one record of a log, at each of its records in turn: `verify_each LOG`
 * makes the tampered log in memory, verifies it with the code of `virt-hook log --verify`, and
 * expects one break, which names that record; of a cut tail, that the kept head does not hold.
 * Where a tampering can be done in several ways, the records take turns; `verify_each LOG all`
 * tries each way at each record, which takes some times longer.
 *
 * Prints "TAMPERING COUNT" for each; what was not found goes to stderr, and the status is 1. Run
 * by tests/integration/verify: in this number, starting a command for each would take minutes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "expected.h"
#include "tampering.h"
#include "verify_log.h"

#include "cleanup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* What verifying told. */
struct told {
    uint64_t breaks;
    bool named;
    uint64_t record; /* the number that is to be named */
    struct expected head;
};

static void put(int fd, off_t *at, const char *text, size_t size)
{
    if (size > 0 && pwrite(fd, text, size, *at) != (ssize_t)size)
        abort();
    *at += (off_t)size;
}

/* Makes the tampered log in `fd`; gives a descriptor of its own for it. */
static int write_tampered(int fd, const struct log *log, const struct tampered *tampered)
{
    const char *end = log->lines[log->count - 1].text + log->lines[log->count - 1].size;
    size_t after = tampered->at + tampered->taken;
    const char *rest = after < log->count ? log->lines[after].text : end;
    off_t size = 0;

    put(fd, &size, log->text, (size_t)(log->lines[tampered->at].text - log->text));
    put(fd, &size, tampered->put, tampered->put_size);
    if (!tampered->cut)
        put(fd, &size, rest, (size_t)(end - rest));
    if (ftruncate(fd, size) < 0 || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    return dup(fd);
}

static void note_finding(void *context, const struct finding *finding)
{
    struct told *told = context;
    uint64_t end = finding->line + finding->lines;

    if (!finding_is_break(finding))
        return;
    told->breaks++;
    if (finding->seq <= told->record && told->record <= finding->last_seq)
        told->named = true;
    if (finding->line <= told->record && told->record < end)
        told->named = true;
    /* Of two that were swapped, one stands right when the other is said to stand wrong. */
    if (finding->kind == FINDING_MOVED && finding->line == told->record + 1)
        told->named = true;
}

static void note_record(void *context, const struct sighting *sighting)
{
    struct told *told = context;

    expected_see(&told->head, sighting);
}

static void read_head(const struct log *log, char **ret_text, struct expected *ret_head)
{
    const struct line *last = &log->lines[log->count - 1];
    struct seal seal;

    if (!seal_read(last->text, last->size - 1, &seal) ||
        asprintf(ret_text, "%s:%" PRIu64 ":%s", seal.chain, seal.seq, seal.hash) < 0 ||
        !expected_read(*ret_text, ret_head))
        abort();
}

static struct told verify(int fd, const struct log *log, const struct tampered *tampered,
                          const struct expected *head)
{
    struct told told = {.record = tampered->at + 1, .head = *head};
    struct verify_listener listener = {.context = &told, .find = note_finding, .see = note_record};
    char path[] = "service.log";
    struct log_file file = {
        .path = path, .own_size = strlen(path), .fd = write_tampered(fd, log, tampered)};
    struct verify_summary summary;

    if (verify_log(&file, 1, &listener, &summary) < 0 || summary.damaged)
        abort();
    return told;
}

/* Whether the tampering was found, and nothing else. */
static bool is_found(const struct tampering *tampering, const struct told *told)
{
    if (tampering->breaks == 0)
        return told->breaks == 0 && !expected_holds(&told->head);
    return told->breaks >= 1 && told->breaks <= tampering->breaks && told->named;
}

/* Whether this way at this record is found. */
static bool try_one(int fd, const struct tampering *tampering, const struct way *way,
                    const struct log *log, size_t at, const struct expected *head)
{
    struct tampered tampered;
    struct told told;

    way->make(log, at, &tampered);
    told = verify(fd, log, &tampered, head);
    free(tampered.put);
    if (is_found(tampering, &told))
        return true;
    fprintf(stderr, "%s, %s, at record %zu: %" PRIu64 " breaks, %s\n", tampering->name, way->name,
            at + 1, told.breaks, told.named ? "named" : "not named");
    return false;
}

/* How many were missed. */
static size_t try_everywhere(int fd, const struct tampering *tampering, const struct log *log,
                             const struct expected *head, bool all)
{
    size_t records = tampering->to_last ? log->count : log->count - 1;
    size_t ways = all ? tampering->count : 1, missed = 0;

    for (size_t at = 0; at < records; at++) {
        for (size_t way = 0; way < ways; way++) {
            const struct way *next = &tampering->ways[(at + way) % tampering->count];

            missed += try_one(fd, tampering, next, log, at, head) ? 0 : 1;
        }
    }
    printf("%s %zu\n", tampering->name, records * ways);
    return missed;
}

static bool read_log(const char *path, struct log *log)
{
    size_t size = 0;
    FILE *in = fopen(path, "re");
    ssize_t got = in ? getdelim(&log->text, &size, EOF, in) : -1;

    if (in && fclose(in) != 0)
        return false;
    for (char *line = log->text, *newline;
         got > 0 && log->count < LINES_MAX && (newline = strchr(line, '\n')); line = newline + 1)
        log->lines[log->count++] = (struct line){.text = line,
                                                 .size = (size_t)(newline - line) + 1};
    return log->count > 0;
}

int main(int argc, char **argv)
{
    auto_close int fd = memfd_create("log", MFD_CLOEXEC);
    bool all = argc == 3 && strcmp(argv[2], "all") == 0;
    auto_free char *head_text = NULL;
    static struct log log;
    struct expected head;
    size_t missed = 0;

    if (fd < 0 || (argc != 2 && !all) || !read_log(argv[1], &log)) {
        fputs("Usage: verify_each LOG [all]\n", stderr);
        return 2;
    }
    read_head(&log, &head_text, &head);
    for (size_t i = 0; i < tampering_count; i++)
        missed += try_everywhere(fd, &tamperings[i], &log, &head, all);
    free(log.text);
    return missed > 0 ? 1 : 0;
}
